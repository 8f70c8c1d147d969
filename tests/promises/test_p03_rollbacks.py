"""P3: a rollback writes its events everywhere first; killed anywhere, it is healed; raced, the floor stands."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.aws import PRODUCTION, REGIONS
from fakes.calls import Call, When
from promises.crossing import Crossing
from promises.faults import Killed, Step, kill_at, steps_of
from promises.floors import events_of, named, off_the_floor
from promises.stand import CHANNEL, Stand, broken_channels, plant_whole
from waybill.domain.result import Outcome, Result
from waybill.errors import ExitCode, Unavailable, WaybillError

HISTORY = "1.0.0 2.0.0 3.0.0 2.5.0 3.0.0"
POINTS = ("history", "list", "put", "put-parameter")
MOMENTS = [("history", 0), ("history", 1), ("history", 2), *(("list", skip) for skip in range(4))]
MOMENTS += [("put", 0), ("put", 1), ("put-parameter", 0)]
"""The calls of a rollback in a region that others may come before or after."""


def begun(stand: Stand) -> Stand:
    """Have a channel at 3.0.0 everywhere, above 2.5.0 and 2.0.0."""
    named(stand, HISTORY, HISTORY, HISTORY)
    return stand


def fresh() -> Stand:
    return begun(Stand(Path(tempfile.mkdtemp())))


def steps(to: str) -> list[Step]:
    """Return the calls of a rollback that meets no fault: those of no region, and of the first."""
    stand = fresh()
    stand.roll_back(to)
    return [step for step in steps_of(stand.world.calls.log()) if step.region in {"", REGIONS[0]}]


def killed(stand: Stand, step: Step, when: When, to: str) -> None:
    """Have a rollback be killed at this call."""
    dead = kill_at(stand.world, step, when)
    with pytest.raises(Killed):
        stand.roll_back(to)
    dead.revive()


def test_every_event_is_in_every_region_before_any_channel_moves_and_the_highest_comes_first(stand: Stand) -> None:
    begun(stand).roll_back("1.0.0")
    writes = [call for call in stand.world.writes() if call.failed is None]
    order = [f"{call.name.partition('/events/')[0]}" if call.call == "put" else "move" for call in writes]
    assert order == [
        *["SugarWater@3.0.0"] * 3,
        *["SugarWater@2.5.0"] * 3,
        *["SugarWater@2.0.0"] * 3,
        *["move"] * 3,
    ]
    assert {call.name for call in writes if call.call == "put-parameter"} == {CHANNEL}


TO = "2.0.0"
STEPS = steps(TO)


@pytest.mark.parametrize("step", STEPS, ids=str)
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_call_the_same_run_finishes_it(step: Step, when: When, stand: Stand) -> None:
    killed(begun(stand), step, when, TO)
    result = stand.roll_back(TO)
    assert result.exit_code == ExitCode.OK
    assert stand.channels() == [TO] * 3
    assert not off_the_floor(stand)
    assert {(event.version.text, event.target and event.target.text) for event in events_of(stand)} == {
        ("3.0.0", TO),
        ("2.5.0", TO),
    }
    assert len(events_of(stand)) == 2, "one rollback, one event under each version"


@pytest.mark.parametrize("step", steps("previous"), ids=str)
@pytest.mark.parametrize("again", ["50", "51"], ids=["the same run", "another run"])
def test_killed_at_any_call_previous_is_where_it_was_going_until_it_is_there(
    step: Step, again: str, stand: Stand
) -> None:
    """Also for another run: who types it again on a laptop is one. Once it is there, another run goes further."""
    killed(begun(stand), step, "after", "previous")
    there = stand.channels() == ["2.5.0"] * 3
    result = stand.roll_back(run_id=again)
    assert result.version == ("2.0.0" if there and again == "51" else "2.5.0")
    assert stand.channels() == [result.version] * 3
    assert not off_the_floor(stand)


def stage_lower(stand: Stand) -> None:
    stand.stage(version="0.9.0")


def stage_higher(stand: Stand) -> None:
    stand.stage(version="4.0.0")
    assert stand.channels() == ["4.0.0"] * 3


def stage_the_withdrawn(stand: Stand) -> None:
    stand.stage(version="3.0.0")


def promote(stand: Stand) -> None:
    crossing = Crossing(stand.folder, world=stand.world)
    crossing.staged(version="2.7.0")
    end = crossing.finish(version="2.7.0", channel="latest")
    assert isinstance(end, Result)


def roll_back_further(stand: Stand) -> None:
    assert stand.roll_back("1.0.0", run_id="77").exit_code == ExitCode.OK
    assert stand.channels() == ["1.0.0"] * 3


@pytest.mark.parametrize("step", [step for step in STEPS if step.call in {"history", "put", "put-parameter"}], ids=str)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("healer", [stage_lower, stage_higher, stage_the_withdrawn, promote, roll_back_further])
def test_killed_at_any_call_it_is_healed_by_whoever_moves_next(
    healer: Callable[[Stand], None], step: Step, when: When, stand: Stand
) -> None:
    killed(begun(stand), step, when, TO)
    healer(stand)
    stand.stage(version="0.1.0")  # a promotion that is refused moves nothing
    assert not off_the_floor(stand)
    assert not broken_channels(stand.world)


@pytest.mark.parametrize(("point", "skip"), MOMENTS)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("rival", ["4.0.0", "2.7.0", "3.0.0"])
def test_a_stage_in_the_middle_of_a_rollback(point: str, when: When, skip: int, rival: str, stand: Stand) -> None:
    began = []

    def stage(_: Call) -> None:
        began.append(rival)
        stand.stage(version=rival)

    stand.world.on(point, stage, when=when, skip=skip, region=REGIONS[0])
    result = begun(stand).roll_back(TO)
    assert began
    assert result.exit_code == ExitCode.OK
    assert not off_the_floor(stand)
    assert not broken_channels(stand.world)
    (ended,) = set(stand.channels())
    assert ended in {TO, rival}
    passed = [region.channel_after for region in result.regions if region.channel_after != TO]
    assert result.outcome is (Outcome.SUPERSEDED if passed else Outcome.ROLLED_BACK)
    if passed:
        assert ended == rival
        assert f"latest names {rival} now: a higher version came while" in result.warnings[0]
    if ended == rival and not passed:
        assert point in {"history", "list"}, "it came when the rollback had seen its own floor stand"


@pytest.mark.parametrize(("point", "skip"), MOMENTS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_rollback_that_goes_further_in_the_middle_of_one(point: str, when: When, skip: int, stand: Stand) -> None:
    began = []

    def further(_: Call) -> None:
        began.append("1.0.0")
        assert stand.roll_back("1.0.0", run_id="9").exit_code == ExitCode.OK

    stand.world.on(point, further, when=when, skip=skip, region=REGIONS[1])
    result = begun(stand).back_end(TO)
    assert began
    assert stand.channels() == ["1.0.0"] * 3
    assert not off_the_floor(stand)
    if isinstance(result, WaybillError):
        assert "is higher than 1.0.0" in result.what or "withdrawn" in result.what
    elif result.exit_code == ExitCode.CONFLICT:
        assert "was withdrawn" in (result.error or "")
    elif result.outcome is Outcome.SUPERSEDED:
        assert "another rollback took 2.0.0 off" in result.warnings[0]
    else:
        assert {region.channel_after for region in result.regions} == {TO}
        assert point in {"history", "list"}, "it came when this one had seen its own floor stand"


@pytest.mark.parametrize("turn", range(4))
def test_rollbacks_stages_and_promotions_at_once_end_on_the_floor(turn: int, tmp_path: Path) -> None:
    stand = Crossing(tmp_path)
    named(stand, "1.0.0 2.0.0 3.0.0", "1.0.0 2.0.0 3.0.0", "1.0.0 2.0.0 3.0.0")
    stand.staged(version="2.8.0")
    movers: list[Callable[[], object]] = [
        lambda: stand.back_end("2.0.0", run_id="1"),
        lambda: stand.end(version="2.2.0"),
        lambda: stand.back_end("previous", run_id="2"),
        lambda: stand.finish(version="2.8.0", channel="latest"),
        lambda: stand.end(version="4.0.0") if turn % 2 else stand.end(version="0.5.0"),
    ]
    movers = movers[turn:] + movers[:turn]
    with ThreadPoolExecutor(len(movers)) as pool:
        ends = list(pool.map(lambda mover: mover(), movers))
    assert all(isinstance(end, Result | WaybillError) for end in ends)
    assert not off_the_floor(stand)
    assert not broken_channels(stand.world)
    if turn % 2:
        assert len(set(stand.channels())) == 1


rivals = st.tuples(
    st.sampled_from(["back 1.0.0", "back 2.0.0", "back previous", "stage 2.2.0", "stage 4.0.0", "reinstate 3.0.0"]),
    st.sampled_from(POINTS),
    st.integers(0, 8),
    st.none() | st.tuples(st.sampled_from(POINTS), st.integers(0, 4)),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.lists(rivals, min_size=1, max_size=3))
def test_rivals_inside_rivals_some_of_which_lose_calls_leave_what_the_next_run_heals(
    planned: list[tuple[str, str, int, tuple[str, int] | None]],
) -> None:
    stand, peace = fresh(), Event()

    def lose(_: Call) -> None:
        if not peace.is_set():
            raise Unavailable("The network was pulled out.")

    def begin(number: int, what: str, loses: tuple[str, int] | None) -> Callable[[Call], object]:
        def rival(_: Call) -> None:
            if peace.is_set():
                return
            if loses is not None:
                stand.world.on(loses[0], lose, region=REGIONS[0], skip=loses[1], when="after")
            verb, version = what.split()
            if verb == "back":
                stand.back_end(version, run_id=f"rival-{number}")
            else:
                stand.end(version=version, reinstate=verb == "reinstate")

        return rival

    for number, (what, point, skip, loses) in enumerate(planned):
        stand.world.on(point, begin(number, what, loses), region=REGIONS[0], when="after", skip=skip)
    first = stand.back_end("2.0.0")
    if isinstance(first, Result) and first.exit_code == ExitCode.OK and all(loses is None for *_, loses in planned):
        assert not off_the_floor(stand)
    peace.set()
    assert stand.stage(version="0.9.0").exit_code == ExitCode.OK
    assert not off_the_floor(stand)
    assert not broken_channels(stand.world)


def test_a_lower_value_that_somebody_puts_late_is_healed_before_it_ends(stand: Stand) -> None:
    begun(stand)
    plant_whole(stand.world, REGIONS[1], version="0.1.0")

    def late(call: Call) -> None:
        stand.world.set_parameter(call.region, PRODUCTION, CHANNEL, "0.1.0")

    stand.world.on("put-parameter", late, when="after", region=REGIONS[1])
    assert stand.roll_back(TO).outcome is Outcome.ROLLED_BACK
    assert stand.channels() == [TO] * 3
