"""P1, with P4 and P6 where one broken call puts all three on trial."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.aws import REGIONS
from fakes.calls import Call, When
from promises.faults import SCENARIOS, Killed, Scenario, kill_at, steps_of_a_stage
from promises.stand import CHANNEL, KEY, METADATA, Stand, broken_channels, small_parts
from waybill.domain.require import Require
from waybill.domain.result import Outcome, Result
from waybill.errors import AccessDenied, ArtifactError, ExitCode, Unavailable

scenarios = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
either_side = pytest.mark.parametrize("when", ["before", "after"])

DONE = {Outcome.CREATED, Outcome.ALREADY}
ALL_REGIONS = [*REGIONS]


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


def watch(stand: Stand, required: int = 3) -> list[str]:
    """Return the channel puts that came, or come, before enough regions were whole."""
    early: list[str] = []

    def look(call: Call) -> None:
        if sum(map(stand.holds, REGIONS)) < required or not stand.holds(call.region):
            early.append(f"{call.region} too early")

    stand.world.on("put-parameter", look, times=None)
    return early


def broken(stand: Stand, scenario: Scenario, early: list[str]) -> list[str]:
    """Return what is not as promised once the run with the broken call is over; then resume, and stage again."""
    found = early + broken_channels(stand.world)
    somewhere = any(map(stand.holds, REGIONS))
    resumed = stand.end(None)
    if somewhere:
        found += not_done("resuming", resumed, stand)
    elif not isinstance(resumed, ArtifactError) or "No region holds this version whole" not in resumed.what:
        found.append(f"resuming from nothing ended with {resumed}")
    again = stand.end(scenario.body, metadata=scenario.metadata)
    found += not_done("running again", again, stand)
    if somewhere and (not isinstance(again, Result) or again.changed):
        found.append(f"after resuming, there was something left to do: {again}")
    return found + broken_channels(stand.world)


def not_done(what: str, end: object, stand: Stand) -> list[str]:
    """Return what is missing of a run that should have finished."""
    if not isinstance(end, Result) or end.outcome not in DONE or end.exit_code != ExitCode.OK:
        return [f"{what} ended with {end}"]
    if stand.channels() != ["1.2.3"] * 3 or not all(map(stand.holds, REGIONS)):
        return [f"{what} left {stand.channels()}"]
    return []


@scenarios
@either_side
def test_one_call_that_fails_breaks_no_channel_and_leaves_nothing(
    scenario: Scenario, when: When, tmp_path: Path
) -> None:
    found: list[str] = []
    for number, step in enumerate(steps_of_a_stage(scenario, tmp_path)):
        stand = Stand(tmp_path)
        early = watch(stand)
        errors = (Unavailable("The network was pulled out."), AccessDenied("No.", action="s3:Do", resource="arn"))
        stand.world.fail(
            call=step.call,
            region=step.region,
            key=step.pattern,
            skip=step.occurrence,
            error=errors[number % 2],
            when=when,
        )
        stand.end(scenario.body, metadata=scenario.metadata)
        # Whoever never heard that an upload was begun cannot abort it: the bucket's lifecycle rule does.
        if stand.world.unfinished() and not (step.call == "begin" and when == "after"):
            found.append(f"{step}: {stand.world.unfinished()} uploads left")
        found += [f"{step}: {what}" for what in broken(stand, scenario, early)]
    assert not found, "\n".join(found)


@scenarios
@either_side
def test_a_process_killed_at_any_call_breaks_no_channel(scenario: Scenario, when: When, tmp_path: Path) -> None:
    found: list[str] = []
    for step in steps_of_a_stage(scenario, tmp_path):
        stand = Stand(tmp_path)
        early = watch(stand)
        process = kill_at(stand.world, step, when)
        with pytest.raises(Killed):
            stand.end(scenario.body, metadata=scenario.metadata)
        process.revive()
        found += [f"{step}: {what}" for what in broken(stand, scenario, early)]
    assert not found, "\n".join(found)


@scenarios
def test_every_region_is_written_in_the_one_safe_order(scenario: Scenario, stand: Stand) -> None:
    early = watch(stand)
    stand.stage(scenario.body, metadata=scenario.metadata)
    ends = {(KEY, "put"), (KEY, "complete")}
    for region in REGIONS:
        done = [(call.name, call.call) for call in stand.world.calls.log() if call.region == region]
        written = next(place for place, call in enumerate(done) if call in ends)
        verified = done.index((KEY, "head"), written)
        waybill = done.index((f"{KEY}/waybill.json", "put"), verified)
        if scenario.metadata:
            assert verified < done.index((f"{KEY}/metadata", "put")) < waybill
        assert waybill < done.index((CHANNEL, "put-parameter"))
    assert not early


@pytest.mark.parametrize(("require", "needed"), [("1", 1), ("2", 2), ("majority", 2)])
@pytest.mark.parametrize("down", REGIONS)
def test_a_region_that_is_not_whole_keeps_its_channel_when_the_others_are_enough(
    require: str, needed: int, down: str, stand: Stand
) -> None:
    early = watch(stand, needed)
    stand.world.fail(call="put", region=down, key="waybill", times=None)
    stand.stage(require=Require.parse(require), metadata=METADATA)
    assert not early
    assert not broken_channels(stand.world)
    assert not stand.world.history(down, "222222222222", CHANNEL)
