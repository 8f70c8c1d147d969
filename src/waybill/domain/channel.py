"""How a channel moves: forward only, healed by whoever comes next (P3).

SSM has no compare-and-set, so there is one way to move, for everybody: read the parameter's history and then the
events; stop if the value is the floor; else put the floor; read again. A move ends only on a read that finds the floor
standing. History is read *before* events, so that a withdrawal written in between is seen rather than missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from waybill.domain.events import Event, Kind, standing_withdrawals
from waybill.domain.versions import Version, parse_or_none


class UpdateChannel(StrEnum):
    """The input `update-channel`: which versions move the channel."""

    NEWER = "newer"
    PRERELEASE = "prerelease"
    NEVER = "never"

    def lets(self, version: Version) -> bool:
        """Whether a move may be made for this version at all."""
        if self is UpdateChannel.NEVER:
            return False
        return self is UpdateChannel.PRERELEASE or not version.is_prerelease


def current(history: Sequence[str]) -> str | None:
    """Return the value that the parameter has, or None where it is absent."""
    return history[-1] if history else None


def floor(history: Sequence[str], events: Iterable[Event], own: Version | None) -> Version | None:
    """Return the version that the channel must name, or None where nothing says.

    It is the highest among the parameter's history, the mover's own version and the targets of rollbacks, less the
    withdrawn ones. Of versions with equal precedence the one that stands stays, then the one that came first; one's
    own never moves a channel off its equal, but takes the place of a withdrawn one. Values that are not SemVer are
    nobody's version.
    """
    known = list(events)
    withdrawn = standing_withdrawals(known)
    past = [version for version in map(parse_or_none, history) if version is not None]
    targets = [event.target for event in known if event.kind is Kind.WITHDRAWN and event.target is not None]
    # In this order, since only what is strictly higher takes the place of what came before it.
    found = [*past[-1:], *past, *targets, *([own] if own is not None else [])]
    candidates = [version for version in found if version not in withdrawn]
    best: Version | None = None
    for version in candidates:
        if best is None or version > best:
            best = version
    return best


@dataclass(frozen=True, slots=True)
class Put:
    """Write `value`; `create` where the parameter was absent, so that a rival's creation is not overwritten."""

    value: Version
    create: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Nothing to write: the channel names the floor, or what it named where nothing else is left (None: absent)."""

    value: Version | None


@dataclass(frozen=True, slots=True)
class Foreign:
    """The parameter holds something that is not a version; it is never overwritten."""

    value: str


def decide(history: Sequence[str], events: Iterable[Event], own: Version | None) -> Put | Standing | Foreign:
    """Return the one step that the protocol allows after this read."""
    value = current(history)
    if value is not None and parse_or_none(value) is None:
        return Foreign(value)
    target = floor(history, events, own)
    if target is None:
        return Standing(None if value is None else Version(value))
    if target.text == value:
        return Standing(target)
    return Put(target, create=value is None)


class Phase(StrEnum):
    """Where a move is."""

    READ = "read"
    PUT = "put"
    DONE = "done"


@dataclass(slots=True)
class Move:
    """One move of one channel in one region, as a state machine: `saw` after a read, `wrote` after a put.

    `first` is the value found by the first read; `ended` how it ended; `puts` how often it wrote.
    """

    own: Version | None
    phase: Phase = Phase.READ
    first: str | None = None
    pending: Put | None = None
    ended: Standing | Foreign | None = None
    puts: int = 0
    _read_once: bool = field(default=False, repr=False)

    def saw(self, history: Sequence[str], events: Iterable[Event]) -> None:
        """Take the answer of a read: history first, then events."""
        if self.phase is not Phase.READ:
            raise RuntimeError(f"a move in phase {self.phase} does not read")
        if not self._read_once:
            self.first, self._read_once = current(history), True
        decision = decide(history, events, self.own)
        if isinstance(decision, Put):
            self.pending, self.phase = decision, Phase.PUT
        else:
            self.ended, self.phase = decision, Phase.DONE

    def wrote(self, *, accepted: bool) -> None:
        """Take the answer of a put. `accepted` is False where a rival had created the parameter meanwhile."""
        if self.phase is not Phase.PUT:
            raise RuntimeError(f"a move in phase {self.phase} does not write")
        self.puts += accepted
        self.pending, self.phase = None, Phase.READ
