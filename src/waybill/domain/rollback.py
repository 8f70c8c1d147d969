"""What a rollback withdraws, and where `previous` leads: from what all regions show together (P3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from waybill.domain.channel import current, floor
from waybill.domain.events import Event, Kind, event_name, run_of, standing_withdrawals
from waybill.domain.versions import Version, parse_or_none


def named(histories: Iterable[Sequence[str]]) -> set[Version]:
    """Return every version that the channel named in any region."""
    return {version for history in histories for version in map(parse_or_none, history) if version is not None}


def targets(events: Iterable[Event]) -> set[Version]:
    """Return every version that a rollback pointed the channel at."""
    return {event.target for event in events if event.kind is Kind.WITHDRAWN and event.target is not None}


def names_now(histories: Iterable[Sequence[str]], events: Iterable[Event]) -> Version | None:
    """Return what the channel should name: the floor of all regions together."""
    known = list(events)
    return _highest(floor(history, known, None) for history in histories)


def shows(histories: Iterable[Sequence[str]], events: Iterable[Event]) -> Version | None:
    """Return the highest that the channel names in any region, or should name.

    Where a rollback was cut off, some region still names what it withdrew.
    """
    every = [tuple(history) for history in histories]
    seen = (parse_or_none(current(history) or "") for history in every)
    return _highest([names_now(every, events), *seen])


def _highest(versions: Iterable[Version | None]) -> Version | None:
    best: Version | None = None
    for version in versions:
        if version is not None and (best is None or version > best):
            best = version
    return best


def previous(
    histories: Iterable[Sequence[str]], events: Iterable[Event], *, gone: Collection[Version] = ()
) -> Version | None:
    """Return the highest version below what the channel shows, which it named, and which is not withdrawn.

    So it leads where a rollback was going that was cut off, and no further. `gone` are the versions that were pruned.
    """
    every, known = [tuple(history) for history in histories], list(events)
    now = shows(every, known)
    if now is None:
        return None
    standing = (named(every) | targets(known)) - standing_withdrawals(known).keys() - set(gone)
    # Of equal precedence the first by its text, so that every run takes the same.
    below = sorted((version for version in standing if version < now), key=lambda version: version.text)
    return _highest(below)


def above(target: Version, histories: Iterable[Sequence[str]], events: Iterable[Event]) -> list[Version]:
    """Return what a rollback to `target` takes off the channel, highest first; empty where nothing stands above it.

    All that the history shows above the target, though some of it be withdrawn already: its event names this target.
    Versions of equal precedence are above too, else the one that stands would stay.
    """
    known = list(events)
    every = {version for version in named(histories) | targets(known) if version != target and version >= target}
    if not every - standing_withdrawals(known).keys():
        return []
    return highest_first(every)


def highest_first(versions: Iterable[Version]) -> list[Version]:
    """Return versions in the order in which their events are written."""
    by_text = sorted(versions, key=lambda version: version.text)
    return sorted(by_text, reverse=True)


def own_event(events: Iterable[Event], run_id: str, target: Version | None = None) -> Event | None:
    """Return a withdrawal that this same run wrote before and that stands; of those to `target`, where one is given.

    Going where it went, the run does not step back twice.
    """
    standing = [event for found in standing_withdrawals(events).values() for event in found]
    own = [event for event in standing if run_of(event.name) == run_of(event_name("", run_id)) and event.target]
    own = [event for event in own if target in {None, event.target}]
    return max(own, key=lambda event: (event.at, event.version.text)) if own else None


def begin(
    versions: Sequence[Version],
    target: Version,
    *,
    channel: str,
    by: str,
    at: str,
    run_id: str,
    reason: str,
    taken: Collection[str] = (),
) -> list[Event]:
    """Return the events of a new rollback: one under each version, which names all of them.

    `taken` are the names of events that are there: one run may do two things in one second.
    """
    while (name := event_name(at, run_id)) in taken:
        at = _a_second_later(at)
    first = Event(
        name=name,
        kind=Kind.WITHDRAWN,
        version=target,
        channel=channel,
        by=by,
        at=at,
        reason=reason,
        target=target,
        withdraws=tuple(versions),
    )
    return again(first)


def again(own: Event) -> list[Event]:
    """Return all events of the rollback that one of them belongs to, highest version first.

    What came after it began is not among them: it is for whoever runs anew to say that it must go too.
    """
    return [replace(own, version=version) for version in own.withdraws]


def begun(events: Iterable[Event], target: Version) -> list[Event]:
    """Return the standing events of rollbacks to the same target, which some region may lack."""
    found = [event for standing in standing_withdrawals(events).values() for event in standing]
    return [event for event in found if event.target == target]


def in_order(events: Iterable[Event]) -> list[Event]:
    """Return events as they are to be written: highest version first."""
    by_name = sorted(events, key=lambda event: (event.version.text, event.name))
    return sorted(by_name, key=lambda event: event.version, reverse=True)


def _a_second_later(at: str) -> str:
    return (datetime.fromisoformat(at) + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
