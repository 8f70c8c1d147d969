"""A deploy pins the pipeline to exactly the staged version, follows it, proves it, and records how it ended."""

from __future__ import annotations

import pytest

from commands.deployment.stand import PAGES, PROJECT, Deploys, body_of, site_zip
from fakes.aws import REGIONS
from fakes.site import INPUT, KEY, OUTPUT
from waybill.domain.deploy.execution import ExecutionStatus
from waybill.domain.result import Outcome
from waybill.errors import ExitCode


@pytest.fixture
def stand() -> Deploys:
    return Deploys()


def test_a_version_is_uploaded_pinned_followed_proved_and_recorded(stand: Deploys) -> None:
    staged = stand.stage("1.0.0")
    result = stand.deploy(version="1.0.0")
    shown = body_of(result)
    assert (result.outcome, result.exit_code, result.changed) == (Outcome.DEPLOYED, ExitCode.OK, True)
    assert shown.status is ExecutionStatus.SUCCEEDED
    assert stand.world.body(INPUT, KEY) == staged
    assert shown.source_version
    assert stand.pipe.runs[0].revisions[0].id == shown.source_version
    assert stand.pipe.runs[0].revisions[0].summary.startswith(f"{PROJECT} 1.0.0 ")
    assert set(stand.world.contents(OUTPUT)) == {*PAGES, "version.txt"}
    assert [files.good and files.compared for files in shown.files] == [True]
    for region in REGIONS:
        (event,) = stand.events("1.0.0", region)
        assert (event.pipeline, event.execution, event.end, event.by) == (
            stand.pipe.definition.arn,
            shown.execution,
            "Succeeded",
            "ada",
        )
    assert site_zip({**PAGES, "version.txt": b"1.0.0"}) == staged
