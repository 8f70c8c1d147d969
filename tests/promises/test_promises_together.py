"""All promises at once: random worlds, random faults, random runs one after the other; what must hold, holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from fakes.aws import PRODUCTION, REGIONS, bucket_name
from fakes.calls import When
from promises.floors import off_the_floor
from promises.stand import (
    CHANNEL,
    LARGE,
    METADATA,
    PROJECT,
    SMALL,
    Stand,
    broken_channels,
    plant_whole,
    plant_withdrawal,
    small_parts,
)
from waybill.domain.require import Require
from waybill.domain.result import ChannelOutcome, Outcome, Result
from waybill.domain.versions import parse_or_none
from waybill.errors import AccessDenied, ExitCode, Unavailable, WaybillError

VERSIONS = ["1.0.0", "1.2.3", "1.2.3+b", "2.0.0-rc.1", "2.0.0"]
OTHER = bytes([SMALL[0] ^ 1]) + SMALL[1:]
versions, regions = st.sampled_from(VERSIONS), st.sampled_from(REGIONS)


@dataclass(frozen=True, slots=True)
class Planted:
    """Something that somebody left in one region before: `whole`, `bare` (no waybill), `named`, or `withdrawn`."""

    what: str
    region: str
    version: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """One call, or every call of a kind, that fails."""

    call: str
    region: str
    skip: int
    times: int | None
    when: When
    denied: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One run."""

    version: str
    body: bytes | None
    metadata: bool
    require: str
    reinstate: bool
    faults: Sequence[Fault]


Held = dict[str, dict[str, bytes]]
CALLS = ["put", "begin", "send", "complete", "head", "read", "list", "stream", "history", "put-parameter", "write", "*"]
planted = st.builds(
    Planted,
    st.sampled_from(["whole", "bare", "named", "withdrawn"]),
    regions,
    versions,
    st.sampled_from([SMALL, OTHER]),
)
faults = st.builds(
    Fault,
    st.sampled_from(CALLS),
    regions,
    st.integers(0, 6),
    st.sampled_from([1, 2, None]),
    st.sampled_from(["before", "after"]),
    st.booleans(),
)
runs = st.builds(
    Asked,
    version=versions,
    body=st.sampled_from([SMALL, SMALL, OTHER, LARGE, None]),
    metadata=st.booleans(),
    require=st.sampled_from(["all", "majority", "1"]),
    reinstate=st.booleans(),
    faults=st.lists(faults, max_size=2),
)


def plant(stand: Stand, one: Planted) -> None:
    bucket = bucket_name(PRODUCTION, one.region)
    if stand.world.body(bucket, f"{PROJECT}@{one.version}") is not None:
        return
    if one.what == "bare":
        stand.world.plant(bucket, f"{PROJECT}@{one.version}", one.body)
        return
    plant_whole(stand.world, one.region, one.body, one.version)
    if one.what == "named":
        stand.world.set_parameter(one.region, PRODUCTION, CHANNEL, one.version)
    if one.what == "withdrawn":
        plant_whole(stand.world, one.region, one.body, "0.9.0")
        plant_withdrawal(stand.world, one.region, one.version, "0.9.0", name=f"{one.region}.json")


def run(stand: Stand, asked: Asked) -> tuple[Result | WaybillError, bool]:
    """Run it; returns its end, and whether an upload may be left that nobody knows or could abort."""
    calm = [False]
    for fault in asked.faults:
        error = AccessDenied("no", action="a", resource="r") if fault.denied else Unavailable("down")

        def strike(_: Any, error: WaybillError = error) -> None:
            if not calm[0]:
                raise error

        stand.world.on(fault.call, strike, region=fault.region, skip=fault.skip, times=fault.times, when=fault.when)
    stand.world.calls.forget()
    end = stand.end(
        asked.body,
        version=asked.version,
        metadata=METADATA if asked.metadata else {},
        require=Require(asked.require),
        reinstate=asked.reinstate,
    )
    calm[0] = True
    left = any(
        (fault.call == "begin" and fault.when == "after") or fault.call in {"write", "*"} for fault in asked.faults
    )
    return end, left


def snapshot(stand: Stand) -> Held:
    """Return everything that is stored; parameters as if they were a bucket of a region."""
    held = {name: stand.world.contents(name) for name in stand.world.buckets}
    for (account, region, name), state in stand.world.parameters.items():
        put = {f"{name} {number}": value.encode() for number, value in enumerate(state.values)}
        held.setdefault(f"{account} {region}", {}).update(put)
    return held


def complaints(
    stand: Stand, asked: Asked, end: Result | WaybillError, before: dict[str, dict[str, bytes]]
) -> list[str]:
    after = snapshot(stand)
    found = broken_channels(stand.world)
    for name, kept in before.items():
        found += [f"{name}/{key} changed" for key, body in kept.items() if after.get(name, {}).get(key) != body]
    succeeded = [call for call in stand.world.calls.log() if call.is_write and call.failed is None]
    if not isinstance(end, Result):
        return found + [f"raised {end}, and wrote {succeeded}"] * (before != after)
    json.dumps(end.to_json())
    holding = [region for region in end.regions if stand.holds(region.region, asked.version)]
    found += [f"{region.region} is not whole" for region in end.regions if region.whole and region not in holding]
    if before != after and not end.changed:
        found.append("changed, and did not say so")
    if before == after and end.changed and not asked.faults:
        found.append("changed nothing, and did not say so")
    if end.exit_code == ExitCode.OK:
        enough = Require(asked.require).count(3)
        if len(holding) < enough:
            found.append(f"a success with {len(holding)} of {enough}")
        if end.outcome is Outcome.PARTIAL and not (end.resume and end.warnings and end.error):
            found.append("partial in silence")
    elif not (end.error and (end.resume or end.outcome is Outcome.CONFLICT)):
        found.append("failed in silence")
    if end.outcome is Outcome.CONFLICT and any(region.channel is ChannelOutcome.MOVED for region in end.regions):
        found.append("moved a channel though there was a conflict")
    for region in end.regions:
        history = stand.world.history(region.region, PRODUCTION, CHANNEL)
        if region.channel is ChannelOutcome.MOVED and history[-1] != region.channel_after:
            found.append(f"{region.region} names {history[-1]}, told {region.channel_after}")
    return found


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.lists(planted, max_size=4), st.lists(runs, min_size=1, max_size=3))
def test_whatever_happens(tmp_path_factory: pytest.TempPathFactory, left: list[Planted], asked: list[Asked]) -> None:
    stand = Stand(tmp_path_factory.mktemp("together"))
    for one in left:
        plant(stand, one)
    with small_parts():
        for one_run in asked:
            before, uploads = snapshot(stand), stand.world.unfinished()
            end, may_leave = run(stand, one_run)
            event(str(getattr(end, "outcome", type(end).__name__)))
            found = complaints(stand, one_run, end, before)
            if stand.world.unfinished() > uploads and not may_leave:
                found.append("an upload is left")
            assert not found, (found, end)
        calm = Asked("0.1.0", SMALL, metadata=False, require="all", reinstate=False, faults=())
        end, _ = run(stand, calm)
        assert not broken_channels(stand.world)
        if isinstance(end, Result) and end.exit_code == ExitCode.OK:
            assert not off_the_floor(stand)
    assert all(parse_or_none(value) for value in stand.channels() if value is not None)
