"""`on-failure: rollback`: what succeeded before is deployed again, the channel goes with it, the step fails still."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commands.deployment.stand import PROJECT, Deploys, body_of
from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS
from fakes.codepipeline import Script
from fakes.distributions import DistributionState
from fakes.site import OUTPUT, site_pipeline
from waybill.domain.deploy.execution import ActionStatus, ExecutionStatus
from waybill.domain.deploy.pipeline import ActionDefinition, Mode
from waybill.domain.deploy.telling import Following, Noted
from waybill.domain.events import Kind
from waybill.domain.result import Outcome
from waybill.errors import ExitCode
from waybill.progress import Started

FAILING = Script(status=ActionStatus.FAILED, error="no such bucket")


@pytest.fixture
def stand() -> Deploys:
    """1.0.0 is deployed; 1.1.0 is staged, and its deploy will fail."""
    stand = Deploys()
    stand.stage("1.0.0", {"index.html": b"one"})
    stand.deploy(version="1.0.0", run_id="1")
    stand.stage("1.1.0", {"index.html": b"two"})
    return stand


def channel(stand: Deploys) -> set[str]:
    name = f"/artifacts/{PROJECT}/latest"
    return {stand.world.history(region, PRODUCTION, name)[-1] for region in REGIONS}


def fail_once(stand: Deploys) -> None:
    stand.pipe.scripts["Push"] = FAILING
    stand.pipe.at(12.5, lambda: stand.pipe.scripts.pop("Push", None))


def test_the_stage_is_rolled_back_and_the_channel_with_it(stand: Deploys) -> None:
    fail_once(stand)
    result = stand.deploy(version="1.1.0", on_failure="rollback")
    back = body_of(result).went_back
    assert (result.outcome, result.exit_code) == (Outcome.ROLLED_BACK, ExitCode.PIPELINE)
    assert back is not None
    assert (back.version, back.by_stage, back.status) == ("1.0.0", "Deploy", ExecutionStatus.SUCCEEDED)
    assert back.channel
    assert stand.world.body(OUTPUT, "index.html") == b"one"
    assert channel(stand) == {"1.0.0"}
    kinds = [event.kind for event in stand.events("1.1.0")]
    assert Kind.WITHDRAWN in kinds
    assert "no such bucket" in str(result.error)
    assert result.resume is None
    assert "1.1.0 is withdrawn" in str(result.advice)
    assert [(event.execution, event.end) for event in stand.events("1.0.0")][-1] == (back.execution, "Succeeded")
    assert back.execution in {event.execution for event in stand.reporter.of(Following)}
    assert [event.what for event in stand.reporter.of(Started)][-1].startswith("Deploying")


def test_after_an_update_of_the_pipeline_a_new_execution_is_pinned_to_what_was_before(stand: Deploys) -> None:
    stand.pipe.update()
    fail_once(stand)
    result = stand.deploy(version="1.1.0", on_failure="rollback")
    back = body_of(result).went_back
    assert back is not None
    assert (back.version, back.by_stage, back.status) == ("1.0.0", None, ExecutionStatus.SUCCEEDED)
    assert stand.pipe.runs[-1].revisions[0].id == stand.pipe.runs[0].revisions[0].id
    assert stand.world.body(OUTPUT, "index.html") == b"one"
    assert channel(stand) == {"1.0.0"}


def test_a_way_back_that_fails_too_leaves_the_channel(stand: Deploys) -> None:
    stand.pipe.scripts["Push"] = FAILING
    result = stand.deploy(version="1.1.0", on_failure="rollback")
    back = body_of(result).went_back
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, ExitCode.PIPELINE)
    assert back is not None
    assert (back.status, back.channel) == (ExecutionStatus.FAILED, False)
    assert channel(stand) == {"1.1.0"}


def test_where_nothing_was_deployed_before_nothing_is_done() -> None:
    stand = Deploys()
    stand.stage("1.0.0")
    stand.pipe.scripts["Push"] = FAILING
    result = stand.deploy(version="1.0.0", on_failure="rollback")
    assert (result.outcome, body_of(result).went_back) == (Outcome.FAILED, None)
    assert any("nothing was deployed before" in noted.text for noted in stand.reporter.of(Noted))


def test_leave_leaves_all_as_it_is(stand: Deploys) -> None:
    fail_once(stand)
    result = stand.deploy(version="1.1.0")
    assert (result.outcome, body_of(result).went_back) == (Outcome.FAILED, None)
    assert channel(stand) == {"1.1.0"}
    assert len(stand.pipe.runs) == 2


def test_what_somebody_stopped_is_not_undone(stand: Deploys) -> None:
    stand.pipe.at(5, lambda: stand.pipe.stop(stand.pipe.runs[-1], "freeze"))
    result = stand.deploy(version="1.1.0", on_failure="rollback")
    assert body_of(result).went_back is None
    assert channel(stand) == {"1.1.0"}


def test_a_channel_that_names_another_version_is_left_alone(stand: Deploys) -> None:
    for region in REGIONS:
        stand.world.set_parameter(region, PRODUCTION, f"/artifacts/{PROJECT}/latest", "1.0.0", "1.0.0")
    fail_once(stand)
    back = body_of(stand.deploy(version="1.1.0", on_failure="rollback")).went_back
    assert back is not None
    assert not back.channel


def test_a_proof_that_fails_goes_back_as_well(stand: Deploys) -> None:
    stand.pipe.delivers = False
    stand.pipe.at(14.0, lambda: setattr(stand.pipe, "delivers", True))
    result = stand.deploy(version="1.1.0", on_failure="rollback", verify_deployed="always")
    back = body_of(result).went_back
    assert result.exit_code is ExitCode.PIPELINE
    assert back is not None
    assert back.version == "1.0.0"


def test_a_pinned_parallel_pipeline_is_not_rolled_back_by_stage(stand: Deploys) -> None:
    stand.pipe.definition = replace(stand.pipe.definition, mode=Mode.PARALLEL)
    fail_once(stand)
    result = stand.deploy(version="1.1.0", on_failure="rollback", allow_unpinned="true")
    back = body_of(result).went_back
    assert back is not None
    assert (back.by_stage, back.status) == (None, ExecutionStatus.SUCCEEDED)


def test_what_only_could_not_be_done_afterwards_takes_nothing_back(stand: Deploys) -> None:
    """A wrong distribution is no fault of the pages."""
    result = stand.deploy(version="1.1.0", on_failure="rollback", invalidate="E1ABCDEF2GHIJK /*")
    assert result.exit_code is not ExitCode.OK
    assert body_of(result).went_back is None
    assert channel(stand) == {"1.1.0"}


def test_a_version_that_came_meanwhile_is_not_withdrawn_with_the_one_that_failed(stand: Deploys) -> None:
    """P3: the channel moved on while the pipeline ran."""
    stand.pipe.at(5, lambda: stand.stage("1.2.0", {"index.html": b"three"}))
    fail_once(stand)
    result = stand.deploy(version="1.1.0", on_failure="rollback")
    back = body_of(result).went_back
    assert back is not None
    assert not back.channel
    assert channel(stand) == {"1.2.0"}
    assert [event.kind for event in stand.events("1.2.0")] == []


def test_what_a_newer_execution_deploys_is_not_undone(stand: Deploys) -> None:
    stand.pipe.scripts["Push"] = FAILING
    stand.pipe.at(11, lambda: stand.pipe.begin("StartPipelineExecution"))
    result = stand.deploy(version="1.1.0", on_failure="rollback")
    assert (result.exit_code, body_of(result).went_back) == (ExitCode.PIPELINE, None)
    assert channel(stand) == {"1.1.0"}
    assert any("has begun since" in noted.text for noted in stand.reporter.of(Noted))


def in_two_stages(stand: Deploys) -> None:
    """Deploy to a second bucket, in a stage of its own."""
    definition = stand.pipe.definition
    push = next(one for one in definition.actions if one.is_s3_deploy)
    second = replace(push, stage="Europe", name="PushToo", configuration={"BucketName": "second", "Extract": "true"})
    stand.world.add_bucket("us-east-1", "second", owner=PRODUCTION)
    stand.pipe.definition = replace(
        definition, stages=(*definition.stages, "Europe"), actions=(*definition.actions, second)
    )


def test_where_two_stages_have_deployed_both_are_taken_back(stand: Deploys) -> None:
    in_two_stages(stand)
    stand.deploy(version="1.0.0", run_id="2")
    stand.pipe.scripts["PushToo"] = FAILING
    stand.pipe.at(24, lambda: stand.pipe.scripts.pop("PushToo", None))
    result = stand.deploy(version="1.1.0", on_failure="rollback")
    back = body_of(result).went_back
    assert back is not None
    assert (back.by_stage, back.status) == (None, ExecutionStatus.SUCCEEDED)
    assert stand.world.body(OUTPUT, "index.html") == stand.world.body("second", "index.html") == b"one"


def test_before_anything_was_deployed_there_is_nothing_to_take_back(stand: Deploys) -> None:
    stand.pipe.definition = site_pipeline(approval=True)
    stand.pipe.at(20, lambda: stand.pipe.decide("Manual", approve=False, says="no"))
    result = stand.deploy(version="1.1.0", on_failure="rollback")
    assert (result.outcome, body_of(result).went_back) == (Outcome.FAILED, None)
    assert len(stand.pipe.runs) == 2
    assert channel(stand) == {"1.1.0"}
    assert any("before anything was deployed" in noted.text for noted in stand.reporter.of(Noted))


def test_a_later_stage_that_fails_takes_back_the_one_that_deployed(stand: Deploys) -> None:
    definition = stand.pipe.definition
    probe = ActionDefinition(stage="Smoke", name="Probe", category="Invoke", provider="Lambda")
    stand.pipe.definition = replace(
        definition, stages=(*definition.stages, "Smoke"), actions=(*definition.actions, probe)
    )
    stand.deploy(version="1.0.0", run_id="2")
    stand.pipe.scripts["Probe"] = FAILING
    stand.pipe.at(24, lambda: stand.pipe.scripts.pop("Probe", None))
    result = stand.deploy(version="1.1.0", on_failure="rollback")
    back = body_of(result).went_back
    assert back is not None
    assert (back.by_stage, back.status) == ("Deploy", ExecutionStatus.SUCCEEDED)
    assert stand.world.body(OUTPUT, "index.html") == b"one"


def test_caches_forget_what_failed_when_it_was_taken_back(stand: Deploys) -> None:
    state = DistributionState()
    stand.world.distributions[DEVELOPMENT, "E1ABCDEF2GHIJK"] = state
    fail_once(stand)
    result = stand.deploy(version="1.1.0", on_failure="rollback", invalidate="E1ABCDEF2GHIJK /index.html")
    back = body_of(result).went_back
    assert back is not None
    assert (back.channel, back.error) == (True, "")
    assert [one.paths for one in state.invalidations] == [("/index.html",)]
