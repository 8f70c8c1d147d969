from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.floor import floors, withdrawal
from domain.interleaving import Explorer, History, Mover, World, again, as_it_is, back, forward, shape
from domain.strategies import near_versions
from waybill.domain.channel import decide
from waybill.domain.events import Event
from waybill.domain.versions import Version


@dataclass(frozen=True, slots=True)
class Scenario:
    """Movers that run at the same time, and what they find. `regions` hold events."""

    movers: Sequence[Mover]
    history: Sequence[str]
    events: tuple[Event, ...] = ()
    regions: int = 1
    keep: Callable[[History], History] = as_it_is


OFF = withdrawal(Version("4.0.0"), Version("1.0.0"), "earlier")

SCENARIOS = {
    "three forward": Scenario([forward("3.0.0"), forward("2.0.0"), forward("4.0.0")], ["1.0.0"]),
    "three forward, absent": Scenario([forward("3.0.0"), forward("2.0.0"), forward("4.0.0")], []),
    "rollback against two": Scenario([forward("4.0.0"), forward("3.0.0"), back("1.0.0")], ["1.0.0", "3.0.0"]),
    "two rollbacks, one forward": Scenario(
        [forward("5.0.0"), back("2.0.0"), back("1.0.0")], ["1.0.0", "2.0.0", "4.0.0"], keep=shape
    ),
    "rerun of the withdrawn": Scenario([forward("4.0.0"), forward("4.0.0"), back("1.0.0")], ["1.0.0", "4.0.0"]),
    "equal precedence": Scenario([forward("2.0.0+a"), forward("2.0.0+b"), forward("1.0.0+c")], ["1.0.0"]),
    "equal precedence, absent": Scenario([forward("2.0.0+a"), forward("2.0.0+b")], []),
    "a build of the withdrawn": Scenario([forward("2.0.0+b"), back("1.0.0")], ["1.0.0", "2.0.0+a"]),
    "rollback against two, events first": Scenario(
        [forward("4.0.0"), forward("3.0.0"), back("1.0.0", first="glance")], ["1.0.0", "3.0.0"]
    ),
    "one rollback twice, and one forward": Scenario(
        [back("1.0.0", "run"), back("1.0.0", "run"), forward("2.5.0")], ["1.0.0", "2.0.0", "3.0.0"], keep=shape
    ),
    "two go to the previous": Scenario(
        [back("previous", "a"), back("previous", "b", first="glance"), forward("4.0.0")],
        ["1.0.0", "2.0.0", "3.0.0"],
        keep=shape,
    ),
    "one run goes to the previous twice": Scenario(
        [back("previous", "run"), back("previous", "run"), forward("2.5.0")], ["1.0.0", "2.0.0", "3.0.0"], keep=shape
    ),
    "the previous, while another goes further": Scenario(
        [back("previous", "a"), back("1.0.0", "b"), forward("3.0.0")], ["1.0.0", "2.0.0", "3.0.0"], keep=shape
    ),
    "rolled back among equals": Scenario(
        [back("2.0.0+b"), forward("2.0.0+c"), back("previous", "p")], ["1.0.0", "2.0.0+a"], keep=shape
    ),
    "a target that the channel never named": Scenario([forward("3.0.0"), back("1.5.0")], ["1.0.0", "2.0.0"]),
    "pre-releases": Scenario(
        [forward("2.0.0-rc.2"), forward("2.0.0"), back("2.0.0-rc.1")], ["1.0.0", "2.0.0-rc.1"], keep=shape
    ),
    "events in two regions": Scenario(
        [forward("4.0.0"), back("1.0.0")], ["1.0.0", "3.0.0", "4.0.0"], regions=2, keep=shape
    ),
    "an event in one region only": Scenario(
        [forward("4.0.0"), forward("3.0.0")], ["1.0.0", "4.0.0"], events=(OFF,), regions=2
    ),
    "reinstated against a rollback": Scenario(
        [again("4.0.0"), back("1.0.0", "second")], ["1.0.0", "4.0.0", "1.0.0"], events=(OFF,), regions=2
    ),
    "reinstated against a rerun": Scenario(
        [again("4.0.0"), forward("4.0.0"), forward("3.0.0")], ["1.0.0", "4.0.0", "1.0.0"], events=(OFF,)
    ),
}


