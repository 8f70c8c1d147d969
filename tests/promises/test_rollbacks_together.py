"""Rollbacks among all else at once: random worlds, random faults, stages and rollbacks one after the other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from fakes.aws import PRODUCTION
from promises.floors import events_of, off_the_floor
from promises.stand import CHANNEL, Stand, broken_channels
from promises.test_promises_together import VERSIONS, Fault, Held, Planted, faults, plant, planted, snapshot
from waybill.domain.events import Kind, standing_withdrawals
from waybill.domain.require import Require
from waybill.domain.result import ChannelOutcome, Outcome, Result
from waybill.domain.versions import Version
from waybill.errors import AccessDenied, ExitCode, InputError, Unavailable, WaybillError


@dataclass(frozen=True, slots=True)
class Asked:
    """One rollback, or a stage, where `stages`. `run_id` may be that of an earlier one."""

    stages: bool
    to: str
    run_id: str
    require: str
    reinstate: bool
    faults: Sequence[Fault]


runs = st.builds(
    Asked,
    stages=st.sampled_from([True, False, False]),
    to=st.sampled_from([*VERSIONS, "previous", "previous", "previous"]),
    run_id=st.sampled_from(["1", "2", "3"]),
    require=st.sampled_from(["all", "majority", "1"]),
    reinstate=st.booleans(),
    # What was refused took no effect.
    faults=st.lists(faults.filter(lambda fault: not (fault.denied and fault.when == "after")), max_size=2),
)


def run(stand: Stand, asked: Asked) -> Result | WaybillError:
    calm = [False]
    for fault in asked.faults:
        error = AccessDenied("no", action="a", resource="r") if fault.denied else Unavailable("down")

        def strike(_: Any, error: WaybillError = error) -> None:
            if not calm[0]:
                raise error

        stand.world.on(fault.call, strike, region=fault.region, skip=fault.skip, times=fault.times, when=fault.when)
    stand.world.calls.forget()
    if asked.stages:
        version = "1.2.3" if asked.to == "previous" else asked.to
        end = stand.end(version=version, require=Require(asked.require), reinstate=asked.reinstate)
    else:
        reinstate = str(asked.reinstate).lower()
        end = stand.back_end(asked.to, run_id=asked.run_id, require=asked.require, reinstate=reinstate)
    calm[0] = True
    return end


def complaints(stand: Stand, asked: Asked, end: Result | WaybillError, before: Held) -> list[str]:
    after = snapshot(stand)
    found = broken_channels(stand.world)
    for name, kept in before.items():
        found += [f"{name}/{key} changed" for key, body in kept.items() if after.get(name, {}).get(key) != body]
    if not isinstance(end, Result):
        return found + ["raised, and wrote"] * (before != after)
    json.dumps(end.to_json())
    found += ["changed, and did not say so"] * (before != after and not end.changed)
    found += ["changed nothing, and did not say so"] * (before == after and end.changed and not asked.faults)
    histories = [stand.world.history(one.region, PRODUCTION, CHANNEL) for one in end.regions]
    named = [history[-1] if history else None for history in histories]
    for one, now in zip(end.regions, named, strict=True):
        if one.channel is ChannelOutcome.MOVED and now != one.channel_after:
            found.append(f"{one.region} names {now}, told {one.channel_after}")
    if asked.stages:
        return found
    if end.outcome in {Outcome.ROLLED_BACK, Outcome.ALREADY} and set(named) != {end.version}:
        found.append(f"{end.outcome}, and the regions name {named}")
    if end.exit_code == ExitCode.OK and end.outcome is not Outcome.SUPERSEDED:
        enough = Require(asked.require).count(3)
        found += ["a success with too few"] * (sum(now == end.version for now in named) < enough and not end.warnings)
    if end.exit_code != ExitCode.OK and not (end.error and (end.resume or end.outcome is Outcome.CONFLICT)):
        found.append("failed in silence")
    taken = standing_withdrawals(events_of(stand))
    if end.outcome is Outcome.ROLLED_BACK and Version(end.version) in taken:
        found.append("it names what is withdrawn")
    return found


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.lists(planted, max_size=4), st.lists(runs, min_size=2, max_size=5))
def test_whatever_happens(tmp_path_factory: pytest.TempPathFactory, left: list[Planted], asked: list[Asked]) -> None:
    stand = Stand(tmp_path_factory.mktemp("together"))
    for version in ("0.8.0", "1.0.0", "2.0.0"):
        stand.stage(version=version)
    for one in left:
        plant(stand, one)
    for one_run in asked:
        before = snapshot(stand)
        end = run(stand, one_run)
        event(f"{'stage' if one_run.stages else 'rollback'} {getattr(end, 'outcome', type(end).__name__)}")
        found = complaints(stand, one_run, end, before)
        assert not found, (found, end)
    end = run(stand, Asked(True, "1.0.0", "9", "all", reinstate=False, faults=()))
    assert not broken_channels(stand.world)
    if isinstance(end, Result) and end.exit_code == ExitCode.OK:
        assert not off_the_floor(stand)
    wrote = [one for one in events_of(stand) if one.kind is Kind.WITHDRAWN and one.withdraws]
    assert all(one.target is not None and one.version >= one.target for one in wrote)
    assert not isinstance(end, InputError)
