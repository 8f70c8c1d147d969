"""What became of the package, for people: the sentence, the lines of a terminal, the step summary."""

from __future__ import annotations

from dataclasses import replace

import pytest

from waybill.domain.packages.result import PackageResult, beside
from waybill.domain.packages.version import PackageId
from waybill.domain.result import ChannelOutcome, Outcome, RegionResult, Result
from waybill.errors import ConflictError, ExitCode, Unavailable
from waybill.report import text, words
from waybill.report.summary import summary

PACKAGE = PackageId(
    region="us-east-1",
    owner="222222222222",
    domain="acme",
    repository="releases",
    namespace="web",
    name="SugarWater",
    version="1.2.3",
)
END = PackageResult(
    package=PACKAGE,
    arn=PACKAGE.arn(),
    outcome=Outcome.CREATED,
    status="Published",
    assets=("SugarWater.zip", "waybill.json"),
    changed=True,
    seconds=0.3,
)
REGION = RegionResult(
    region="us-east-1",
    outcome=Outcome.CREATED,
    account="222222222222",
    bucket="b",
    key="SugarWater@1.2.3",
    channel=ChannelOutcome.MOVED,
    channel_after="1.2.3",
)
RESULT = Result(
    command="stage",
    outcome=Outcome.CREATED,
    changed=True,
    exit_code=ExitCode.OK,
    project="SugarWater",
    version="1.2.3",
    sha256="a" * 64,
    size=8,
    channel="latest",
    regions=(REGION,),
)


def ended(end: PackageResult, result: Result = RESULT) -> Result:
    return beside(result, end, resume="waybill stage --resume")


def test_a_package_that_is_published_is_said_and_shown() -> None:
    result = ended(END)
    assert words.sentence(result).endswith("names it now. It is in CodeArtifact now.")
    shown = text.result(result)
    assert f"✓  CodeArtifact  created  Published, 0.3 s\n   {PACKAGE.arn()}\n   SugarWater.zip, waybill.json" in shown
    page = summary(result)
    assert "CodeArtifact `acme/releases` – created, Published: `SugarWater.zip`, `waybill.json`" in page
    assert f"`{PACKAGE.arn()}`" in page


def test_a_copy_says_from_where() -> None:
    result = ended(replace(END, copied="staging"))
    assert "Published; copied from staging" in text.result(result)
    assert "copied from staging" in summary(result)


def test_a_package_that_failed_makes_the_run_partial_with_its_own_code() -> None:
    error = Unavailable("CodeArtifact is down.", "Run again.")
    result = ended(replace(END, outcome=Outcome.FAILED, status=None, assets=()).failed(error))
    assert (result.outcome, result.exit_code, result.resume) == (
        Outcome.PARTIAL,
        ExitCode.UNAVAILABLE,
        "waybill stage --resume",
    )
    assert "It is not known to be complete in CodeArtifact." in words.sentence(result)
    shown = text.result(result)
    assert shown.count("CodeArtifact is down.") == 1
    assert "✗  CodeArtifact  failed" in shown
    assert summary(result).count("CodeArtifact is down.") == 1


def test_a_conflict_in_codeartifact_is_the_runs_and_nothing_finishes_it() -> None:
    end = replace(END, outcome=Outcome.FAILED, status=None).failed(ConflictError("Other bytes.", "Next version."))
    result = ended(end)
    assert (result.outcome, result.exit_code, result.resume) == (Outcome.CONFLICT, ExitCode.CONFLICT, None)
    said = "something else is in CodeArtifact already as SugarWater 1.2.3. It was left as it is. No channel was moved."
    assert words.sentence(result) == f"Conflict: {said}"


@pytest.mark.parametrize("code", [ExitCode.ARTIFACT, ExitCode.UNAVAILABLE])
def test_of_two_faults_the_lowest_code_is_that_of_the_run(code: ExitCode) -> None:
    result = replace(RESULT, exit_code=code)
    error = replace(END).failed(ConflictError("Other bytes."))
    assert ended(error, result).exit_code == min(code, ExitCode.CONFLICT)


def test_only_the_package_was_missing() -> None:
    result = ended(END, replace(RESULT, outcome=Outcome.ALREADY, changed=False))
    assert (result.outcome, result.changed) == (Outcome.CREATED, True)
    same = ended(
        replace(END, outcome=Outcome.ALREADY, changed=False),
        replace(RESULT, outcome=Outcome.ALREADY, changed=False),
    )
    assert (same.outcome, same.changed) == (Outcome.ALREADY, False)
    assert words.sentence(same).endswith("Nothing was changed. It is in CodeArtifact already.")