def the_promise_holds(explorer: Explorer, world: World) -> None:
    """P3: once movers end, or any later mover has run, the channel names the floor."""
    healed = explorer.healed(world)
    allowed = [floor.text for floor in floors(world.history, world.all_events)]
    assert list(healed.history[-1:]) == [] if not allowed else healed.history[-1] in allowed, "not healed later"
    if all(mover.does == "done" for mover in world.movers):
        assert healed.history == world.history, "nobody crashed, yet the floor does not stand"


@pytest.mark.parametrize("name", SCENARIOS)
def test_p3_the_floor_stands_after_every_interleaving_and_every_crash(name: str) -> None:
    scenario = SCENARIOS[name]
    explorer = Explorer(scenario.keep)
    ends = 0
    for world in explorer.ends(scenario.movers, scenario.history, scenario.events, regions=scenario.regions):
        the_promise_holds(explorer, world)
        ends += 1
    assert ends > 2 ** len(scenario.movers), "the explorer did not explore"


ROLLBACKS = {
    "to a version": Scenario([back("1.0.0", "run")], ["1.0.0", "2.0.0", "3.0.0"]),
    "to a version that was never named": Scenario([back("1.5.0", "run")], ["1.0.0", "2.0.0", "3.0.0"]),
    "in two regions": Scenario([back("1.0.0", "run")], ["1.0.0", "2.0.0", "3.0.0"], regions=2),
    "to the previous": Scenario([back("previous", "run")], ["1.0.0", "2.0.0", "3.0.0"]),
    "to the previous, with a value put late": Scenario([back("previous", "run")], ["1.0.0", "2.0.0", "3.0.0", "1.0.0"]),
    "to an equal": Scenario([back("2.0.0+b", "run")], ["1.0.0", "2.0.0+a"]),
    "while somebody heals": Scenario([back("1.0.0", "run"), forward("0.5.0")], ["1.0.0", "2.0.0", "3.0.0"], keep=shape),
}
"""Rollbacks that nothing higher gets in the way of."""


@pytest.mark.parametrize("name", ROLLBACKS)
def test_a_rollback_that_was_cut_off_anywhere_is_finished_by_the_same_run(name: str) -> None:
    """Also where whoever moved next had healed it by halves: what it took off is told by each of its events."""
    scenario = ROLLBACKS[name]
    explorer = Explorer(scenario.keep)
    first = scenario.movers[0]
    target = first.own.text if first.own else "2.0.0"
    ends = 0
    for world in explorer.ends(scenario.movers, scenario.history, regions=scenario.regions):
        for healed in (world, explorer.healed(world)):
            again = explorer.alone(healed, first)
            assert again.history[-1] == target
            assert explorer.alone(again, first) == again, "the second time it changed something"
        ends += 1
    assert ends > len(scenario.history)


def test_a_run_that_is_over_does_not_take_off_what_came_since() -> None:
    explorer = Explorer()
    rollback, hotfix = back("1.0.0", "run"), forward("1.0.1")
    world = explorer.alone(World(("1.0.0", "2.0.0"), (frozenset(),), (rollback,)), rollback)
    world = explorer.alone(world, hotfix)
    assert world.history[-1] == "1.0.1"
    assert explorer.alone(world, rollback) == replace(world, movers=explorer.alone(world, rollback).movers)


@given(
    st.lists(near_versions, max_size=12),
    st.lists(st.tuples(near_versions, near_versions), max_size=3),
    st.none() | near_versions,
)
def test_decisions_depend_on_the_shape_of_the_history_alone(
    history: list[Version], events: list[tuple[Version, Version]], own: Version | None
) -> None:
    texts = tuple(version.text for version in history)
    off = [withdrawal(version, target, str(index)) for index, (version, target) in enumerate(events)]
    assert decide(texts, off, own) == decide(shape(texts), off, own)


class Trusting(Explorer):
    """Its movers end with a put, without looking again."""

    def put(self, world: World, index: int) -> World:
        after = super().put(world, index)
        movers = [replace(mover, does="done") if place == index else mover for place, mover in enumerate(after.movers)]
        return replace(after, movers=tuple(movers))


@pytest.mark.parametrize("name", ["three forward", "rollback against two", "pre-releases"])
def test_the_explorer_finds_movers_that_break_the_protocol(name: str) -> None:
    explorer, scenario = Trusting(shape), SCENARIOS[name]

    def explore() -> None:
        for world in explorer.ends(scenario.movers, scenario.history):
            the_promise_holds(explorer, world)

    with pytest.raises(AssertionError, match="the floor does not stand"):
        explore()
