"""P3's floor, written down once more from its sentence, and the events that it speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from waybill.domain.events import Event, Kind
from waybill.domain.versions import Version, parse_or_none


def withdrawal(version: Version, target: Version, name: str) -> Event:
    """Return one withdrawal."""
    return Event(name=name, kind=Kind.WITHDRAWN, version=version, channel="latest", by="a", at="t", target=target)


def withdrawals(target: Version, history: Sequence[str], name: str) -> tuple[Event, ...]:
    """Return the events of a rollback, highest version first: one for each version above its target."""
    above = {version for version in map(parse_or_none, history) if version is not None and version > target}
    return tuple(withdrawal(version, target, name) for version in sorted(above, reverse=True))


def reinstatement(version: Version, lifts: Sequence[str], name: str) -> Event:
    """Return the event that lifts withdrawals of a version."""
    named = tuple(sorted(lifts))
    return Event(name=name, kind=Kind.REINSTATED, version=version, channel="latest", by="a", at="t", lifts=named)


def standing(events: Iterable[Event]) -> list[Event]:
    """Return the withdrawals that nothing lifted."""
    known = list(events)
    lifted = {(event.version, name) for event in known if event.kind is Kind.REINSTATED for name in event.lifts}
    return [event for event in known if event.kind is Kind.WITHDRAWN and (event.version, event.name) not in lifted]


def floors(history: Sequence[str], events: Iterable[Event], own: Version | None = None) -> list[Version]:
    """Return what the channel may name: the highest of history, own and targets, less the withdrawn ones.

    Of equal precedence there may be several; then the one that stands goes before the one that came first, and that
    before all others.
    """
    known = list(events)
    off = {event.version for event in standing(known)}
    parsed = [version for version in map(parse_or_none, history) if version is not None]
    past = [*parsed[-1:], *parsed]
    targets = [event.target for event in known if event.kind is Kind.WITHDRAWN and event.target is not None]
    left = [version for version in (*past, *targets, *([own] if own else [])) if version not in off]
    best = [version for version in left if not any(other > version for other in left)]
    named = [version for version in best if version in past]
    return named[:1] or best
