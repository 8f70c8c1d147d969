"""Each end of an execution has its own exit code, and says what happened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commands.deployment.stand import PROJECT, Deploys, body_of
from fakes.aws import DEVELOPMENT, REGIONS
from fakes.calls import Call
from fakes.codepipeline import Script
from fakes.site import INPUT, KEY, OUTPUT, site_pipeline
from promises.stand import digests_of
from waybill.cancel import Cancellation
from waybill.domain.deploy.delivery import revision_summary
from waybill.domain.deploy.execution import ActionStatus, ExecutionStatus
from waybill.domain.deploy.telling import ActionEnded, ApprovalWaits, StageBegan, StageEnded, TransitionClosed
from waybill.domain.result import Outcome
from waybill.domain.versions import Version
from waybill.errors import ExitCode, Unavailable
from waybill.ports.pipeline import NewSource

FAILING = Script(
    status=ActionStatus.FAILED,
    error="The bucket is gone.",
    code="JobFailed",
    external_url="https://example.com/job/7",
    log="arn:aws:logs:us-east-1:111111111111:log-group:x:log-stream:y",
)


@pytest.fixture
def stand() -> Deploys:
    stand = Deploys()
    stand.stage("1.0.0")
    return stand


def run_of(stand: Deploys, number: int = -1) -> str:
    return stand.pipe.runs[number].id


def test_stages_and_actions_are_told_once_each_as_they_begin_and_end(stand: Deploys) -> None:
    stand.deploy(version="1.0.0")
    assert [event.stage for event in stand.reporter.of(StageBegan)] == ["Source", "Deploy"]
    assert [(event.stage, event.good) for event in stand.reporter.of(StageEnded)] == [
        ("Source", True),
        ("Deploy", True),
    ]
    assert [(event.run.action, event.seconds) for event in stand.reporter.of(ActionEnded)] == [
        ("Source", 2.0),
        ("Push", 10.0),
    ]


def test_a_failure_has_the_actions_own_message_and_its_links(stand: Deploys) -> None:
    stand.pipe.scripts["Push"] = FAILING
    result = stand.deploy(version="1.0.0")
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, ExitCode.PIPELINE)
    assert result.error is not None
    for words in ("Deploy / Push", "The bucket is gone.", "[JobFailed]", "https://example.com/job/7", "log-events/y"):
        assert words in result.error
    assert result.resume is not None
    assert result.resume.startswith("waybill deploy")
    assert [event.end for event in stand.events("1.0.0")] == ["Failed"]


def test_an_action_whose_role_was_refused_says_what_would_let_it(stand: Deploys) -> None:
    role = f"arn:aws:sts::{DEVELOPMENT}:assumed-role/deploys/run"
    said = f'{role} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::{OUTPUT}/index.html"'
    stand.pipe.scripts["Push"] = replace(FAILING, error=f"{said} because no identity-based policy allows it")
    result = stand.deploy(version="1.0.0")
    assert result.exit_code is ExitCode.PIPELINE
    assert f"Add this to the identity policy of arn:aws:iam::{DEVELOPMENT}:role/deploys:" in (result.advice or "")
    assert f'"Resource": "arn:aws:s3:::{OUTPUT}/index.html"' in (result.advice or "")
    assert (result.advice or "").endswith("Put right what failed, and run again.")


def test_stopped_and_cancelled_are_told_apart(stand: Deploys) -> None:
    stand.pipe.at(5, lambda: stand.pipe.stop(stand.pipe.runs[0], "freeze"))
    stopped = stand.deploy(version="1.0.0")
    assert stopped.exit_code is ExitCode.PIPELINE
    assert "was stopped (freeze)" in str(stopped.error)
    stand.pipe.at(5, stand.pipe.update)
    cancelled = stand.deploy(version="1.0.0", run_id="43")
    assert cancelled.exit_code is ExitCode.PIPELINE
    assert "the pipeline was changed while it ran" in str(cancelled.error)
    assert [event.end for event in stand.events("1.0.0")] == ["Stopped", "Cancelled"]


def test_the_time_limit_ends_the_run_and_not_the_execution(stand: Deploys) -> None:
    stand.pipe.scripts["Push"] = Script(seconds=500)
    result = stand.deploy(version="1.0.0", timeout="60s")
    assert result.exit_code is ExitCode.TIMED_OUT
    assert "Push in stage Deploy" in str(result.error)
    assert stand.clock.monotonic() < 90
    assert stand.pipe.runs[0].status is ExecutionStatus.IN_PROGRESS
    assert stand.events("1.0.0") == []
    assert body_of(result).actions


def test_the_time_limit_says_that_a_way_is_closed(stand: Deploys) -> None:
    stand.pipe.close("Deploy", reason="freeze", by="ada")
    result = stand.deploy(version="1.0.0", timeout="60s")
    assert "waits before stage Deploy, whose way in is closed (freeze)" in str(result.error)


def test_silence_of_two_minutes_is_waited_out(stand: Deploys) -> None:
    stand.pipe.scripts["Push"] = Script(seconds=40)
    stand.pipe.at(3, lambda: stand.world.down(120))
    result = stand.deploy(version="1.0.0")
    assert result.exit_code is ExitCode.OK
    assert stand.clock.monotonic() > 120


def test_throttled_looks_are_waited_out(stand: Deploys) -> None:
    for call in ("execution", "actions", "stages"):
        stand.world.fail(call=call, error=Unavailable("Rate exceeded"), times=4, skip=1)
    assert stand.deploy(version="1.0.0").exit_code is ExitCode.OK


def test_looks_grow_rare_while_nothing_moves(stand: Deploys) -> None:
    stand.pipe.scripts["Push"] = Script(seconds=1800)
    stand.deploy(version="1.0.0")
    looks = [call for call in stand.world.calls.log() if call.call == "execution"]
    assert len(looks) < 160
    assert max(stand.clock.sleeps) <= 15 * 1.2


def test_only_our_own_execution_is_followed(stand: Deploys) -> None:
    stand.deploy(version="1.0.0")
    stand.world.calls.forget()
    stand.pipe.at(1, lambda: stand.pipe.begin("StartPipelineExecution"))
    stand.deploy(version="1.0.0", run_id="43", source="upload")
    ended = {event.run.id.split("-")[0] for event in stand.reporter.of(ActionEnded)}
    assert len(ended) <= 3


def test_an_approval_is_announced_with_its_link_note_and_limit(stand: Deploys) -> None:
    stand.pipe.definition = site_pipeline(approval=True)
    stand.pipe.at(100, lambda: stand.pipe.decide("Manual", approve=True))
    assert stand.deploy(version="1.0.0").exit_code is ExitCode.OK
    (waits,) = stand.reporter.of(ApprovalWaits)
    assert (waits.note, waits.link, waits.minutes) == ("Look at it.", "https://example.com/preview", 7 * 24 * 60)
    assert "crossaccountdeploy" in waits.url


def test_a_rejected_approval_fails_with_what_was_said(stand: Deploys) -> None:
    stand.pipe.definition = site_pipeline(approval=True)
    stand.pipe.at(100, lambda: stand.pipe.decide("Manual", approve=False, says="not on a Friday"))
    result = stand.deploy(version="1.0.0")
    assert result.exit_code is ExitCode.PIPELINE
    assert "not on a Friday" in str(result.error)


def test_an_approval_that_nobody_gives_ends_at_its_own_limit(stand: Deploys) -> None:
    stand.pipe.definition = site_pipeline(approval=True)
    result = stand.deploy(version="1.0.0", approval_timeout="5m")
    assert result.exit_code is ExitCode.TIMED_OUT
    assert "approval-timeout" in str(result.error)
    assert 300 <= stand.clock.monotonic() < 340


def test_a_closed_transition_is_announced(stand: Deploys) -> None:
    stand.pipe.close("Deploy", reason="freeze", by="ada")
    stand.pipe.at(60, lambda: stand.pipe.open("Deploy"))
    assert stand.deploy(version="1.0.0").exit_code is ExitCode.OK
    (closed,) = stand.reporter.of(TransitionClosed)
    assert (closed.stage, closed.reason, closed.by) == ("Deploy", "freeze", "ada")


@pytest.mark.parametrize(
    ("choice", "left"), [("leave", ExecutionStatus.IN_PROGRESS), ("stop", ExecutionStatus.STOPPING)]
)
def test_a_cancelled_run_leaves_or_stops_the_execution(stand: Deploys, choice: str, left: ExecutionStatus) -> None:
    stand.pipe.scripts["Push"] = Script(seconds=300)
    cancellation = Cancellation()
    stand.pipe.at(30, lambda: cancellation.cancel(2))
    result = stand.deploy(version="1.0.0", on_cancel=choice, cancellation=cancellation)
    assert result.exit_code is ExitCode.INTERRUPTED
    assert stand.pipe.runs[0].status is left
    assert f"on-cancel: {choice}" in str(result.error)
    assert [run.action for run in body_of(result).actions] == ["Source", "Push"]
    assert body_of(result).execution == run_of(stand)


def superseding(stand: Deploys, version: str) -> None:
    """Have another run deploy a version while the one to come waits before Deploy."""
    stand.pipe.scripts["Push"] = Script(seconds=100)
    stand.deploy(version="1.0.0", wait="false", run_id="1")
    stand.clock.advance(5)
    body = stand.stage(version)
    stand.stage("1.1.0")
    digests = digests_of(body)
    summary = revision_summary(PROJECT, Version(version), digests.sha256, "c0ffee")
    new = NewSource(key=KEY, media_type="application/zip", summary=summary, digests=digests)

    def another() -> None:
        bucket = stand.world.account(DEVELOPMENT).source_bucket("us-east-1", INPUT, owner=DEVELOPMENT)
        bucket.put(new, iter([body]))
        stand.pipe.begin("StartPipelineExecution")

    stand.pipe.at(10, another)


def test_superseded_by_a_later_version_that_succeeds_is_good(stand: Deploys) -> None:
    superseding(stand, "1.2.0")
    result = stand.deploy(version="1.1.0", run_id="5")
    assert (result.outcome, result.exit_code) == (Outcome.SUPERSEDED, ExitCode.OK)
    assert body_of(result).superseded_by == run_of(stand)
    assert any("1.2.0" in text for text in result.warnings)
    assert [event.end for event in stand.events("1.1.0")] == ["Superseded"]


def test_superseded_by_an_earlier_version_is_a_failure(stand: Deploys) -> None:
    superseding(stand, "0.9.0")
    result = stand.deploy(version="1.1.0", run_id="5")
    assert (result.outcome, result.exit_code) == (Outcome.SUPERSEDED, ExitCode.PIPELINE)
    assert body_of(result).superseded_by == run_of(stand)
    assert "0.9.0" in str(result.error)


def test_superseded_by_a_later_version_that_fails_is_a_failure(stand: Deploys) -> None:
    superseding(stand, "1.2.0")
    stand.pipe.at(150, lambda: stand.pipe.scripts.update({"Push": FAILING}))
    result = stand.deploy(version="1.1.0", run_id="5")
    assert (result.outcome, result.exit_code) == (Outcome.SUPERSEDED, ExitCode.PIPELINE)
    assert "The bucket is gone." in str(result.error)


@pytest.mark.parametrize(("version", "code"), [("1.3.0", ExitCode.OK), ("0.9.0", ExitCode.PIPELINE)])
def test_what_a_newer_deploy_has_put_over_ours_is_no_failure_of_ours(
    stand: Deploys, version: str, code: ExitCode
) -> None:
    body = stand.stage(version, {"index.html": b"another"})
    stand.stage("1.1.0")
    digests = digests_of(body)
    summary = revision_summary(PROJECT, Version(version), digests.sha256, "c0ffee")
    new = NewSource(key=KEY, media_type="application/zip", summary=summary, digests=digests)

    def another() -> None:
        bucket = stand.world.account(DEVELOPMENT).source_bucket("us-east-1", INPUT, owner=DEVELOPMENT)
        bucket.put(new, iter([body]))
        stand.pipe.begin("StartPipelineExecution")

    stand.pipe.scripts["Push"] = Script(seconds=4)
    stand.pipe.at(5.5, another)

    def late(_: Call) -> None:
        stand.clock.advance(30)
        stand.pipe.settle()

    stand.world.on("list", late, key="^$")
    result = stand.deploy(version="1.1.0", verify_deployed="always")
    assert (result.outcome, result.exit_code) == (Outcome.SUPERSEDED, code)
    assert body_of(result).superseded_by == run_of(stand)
    assert version in "".join([*result.warnings, result.error or ""])
    assert [event.end for event in stand.events("1.1.0")] == ["Succeeded"]


def test_without_waiting_it_is_started_and_nothing_is_recorded(stand: Deploys) -> None:
    result = stand.deploy(version="1.0.0", wait="false")
    assert (result.outcome, result.exit_code, result.changed) == (Outcome.CREATED, ExitCode.OK, True)
    assert body_of(result).status is ExecutionStatus.IN_PROGRESS
    assert stand.events("1.0.0") == []


def test_files_that_are_not_there_after_success_fail_the_deploy(stand: Deploys) -> None:
    stand.pipe.delivers = False
    result = stand.deploy(version="1.0.0", verify_deployed="always")
    assert result.exit_code is ExitCode.PIPELINE
    assert OUTPUT in str(result.error)
    assert [event.end for event in stand.events("1.0.0")] == ["Failed"]


def test_what_one_principal_may_not_copy_goes_through_the_runner(stand: Deploys) -> None:
    stand.world.deny("copy-source")
    result = stand.deploy(version="1.0.0")
    assert result.outcome is Outcome.DEPLOYED


def test_every_region_that_can_be_written_has_the_event(stand: Deploys) -> None:
    stand.deploy(version="1.0.0")
    assert {region: len(stand.events("1.0.0", region)) for region in REGIONS} == dict.fromkeys(REGIONS, 1)


def test_each_approval_has_the_time_that_was_given(stand: Deploys) -> None:
    definition = site_pipeline(approval=True)
    again = next(one for one in definition.actions if one.is_approval)
    second = replace(again, stage="Approve", name="Second", run_order=2)
    stand.pipe.definition = replace(definition, actions=(*definition.actions, second))
    stand.pipe.at(60, lambda: stand.pipe.decide("Manual", approve=True))
    stand.pipe.at(120, lambda: stand.pipe.decide("Second", approve=True))
    assert stand.deploy(version="1.0.0", approval_timeout="90s").exit_code is ExitCode.OK


def test_an_execution_that_was_joined_is_not_stopped(stand: Deploys) -> None:
    stand.pipe.scripts["Push"] = Script(seconds=300)
    stand.deploy(version="1.0.0", wait="false", run_id="1")
    stand.clock.advance(5)
    cancellation = Cancellation()
    stand.pipe.at(30, lambda: cancellation.cancel(2))
    result = stand.deploy(version="1.0.0", run_id="2", on_cancel="stop", cancellation=cancellation)
    assert result.exit_code is ExitCode.INTERRUPTED
    assert stand.pipe.runs[0].status is ExecutionStatus.IN_PROGRESS
    assert "had begun before this run" in str(result.error)
