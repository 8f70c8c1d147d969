"""Running again joins, finishes, or changes nothing: an execution is never doubled (P4)."""

from __future__ import annotations

import pytest

from commands.deployment.stand import Deploys, body_of
from fakes.codepipeline import Script
from fakes.site import INPUT, KEY, site_pipeline
from waybill.cancel import Cancellation
from waybill.domain.deploy.execution import ActionStatus, ExecutionStatus
from waybill.domain.result import Outcome
from waybill.errors import ExitCode, Unavailable
from waybill.progress import Warned


@pytest.fixture
def stand() -> Deploys:
    stand = Deploys()
    stand.stage("1.0.0")
    return stand


def uploads(stand: Deploys) -> int:
    return len(stand.world.buckets[INPUT].objects.get(KEY, []))


def test_the_same_run_again_finds_what_it_did(stand: Deploys) -> None:
    first = stand.deploy(version="1.0.0")
    again = stand.deploy(version="1.0.0")
    assert (again.outcome, again.changed, again.exit_code) == (Outcome.ALREADY, False, ExitCode.OK)
    assert body_of(again).execution == body_of(first).execution
    assert len(stand.pipe.runs) == 1
    assert uploads(stand) == 1
    assert len(stand.events("1.0.0")) == 1


def test_another_run_deploys_the_same_version_once_more_without_another_upload(stand: Deploys) -> None:
    first = stand.deploy(version="1.0.0")
    again = stand.deploy(version="1.0.0", run_id="43")
    assert again.outcome is Outcome.DEPLOYED
    assert body_of(again).source_version == body_of(first).source_version
    assert len(stand.pipe.runs) == 2
    assert uploads(stand) == 1
    assert len(stand.events("1.0.0")) == 2


def cut_off(stand: Deploys, *, after: float) -> None:
    """Deploy, and be cancelled so many seconds later."""
    cancellation = Cancellation()
    stand.pipe.at(after, lambda: cancellation.cancel(15))
    result = stand.deploy(version="1.0.0", cancellation=cancellation)
    assert result.exit_code is ExitCode.TERMINATED


@pytest.mark.parametrize("run_id", ["42", "43"])
def test_an_unfinished_execution_is_joined(stand: Deploys, run_id: str) -> None:
    stand.pipe.scripts["Push"] = Script(seconds=300)
    cut_off(stand, after=20)
    result = stand.deploy(version="1.0.0", run_id=run_id)
    assert result.outcome is Outcome.DEPLOYED
    assert body_of(result).joined
    assert len(stand.pipe.runs) == 1


def test_a_start_whose_answer_was_lost_is_not_repeated(stand: Deploys) -> None:
    stand.world.fail(call="start", error=Unavailable("The answer was lost."), when="after")
    stand.end(version="1.0.0")
    result = stand.deploy(version="1.0.0")
    assert result.exit_code is ExitCode.OK
    assert len(stand.pipe.runs) == 1


def test_after_a_failure_the_same_run_starts_another_execution(stand: Deploys) -> None:
    stand.pipe.scripts["Push"] = Script(status=ActionStatus.FAILED, error="no such bucket")
    first = stand.deploy(version="1.0.0")
    assert first.exit_code is ExitCode.PIPELINE
    del stand.pipe.scripts["Push"]
    again = stand.deploy(version="1.0.0")
    assert again.outcome is Outcome.DEPLOYED
    assert [run.status for run in stand.pipe.runs] == [ExecutionStatus.FAILED, ExecutionStatus.SUCCEEDED]
    assert stand.deploy(version="1.0.0").outcome is Outcome.ALREADY
    assert len(stand.pipe.runs) == 2


def test_what_an_event_starts_for_the_same_object_is_followed_and_not_doubled(stand: Deploys) -> None:
    stand.pipe.rules = ("on-upload",)
    stand.pipe.watched_by = "CloudWatchEvent"
    stand.pipe.watch_delay = 4.0
    result = stand.deploy(version="1.0.0")
    assert result.outcome is Outcome.DEPLOYED
    assert body_of(result).joined
    assert [run.trigger for run in stand.pipe.runs] == ["CloudWatchEvent"]


def test_a_twin_that_comes_late_is_reported(stand: Deploys) -> None:
    stand.pipe.definition = site_pipeline(polls=True)
    stand.pipe.watched_by = "PollForSourceChanges"
    stand.pipe.watch_delay = 8.0
    result = stand.deploy(version="1.0.0")
    assert result.exit_code is ExitCode.OK
    assert len(stand.pipe.runs) == 2
    assert any(stand.pipe.runs[1].id in text for text in result.warnings)


def test_an_event_that_could_not_be_written_is_written_by_the_next_run(stand: Deploys) -> None:
    stand.world.fail(call="put", region="us-west-2", key="events/", error=Unavailable("gone"))
    first = stand.deploy(version="1.0.0")
    assert first.exit_code is ExitCode.OK
    assert any("us-west-2" in warned.text for warned in stand.reporter.of(Warned))
    stand.deploy(version="1.0.0")
    assert len(stand.events("1.0.0", "us-west-2")) == 1
    assert stand.events("1.0.0", "us-west-2") == stand.events("1.0.0")
