"""A prune that dies at any call deletes nothing too early, and the next one finishes it (P4, P8)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from commands.pruning import LONG_AGO, A, at, body, fates, fill, keys, point, run, tombstones
from fakes.aws import PARAMETER_PREFIX, PRODUCTION, REGIONS, bucket_name
from fakes.calls import Call, When
from promises.faults import Killed, Step, kill_at, steps_of
from promises.iam import Need, allows, needs_of
from promises.stand import PROJECT, Stand, small_parts
from waybill.cancel import Cancellation
from waybill.commands.prune import prune
from waybill.domain.arns import RoleArn
from waybill.domain.calls import PRUNE_CALLS, PRUNE_LOOK_CALLS, On
from waybill.domain.identity import Identity
from waybill.domain.pruning.prune import Fate, PruneRequest
from waybill.domain.result import Outcome
from waybill.errors import ExitCode

ROLE = Identity(role=RoleArn.parse(f"arn:aws:iam::{PRODUCTION}:role/waybill-stage"))


def prepared(folder: Path) -> Stand:
    """Return an account with three versions: one of Waybill's, one of Startifact's, and one that stays."""
    stand = Stand(folder)
    fill(stand, "1.1.0", "2.0.0")
    with at(stand, LONG_AGO):
        for region in REGIONS:
            stand.world.plant(bucket_name(PRODUCTION, region), f"{PROJECT}@1.0.0", b"startifact's")
    return stand


def steps() -> list[Step]:
    """Return the calls of a prune that meets no fault: those of no region, and of the first and the last."""
    with TemporaryDirectory() as folder:
        stand = prepared(Path(folder))
        before = len(stand.world.calls.log())
        run(stand)
    asked = [call for call in stand.world.calls.log()[before:] if call.region in {"", REGIONS[0], REGIONS[-1]}]
    return steps_of(asked)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", [step for step in steps() if step.call in {"put", "delete"}], ids=str)
def test_killed_at_any_write_and_run_again_it_is_finished(stand: Stand, step: Step, when: When) -> None:
    stand = prepared(stand.folder)
    dead = kill_at(stand.world, step, when)
    with suppress(Killed):
        run(stand)
    for version in ("1.0.0", "1.1.0"):
        half = [region for region in REGIONS if "artifact" not in keys(stand, version, region)]
        if half:
            assert None not in tombstones(stand, version), "a tombstone stands everywhere before anything is deleted"
            assert all("waybill.json" in keys(stand, version, region) for region in REGIONS)
    dead.revive()
    assert run(stand).exit_code is ExitCode.OK
    for region in REGIONS:
        for version in ("1.0.0", "1.1.0"):
            assert keys(stand, version, region) == ["tombstone.json", "waybill.json"]
        assert "artifact" in keys(stand, "2.0.0", region)
    again = run(stand)
    assert (again.outcome, again.changed) == (Outcome.ALREADY, False)


@pytest.mark.parametrize("step", [step for step in steps() if step.call not in {"put", "delete", "caller"}], ids=str)
def test_killed_before_that_nothing_is_deleted(stand: Stand, step: Step) -> None:
    """Only the last look at the channels comes after a write."""
    stand = prepared(stand.folder)
    dead = kill_at(stand.world, step, "before")
    with suppress(Killed):
        run(stand)
    assert not [call for call in stand.world.calls.log() if call.call == "delete"]
    dead.revive()
    assert run(stand).exit_code is ExitCode.OK


def test_without_yes_what_was_begun_shows_and_is_not_touched(stand: Stand) -> None:
    stand = prepared(stand.folder)
    stand.world.fail(call="delete", times=6)
    run(stand)
    before = len(stand.world.writes())
    result = run(stand, yes=False, keep=None, older_than=10**9)
    assert fates(result) == {"1.1.0": Fate.GOING, "1.0.0": Fate.GOING}, "whatever was asked for, this is to be finished"
    assert all(choice.begun for choice in body(result).choices)
    assert len(stand.world.writes()) == before


def test_cancelled_in_the_middle_it_says_what_it_did_and_how_to_go_on(stand: Stand) -> None:
    stand = prepared(stand.folder)
    cancellation = Cancellation()
    stand.world.on("delete", lambda _: cancellation.cancel(15), key="1.1.0$", region=A, when="after")
    request = PruneRequest(project=PROJECT, config_regions=REGIONS, keep=1, yes=True, again="again")
    result = prune(request, stand.tools(stand.world.gateway(), cancellation))
    assert result.exit_code is ExitCode.TERMINATED
    assert (result.changed, result.resume) == (True, "again")
    assert run(stand).exit_code is ExitCode.OK


@pytest.fixture(params=[True, False], ids=["with yes", "without"])
def yes(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


def test_every_call_is_allowed_by_the_session_policy_and_the_table_names_no_other(stand: Stand, yes: bool) -> None:
    stand = prepared(stand.folder)
    fill(stand, "0.9.0")
    point(stand, "1.1.0", name=f"{PARAMETER_PREFIX}/{PROJECT}/production")
    for region in REGIONS:
        alias(stand, region)
    gateway = stand.world.gateway()
    before = len(stand.world.calls.log())
    asked = PruneRequest(project=PROJECT, config_regions=REGIONS, keep=1, yes=yes, identity=ROLE)
    prune(asked, stand.tools(gateway, Cancellation()))
    calls = stand.world.calls.log()[before:]
    needed = [need for call in calls for need in needs(call, stand)]
    refused = [need for need in needed if not any(allows(policy, need) for policy in gateway.policies)]
    assert not refused
    table = PRUNE_CALLS if yes else PRUNE_LOOK_CALLS
    made = {(need.action, need.on) for need in needed}
    assert made == {(call.action, call.on) for call in table}


def alias(stand: Stand, region: str) -> None:
    """Have the bucket's default key be an alias, which somebody must resolve."""
    state = stand.world.buckets[bucket_name(PRODUCTION, region)]
    state.default = replace(state.default, key="alias/waybill-staging")


def needs(call: Call, stand: Stand) -> list[Need]:
    """Return what AWS asks for one call, those that only looking and pruning make among them."""
    bucket, owner = f"arn:aws:s3:::{bucket_name(call.account, call.region)}", {"aws:ResourceAccount": call.account}
    match call.call:
        case "delete":
            return [Need("s3:DeleteObject", f"{bucket}/{call.name}", On.VERSION, owner)]
        case "unfinished":
            return [Need("s3:ListBucketMultipartUploads", bucket, On.BUCKET, owner)]
        case "below":
            arn = f"arn:aws:ssm:{call.region}:{call.account}:parameter{call.name}"
            return [Need("ssm:GetParametersByPath", arn, On.CHANNELS)]
        case "get-parameter" if call.name.startswith(f"{PARAMETER_PREFIX}/"):
            arn = f"arn:aws:ssm:{call.region}:{call.account}:parameter{call.name}"
            return [Need("ssm:GetParameter", arn, On.CHANNEL)]
        case _:
            # A version of `*` makes the statement of versions that of events too.
            return [
                Need(need.action, need.resource, On.VERSION if need.on is On.EVENTS else need.on, need.context)
                for need in needs_of(call, stand)
            ]
