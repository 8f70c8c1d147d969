"""Explores every interleaving of movers of one channel, a crash before every step included.

A step is one thing that a mover does to the world: read the history, read the events that one region holds, write an
event in one region, put the value. What it does next is the word of `waybill.domain.channel.Move`, and for a rollback
that of `waybill.domain.rollback`. A world is a value, so equal ones are met once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from domain.floor import reinstatement, standing, withdrawal
from waybill.domain import rollback
from waybill.domain.channel import Move, Phase, Put
from waybill.domain.events import Event, event_name, standing_withdrawals
from waybill.domain.versions import Version

History = tuple[str, ...]
Events = frozenset[Event]

LONGEST = 40
"""No scenario needs half as many puts; one that makes more would never end."""


@dataclass(frozen=True, slots=True)
class Mover:
    """One run, and what it `does` next.

    `look`: a rollback reads the history, and then, `looked`, the events of one region after the other, to know where it
    goes (`own` None: to the previous version) and what it withdraws. `glance` and `glanced` are the same the other way
    round. `survey`: a run that reinstates reads the events.
    `write`: the next of `to_write`, pairs of an event and the region to write it in. Then, as every mover, `history`
    (into `seen`), `events` of region `region` (into `known`), `put` of what is `pending`; `done` or `dead` at the end.
    """

    own: Version | None
    does: str = "history"
    name: str = ""
    seen: History = ()
    known: Events = frozenset()
    region: int = 0
    pending: Put | None = None
    to_write: tuple[tuple[Event, int], ...] = ()

    @property
    def live(self) -> bool:
        return self.does not in {"done", "dead"}


@dataclass(frozen=True, slots=True)
class World:
    """The parameter's history, the events that each region holds, and everybody who moves."""

    history: History
    events: tuple[Events, ...]
    movers: tuple[Mover, ...]

    @property
    def all_events(self) -> Events:
        """An event readable in any region binds all."""
        return frozenset().union(*self.events)


def forward(version: str) -> Mover:
    """Return a mover of a version that was staged."""
    return Mover(Version(version))


def back(version: str, name: str = "", *, first: str = "look") -> Mover:
    """Return a rollback to a version, or to the `previous` one; runs of one name are the same run."""
    own = None if version == "previous" else Version(version)
    return Mover(own, does=first, name=name or f"back-to-{version}")


def again(version: str) -> Mover:
    """Return a mover that brings a withdrawn version back (`reinstate: true`)."""
    return Mover(Version(version), does="survey", name=f"reinstate-{version}")


def as_it_is(history: History) -> History:
    """Keep the whole history."""
    return history


def shape(history: History) -> History:
    """Keep what decisions depend on: distinct values in the order of their first coming, and the one that stands.

    Far fewer worlds are then apart. That nothing else matters is tested by itself.
    """
    distinct = tuple(dict.fromkeys(history))
    return distinct if history[-1:] == distinct[-1:] else (*distinct, history[-1])


