"""The ends of a deploy in one sentence, and behind a stage, a promotion or a rollback in two."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from report import deploys, examples
from report.rendered import read
from waybill.domain.deploy.deployment import Deployment
from waybill.domain.deploy.execution import ActionStatus, ExecutionStatus
from waybill.domain.result import ChannelOutcome, Outcome, RegionResult, Result
from waybill.errors import ExitCode
from waybill.report import text, words
from waybill.report.ink import Ink
from waybill.report.summary import summary

NAME = "SugarWater 1.2.3"
NOT = f"{NAME} was not deployed: "
INK = Ink()


def ended(status: ExecutionStatus | None, outcome: Outcome = Outcome.FAILED, **changes: Any) -> Result:
    code = changes.pop("exit_code", ExitCode.PIPELINE)
    found = deploys.body(**{"status": status, "files": (), **changes})
    return deploys.end(outcome, found, exit_code=code, error="It ended.")


def nothing_begun(outcome: Outcome, code: ExitCode = ExitCode.OK) -> Result:
    found = Deployment(plan=deploys.plan())
    return deploys.end(outcome, found, exit_code=code, changed=False)


GOOD = [
    (deploys.end(), f"Deployed {NAME}: `site` succeeded in 3.0 s."),
    (
        deploys.end(found=deploys.body(joined=True)),
        f"Deployed {NAME}: `site` succeeded, in an execution that had begun already, in 3.0 s.",
    ),
    (
        deploys.end(Outcome.ALREADY, changed=False),
        f"{NAME} was deployed before, by an execution of `site` that this run had started. Nothing was changed.",
    ),
    (
        nothing_begun(Outcome.PLANNED),
        f"Dry run: nothing was written, and nothing was started. `site` would deploy {NAME}.",
    ),
    (
        ended(ExecutionStatus.IN_PROGRESS, Outcome.CREATED, exit_code=ExitCode.OK),
        f"`site` was started for {NAME}; its end was not waited for.",
    ),
    (
        ended(ExecutionStatus.IN_PROGRESS, Outcome.CREATED, exit_code=ExitCode.OK, joined=True),
        f"`site` has begun with {NAME}; its end was not waited for.",
    ),
    (
        ended(
            ExecutionStatus.SUPERSEDED, Outcome.SUPERSEDED, exit_code=ExitCode.OK, superseded_by=deploys.OTHER
        ),
        f"{NAME} was superseded in `site`: execution {deploys.OTHER} deployed this version or a later one.",
    ),
]  # fmt: skip
BAD = [
    (deploys.failed(), f"{NOT}Unpack in stage Production of `site` failed."),
    (
        replace(deploys.failed(), error="It ended."),
        f"{NOT}Unpack in stage Production of `site` failed ({deploys.MESSAGE.rstrip('.')}).",
    ),
    (
        deploys.failed(went_back=deploys.went_back()),
        f"{NOT}Unpack in stage Production of `site` failed. It went back to 1.2.2: stage Production was rolled back.",
    ),
    (
        replace(
            deploys.failed(went_back=deploys.went_back(by_stage=None, channel=True)), outcome=Outcome.ROLLED_BACK
        ),
        f"{NOT}Unpack in stage Production of `site` failed. It went back to 1.2.2: execution {deploys.OTHER} deployed "
        "it, and the channel went back too.",
    ),
    (
        deploys.failed(went_back=deploys.went_back(status=ExecutionStatus.FAILED)),
        f"{NOT}Unpack in stage Production of `site` failed. Going back to 1.2.2 ended Failed.",
    ),
    (
        deploys.failed(went_back=deploys.went_back(status=None, execution="")),
        f"{NOT}Unpack in stage Production of `site` failed. Going back to 1.2.2 failed.",
    ),
    (
        deploys.failed(went_back=deploys.went_back(status=ExecutionStatus.IN_PROGRESS)),
        f"{NOT}Unpack in stage Production of `site` failed. Going back to 1.2.2 did not come to its end.",
    ),
    (
        deploys.failed(went_back=deploys.went_back(version="")),
        f"{NOT}Unpack in stage Production of `site` failed. It went back to what was deployed before: stage Production "
        "was rolled back.",
    ),
    (ended(ExecutionStatus.FAILED), f"{NOT}the execution of `site` failed."),
    (ended(ExecutionStatus.STOPPED), f"{NOT}somebody stopped the execution of `site`."),
    (
        ended(ExecutionStatus.CANCELLED),
        f"{NOT}`site` was changed while it ran, and that cancelled the execution.",
    ),
    (ended(ExecutionStatus.SUCCEEDED), f"{NOT}`site` succeeded, but what it deployed did not prove right."),
    (
        ended(ExecutionStatus.SUPERSEDED, Outcome.SUPERSEDED, superseded_by=deploys.OTHER),
        f"{NOT}its execution of `site` was superseded by {deploys.OTHER}.",
    ),
    (
        ended(ExecutionStatus.SUPERSEDED, Outcome.SUPERSEDED),
        f"{NOT}its execution of `site` was superseded by a newer one.",
    ),
    (
        ended(ExecutionStatus.IN_PROGRESS, exit_code=ExitCode.TIMED_OUT),
        f"Timed out: `site` has not deployed {NAME} yet; its execution goes on by itself.",
    ),
    (
        ended(ExecutionStatus.IN_PROGRESS, exit_code=ExitCode.UNAVAILABLE),
        f"How the deploy of {NAME} ends is not known: the execution of `site` goes on by itself.",
    ),
    (
        ended(ExecutionStatus.IN_PROGRESS, exit_code=ExitCode.INTERRUPTED),
        f"Cancelled: {NAME} was not deployed to the end; the execution of `site` goes on by itself.",
    ),
    (
        ended(ExecutionStatus.STOPPING, exit_code=ExitCode.TERMINATED),
        f"Cancelled: {NAME} was not deployed to the end; the execution of `site` was asked to stop.",
    ),
    (
        nothing_begun(Outcome.FAILED, ExitCode.INTERRUPTED),
        f"Cancelled: {NAME} was not deployed: nothing was started.",
    ),
    (nothing_begun(Outcome.FAILED, ExitCode.INPUT), f"{NOT}nothing was started."),
]  # fmt: skip


@pytest.mark.parametrize(("result", "said"), [*GOOD, *BAD])
def test_the_end_of_a_deploy_is_said_in_words(result: Result, said: str) -> None:
    assert words.sentence(result) == said
    assert text.result(result).splitlines()[0].endswith(said)
    plain = said.replace("`", "")
    assert plain in [paragraph.replace("`", "") for paragraph in read(summary(result)).paragraphs]


@pytest.mark.parametrize(
    ("result", "mark"), [*((one, INK.good) for one, _ in GOOD), *((one, INK.bad) for one, _ in BAD)]
)
def test_only_what_is_deployed_is_marked_good(result: Result, mark: str) -> None:
    expected = INK.idle if result.outcome is Outcome.PLANNED else mark
    assert words.result_mark(result, INK) == expected
    assert read(summary(result)).headings[0].startswith(expected)


def test_what_an_action_says_is_cut() -> None:
    run = deploys.run("A", "b", ActionStatus.FAILED, error="x" * 1024 * 1024)
    assert len(words.sentence(ended(ExecutionStatus.FAILED, actions=(run,)))) < 500


def test_what_ended_before_a_pipeline_was_known_is_said_as_ever() -> None:
    end = examples.result(Outcome.FAILED, command="deploy", changed=False, exit_code=ExitCode.INPUT)
    assert words.sentence(end) == f"{NAME} was not deployed. Nothing was written."


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (ExitCode.PIPELINE, "Put right what failed, then deploy again with"),
        (ExitCode.TIMED_OUT, "Go on with"),
        (ExitCode.INTERRUPTED, "Go on with"),
        (ExitCode.IDENTITY, "Put right what is wrong, then finish it with"),
        (ExitCode.UNAVAILABLE, "Finish it with"),
    ],
)
def test_the_command_that_goes_on_is_introduced_by_what_is_to_be_done(code: ExitCode, said: str) -> None:
    assert words.finish(ended(ExecutionStatus.FAILED, exit_code=code)) == said


def placed(command: str, outcome: Outcome, **changes: Any) -> tuple[RegionResult, ...]:
    return tuple(examples.region(name, outcome, **changes) for name in examples.REGIONS)


FIRST = [
    ("stage", Outcome.CREATED, f"Staged {NAME} in 3 regions; the channel `latest` names it now."),
    ("stage", Outcome.ALREADY, f"{NAME} was staged before, with the same bytes."),
    ("promote", Outcome.ALREADY, f"The channel `latest` names {NAME} already."),
    ("rollback", Outcome.ALREADY, f"The channel `latest` names {NAME} already."),
    ("promote", Outcome.CREATED, f"The channel `latest` now names {NAME}."),
    ("promote", Outcome.MOVED, f"The channel `latest` now names {NAME}."),
    ("rollback", Outcome.ROLLED_BACK, f"Rolled back: the channel `latest` names {NAME} again."),
]


@pytest.mark.parametrize(("command", "outcome", "first"), FIRST)
def test_behind_another_command_both_ends_are_said(command: str, outcome: Outcome, first: str) -> None:
    good = examples.result(Outcome.DEPLOYED, *placed(command, outcome), command=command, body=deploys.body())
    assert words.sentence(good) == f"{first} Deployed it: `site` succeeded in 3.0 s."
    assert words.result_mark(good, INK) == INK.good
    bad = replace(
        good, outcome=Outcome.FAILED, body=deploys.failed().body, exit_code=ExitCode.PIPELINE, error=deploys.MESSAGE
    )
    assert words.sentence(bad) == f"{first} It was not deployed: Unpack in stage Production of `site` failed."
    assert words.result_mark(bad, INK) == INK.bad


def test_a_deploy_behind_that_did_not_even_begin_leaves_the_stage_staged() -> None:
    end = examples.result(
        Outcome.FAILED, *placed("stage", Outcome.CREATED), exit_code=ExitCode.IDENTITY, error="Refused."
    )
    assert words.sentence(end) == (
        f"Staged {NAME} in 3 regions; the channel `latest` names it now. It was not deployed: nothing was started."
    )


def test_a_stage_that_failed_itself_says_nothing_of_a_deploy() -> None:
    for end in (examples.denied(), replace(examples.denied(), channel=None), examples.partial(), examples.conflict()):
        assert "deployed" not in words.sentence(end)
    unmoved = placed("stage", Outcome.CREATED, channel=ChannelOutcome.NOT_REACHED, channel_after="1.2.2")
    assert "deployed" not in words.sentence(examples.result(Outcome.FAILED, *unmoved, exit_code=ExitCode.BUG))


def test_a_dry_run_says_what_would_be_deployed_after_it() -> None:
    end = examples.result(
        Outcome.PLANNED, *placed("stage", Outcome.PLANNED), changed=False, body=Deployment(plan=deploys.plan())
    )
    assert words.sentence(end) == (
        f"Dry run: nothing was written. This is what `stage` would do for {NAME}. Then `site` would deploy it."
    )
    assert words.result_mark(end, INK) == INK.idle


def test_enough_regions_and_a_deploy_are_both_said() -> None:
    end = replace(examples.enough(), outcome=Outcome.DEPLOYED, body=deploys.body(), error=None)
    assert words.sentence(end) == (
        f"{NAME} is complete in 2 of 3 regions, enough for `require`. It is not known to be complete in eu-west-1. "
        "Deployed it: `site` succeeded in 3.0 s."
    )


def test_the_regions_come_first_and_the_deploy_behind_them() -> None:
    end = examples.result(Outcome.DEPLOYED, *placed("stage", Outcome.CREATED), body=deploys.body())
    shown = text.result(end)
    assert shown.index("artifacts-us-east-1") < shown.index("Unpack")
    page = read(summary(end))
    assert [table[0][0] for table in page.tables] == ["Region", "Stage"]
    assert page.headings == ["✓ SugarWater 1.2.3 – deployed", "Deployment with site", "Details"]
