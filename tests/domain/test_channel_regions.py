"""Random runs over several regions: histories that differ, every kind of mover, strangers who write what they like."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.floor import floors, reinstatement, standing, withdrawals
from domain.strategies import near_versions
from waybill.domain.channel import Move, Phase
from waybill.domain.events import Event
from waybill.domain.versions import Version, parse_or_none

REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
KEPT = 12
"""Systems Manager keeps a hundred; that the end is cut off is what matters, and a short one is cut more often."""

Steps = Generator[None, None, None]

some = near_versions | st.builds(lambda base, build: Version(f"{base}+{build}"), near_versions, st.sampled_from("ab"))
pasts = st.lists(some.map(str), max_size=4) | st.builds(
    lambda value, count: [value.text] * count, some, st.integers(KEPT - 2, KEPT)
)


@dataclass(slots=True)
class World:
    """Every region's history, cut as Systems Manager cuts it, and the events in its bucket."""

    history: dict[str, list[str]]
    events: dict[str, set[Event]] = field(default_factory=lambda: {region: set() for region in REGIONS})

    def put(self, region: str, value: str, *, create: bool) -> bool:
        if create and self.history[region]:
            return False
        self.history[region] = [*self.history[region], value][-KEPT:]
        return True

    def all_events(self) -> set[Event]:
        return set().union(*self.events.values())


def moving(world: World, own: Version | None) -> Steps:
    """Move in all regions, in rounds: all histories, then the events of every region, then the puts."""
    moves = {region: Move(own=own) for region in REGIONS}
    while going := [region for region in REGIONS if moves[region].phase is not Phase.DONE]:
        seen = {}
        for region in going:
            seen[region] = list(world.history[region])
            yield
        known: set[Event] = set()
        for region in REGIONS:
            known |= world.events[region]
            yield
        for region in going:
            moves[region].saw(seen[region], known)
            if pending := moves[region].pending:
                moves[region].wrote(accepted=world.put(region, pending.value.text, create=pending.create))
                yield


def writing(world: World, events: Iterable[Event]) -> Steps:
    """Write events in every region."""
    for event in events:
        for region in REGIONS:
            world.events[region].add(event)
            yield


def rolling_back(world: World, target: Version, name: str) -> Steps:
    history: list[str] = []
    for region in REGIONS:
        history += world.history[region]
        yield
    yield from writing(world, withdrawals(target, history, name))
    yield from moving(world, target)


def reinstating(world: World, version: Version, name: str) -> Steps:
    lifts = [event.name for event in standing(world.all_events()) if event.version == version]
    yield
    yield from writing(world, [reinstatement(version, lifts, name)] if lifts else [])
    yield from moving(world, version)


def a_stranger(world: World, value: str) -> Steps:
    """Startifact's way: the last writer wins."""
    for region in REGIONS:
        world.put(region, value, create=False)
        yield


Kind = Callable[[World, Version, str], Steps]
KINDS: dict[str, Kind] = {
    "forward": lambda world, version, name: moving(world, version),
    "back": rolling_back,
    "again": reinstating,
}
plans = st.lists(st.tuples(st.sampled_from(sorted(KINDS)), some), min_size=1, max_size=4)


def run(tasks: list[Steps], random: Random, *, crashes: bool) -> None:
    """Let one task after the other make a step, in random order; some never make their next."""
    while tasks:
        task = random.choice(tasks)
        if crashes and random.random() < 0.05:
            tasks.remove(task)
            continue
        try:
            next(task)
        except StopIteration:
            tasks.remove(task)


def the_floor_stands(world: World) -> None:
    for region, history in world.history.items():
        if history and parse_or_none(history[-1]) is None:
            continue
        allowed = [floor.text for floor in floors(history, world.all_events())]
        assert history[-1:] == [] if not allowed else history[-1] in allowed, region


@settings(max_examples=80)
@given(st.tuples(pasts, pasts, pasts), plans, st.randoms(use_true_random=False))
def test_p3_where_nobody_crashed_the_floor_stands_in_every_region(
    histories: tuple[list[str], list[str], list[str]], plan: list[tuple[str, Version]], random: Random
) -> None:
    world = World(dict(zip(REGIONS, histories, strict=True)))
    run([KINDS[kind](world, version, f"{kind}-{n}") for n, (kind, version) in enumerate(plan)], random, crashes=False)
    the_floor_stands(world)


@settings(max_examples=80)
@given(
    st.tuples(pasts, pasts, pasts),
    plans,
    st.lists(some.map(str) | st.sampled_from(["main", "v1.0.0"]), max_size=2),
    st.randoms(use_true_random=False),
)
def test_p3_after_crashes_and_strangers_one_later_mover_leaves_the_floor_and_touches_nothing_foreign(
    histories: tuple[list[str], list[str], list[str]],
    plan: list[tuple[str, Version]],
    strangers: list[str],
    random: Random,
) -> None:
    world = World(dict(zip(REGIONS, histories, strict=True)))
    tasks = [KINDS[kind](world, version, f"{kind}-{n}") for n, (kind, version) in enumerate(plan)]
    run([*tasks, *(a_stranger(world, value) for value in strangers)], random, crashes=True)
    before = {region: list(history) for region, history in world.history.items()}
    run([moving(world, None)], random, crashes=False)
    the_floor_stands(world)
    for region, history in before.items():
        if history and parse_or_none(history[-1]) is None:
            assert world.history[region] == history
    after = {region: list(history) for region, history in world.history.items()}
    run([moving(world, None)], random, crashes=False)
    assert world.history == after, "a second later mover found something to do"