@dataclass(slots=True)
class Explorer:
    """Walks through all worlds that can follow. Movers may die before any step."""

    keep: Callable[[History], History] = as_it_is
    decisions: dict[tuple[Version | None, History, Events], tuple[Phase, Put | None]] = field(default_factory=dict)
    met: set[World] = field(default_factory=set)

    def ends(
        self, movers: Sequence[Mover], history: Sequence[str], events: Iterable[Event] = (), *, regions: int = 1
    ) -> Iterator[World]:
        """Yield every world in which nobody does anything any more. `events` are in the first region only."""
        held = (frozenset(events), *[frozenset[Event]()] * (regions - 1))
        waiting = [World(tuple(history), held, tuple(movers))]
        while waiting:
            world = waiting.pop()
            if world in self.met:
                continue
            self.met.add(world)
            live = [index for index, mover in enumerate(world.movers) if mover.live]
            if not live:
                yield world
            for index in live:
                waiting.append(self.step(world, index))
                waiting.append(_with(world, index, Mover(world.movers[index].own, does="dead")))

    def step(self, world: World, index: int) -> World:
        """Return the world after one step of one mover."""
        mover = world.movers[index]
        match mover.does:
            case "look":
                return _with(world, index, replace(mover, does="looked", seen=world.history))
            case "looked" | "glance":
                return _with(world, index, self._told(mover, world))
            case "glanced":
                return _with(world, index, self._leads(replace(mover, seen=world.history), len(world.events)))
            case "survey":
                return _with(world, index, self._surveyed(mover, world))
            case "write":
                return self._write(world, index)
            case "history":
                after = replace(mover, does="events", seen=world.history, known=frozenset(), region=0)
                return _with(world, index, after)
            case "events":
                return _with(world, index, self._read(mover, world))
            case _:
                return self.put(world, index)

    def healed(self, world: World) -> World:
        """Return the world after one later mover that brings no version of its own, alone."""
        return self.alone(world, Mover(None))

    def alone(self, world: World, mover: Mover) -> World:
        """Return the world after one later mover, alone."""
        later = replace(world, movers=(mover,))
        while later.movers[0].live:
            later = self.step(later, 0)
        return later

    def _told(self, mover: Mover, world: World) -> Mover:
        """Read the events of one region; after the last, go on."""
        mover = replace(mover, known=mover.known | world.events[mover.region], region=mover.region + 1)
        if mover.region < len(world.events):
            return mover
        return replace(mover, does="glanced") if mover.does == "glance" else self._leads(mover, len(world.events))

    def _leads(self, mover: Mover, regions: int) -> Mover:
        """Decide as the command does: where it goes, whether it may, and what it writes."""
        histories, known, idle = [mover.seen], mover.known, replace(mover, seen=(), known=frozenset(), region=0)
        target = rollback.leads_to(mover.own, histories, known, mover.name)
        own = rollback.own_event(known, mover.name, target)
        if target is None or rollback.is_forward(target, histories, known):
            return replace(idle, does="done")
        if target in standing_withdrawals(known) and own is None:
            return replace(idle, does="done")
        first = withdrawal(target, target, event_name("", mover.name))
        return _writing(replace(idle, own=target), rollback.to_hold(first, mover.name, histories, known), regions)

    def _surveyed(self, mover: Mover, world: World) -> Mover:
        lifts = [event.name for event in standing(world.all_events) if event.version == mover.own]
        assert mover.own is not None
        return _writing(mover, [reinstatement(mover.own, lifts, mover.name)] if lifts else [], len(world.events))

    def _write(self, world: World, index: int) -> World:
        mover = world.movers[index]
        if not mover.to_write:
            return _with(world, index, replace(mover, does="history"))
        event, region = mover.to_write[0]
        events = (*world.events[:region], world.events[region] | {event}, *world.events[region + 1 :])
        return replace(_with(world, index, replace(mover, to_write=mover.to_write[1:])), events=events)

    def _read(self, mover: Mover, world: World) -> Mover:
        known = mover.known | world.events[mover.region]
        if mover.region + 1 < len(world.events):
            return replace(mover, known=known, region=mover.region + 1)
        phase, pending = self._decide(mover, known)
        does = "done" if phase is Phase.DONE else "put"
        return replace(mover, does=does, seen=(), known=frozenset(), region=0, pending=pending)

    def _decide(self, mover: Mover, events: Events) -> tuple[Phase, Put | None]:
        """Ask the real state machine; its answers depend on nothing else, so each is asked for once."""
        asked = (mover.own, mover.seen, events)
        if asked not in self.decisions:
            move = Move(own=mover.own)
            move.saw(mover.seen, events)
            self.decisions[asked] = (move.phase, move.pending)
        return self.decisions[asked]

    def put(self, world: World, index: int) -> World:
        """Put as Systems Manager does: `create` is refused where a rival was first."""
        mover = world.movers[index]
        assert mover.pending is not None
        accepted = not (mover.pending.create and world.history)
        move = Move(own=mover.own, phase=Phase.PUT, pending=mover.pending)
        move.wrote(accepted=accepted)
        assert (move.phase, move.pending, move.puts) == (Phase.READ, None, int(accepted))
        after = _with(world, index, replace(mover, does="history", pending=None))
        if not accepted:
            return after
        history = self.keep((*world.history, mover.pending.value.text))
        assert len(history) < LONGEST, f"movers outrun each other without end: {history}"
        return replace(after, history=history)


def _writing(mover: Mover, events: Iterable[Event], regions: int) -> Mover:
    return replace(
        mover, does="write", to_write=tuple((event, region) for event in events for region in range(regions))
    )


def _with(world: World, index: int, mover: Mover) -> World:
    return replace(world, movers=(*world.movers[:index], mover, *world.movers[index + 1 :]))
