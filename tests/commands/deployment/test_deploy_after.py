"""A deploy that follows a stage, a promotion or a rollback: last of all, and only of what the channel names then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commands.deployment.stand import PROJECT, Deploys, body_of, no_asker, nobody
from fakes.aws import PRODUCTION, REGIONS
from fakes.codepipeline import Script
from waybill.cancel import Cancellation
from waybill.commands.deploy import Outside, deploy_after, enter
from waybill.commands.deployment.proof import Prover
from waybill.domain.deploy.execution import ActionStatus
from waybill.domain.result import ChannelOutcome, Outcome, RegionResult, Result
from waybill.errors import ExitCode, Unavailable


@pytest.fixture
def stand() -> Deploys:
    stand = Deploys()
    stand.stage("1.0.0")
    return stand


def staged(**changes: object) -> Result:
    """Return the result of a stage of 1.0.0 that moved the channel everywhere; `changes` are of every region."""
    regions = tuple(
        RegionResult(
            region=name,
            outcome=Outcome.CREATED,
            account=PRODUCTION,
            channel=ChannelOutcome.MOVED,
            channel_after="1.0.0",
        )
        for name in REGIONS
    )
    return Result(
        command="stage",
        outcome=Outcome.CREATED,
        changed=True,
        exit_code=ExitCode.OK,
        project=PROJECT,
        version="1.0.0",
        sha256=None,
        size=None,
        channel="latest",
        regions=tuple(replace(one, **changes) for one in regions),  # type: ignore[arg-type]
        resume=None,
    )


def follow(stand: Deploys, first: Result) -> Result:
    order, tools = stand.order(version="1.0.0"), stand.tools("42", Cancellation())
    outside = Outside(proof=Prover(asker=no_asker), announcers=nobody)
    return deploy_after(first, order, enter(order.delivery, tools), tools, outside)


def test_one_result_tells_of_both(stand: Deploys) -> None:
    result = follow(stand, staged())
    assert (result.command, result.outcome, result.exit_code) == ("stage", Outcome.DEPLOYED, ExitCode.OK)
    assert [one.outcome for one in result.regions] == [Outcome.CREATED] * 3
    assert body_of(result).execution == stand.pipe.runs[0].id


def test_what_failed_is_not_deployed(stand: Deploys) -> None:
    first = replace(staged(), outcome=Outcome.PARTIAL, exit_code=ExitCode.PARTIAL)
    assert follow(stand, first) == first
    assert stand.pipe.runs == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"channel": ChannelOutcome.KEPT, "channel_after": "1.1.0"}, "names 1.1.0"),
        ({"channel": ChannelOutcome.NOT_REACHED, "channel_after": None}, "something else, or nothing"),
        ({"channel": ChannelOutcome.KEPT, "channel_after": None}, "names nothing"),
    ],
)
def test_what_the_channel_does_not_name_is_not_deployed_and_that_is_told(
    stand: Deploys, changes: dict[str, object], said: str
) -> None:
    result = follow(stand, staged(**changes))
    assert (result.outcome, result.exit_code) == (Outcome.CREATED, ExitCode.OK)
    assert any("was not deployed" in text and said in text for text in result.warnings)
    assert stand.pipe.runs == []


def test_a_dry_run_says_what_would_follow_and_does_nothing(stand: Deploys) -> None:
    first = replace(staged(), outcome=Outcome.PLANNED, changed=False)
    result = follow(stand, first)
    assert replace(result, then=None) == first
    assert "Then crossaccountdeploy deploys it" in str(result.then)
    assert stand.world.writes() == []


def test_a_failed_deploy_leaves_the_stage_told(stand: Deploys) -> None:
    stand.pipe.scripts["Push"] = Script(status=ActionStatus.FAILED, error="no such bucket")
    result = follow(stand, staged())
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, ExitCode.PIPELINE)
    assert [one.outcome for one in result.regions] == [Outcome.CREATED] * 3
    assert str(result.resume).startswith("waybill deploy")


def test_a_deploy_that_cannot_begin_says_that_the_version_is_staged(stand: Deploys) -> None:
    stand.world.fail(call="start", error=Unavailable("Nobody answers.", "Wait."), times=None)
    result = follow(stand, staged())
    assert (result.outcome, result.exit_code, result.changed) == (Outcome.FAILED, ExitCode.UNAVAILABLE, True)
    assert "1.0.0 is created, and was not deployed. Nobody answers." in str(result.error)
    assert str(result.resume).startswith("waybill deploy")
