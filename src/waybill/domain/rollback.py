"""What a rollback withdraws, and where `previous` leads: from what all regions show together (P3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

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
    return sorted(sorted(every, key=lambda version: version.text), reverse=True)


def own_event(events: Iterable[Event], run_id: str, target: Version | None = None) -> Event | None:
    """Return a withdrawal that this same run wrote before and that stands; of those to `target`, where one is given.

    Going where it went, the run does not step back twice.
    """
    standing = [event for found in standing_withdrawals(events).values() for event in found]
    own = [event for event in standing if run_of(event.name) == run_of(event_name("", run_id)) and event.target]
    own = [event for event in own if target in {None, event.target}]
    return max(own, key=lambda event: (event.at, event.version.text)) if own else None


def leads_to(
    to: Version | None,
    histories: Iterable[Sequence[str]],
    events: Iterable[Event],
    run_id: str,
    *,
    gone: Collection[Version] = (),
) -> Version | None:
    """Return where to go: what was asked for, or where this same run went before, or the previous version, if any."""
    known = list(events)
    own = own_event(known, run_id)
    if to is not None or (own is not None and own.target is not None):
        return to or (own.target if own else None)
    return previous(histories, known, gone=gone)


def is_forward(target: Version, histories: Iterable[Sequence[str]], events: Iterable[Event]) -> bool:
    """Whether the channel names less than `target`, which was not withdrawn: no rollback leads there."""
    known = list(events)
    now = names_now(histories, known)
    return now is not None and target > now and target not in standing_withdrawals(known)


def to_hold(first: Event, run_id: str, histories: Iterable[Sequence[str]], events: Iterable[Event]) -> list[Event]:
    """Return the events that every region is to hold, in the order in which they are written: highest version first.

    `first` is what a rollback that begins now would write; one that this same run began is carried on as it was: what
    came since is not taken off. What other rollbacks to the same target left in some regions only is among them.
    """
    known = list(events)
    if first.target is None:
        raise ValueError("a rollback has a target")
    own = own_event(known, run_id, first.target)
    begins = own or replace(first, withdraws=tuple(above(first.target, histories, known)))
    mine = [replace(begins, version=version) for version in begins.withdraws]
    standing = [event for found in standing_withdrawals(known).values() for event in found]
    begun = [event for event in standing if event.target == first.target and event not in mine]
    by_name = sorted([*mine, *begun], key=lambda event: (event.version.text, event.name))
    return sorted(by_name, key=lambda event: event.version, reverse=True)


def unfinished(target: Version, histories: Iterable[Sequence[str]], events: Iterable[Event]) -> Event | None:
    """Return the last withdrawal of a rollback to `target` that some region's channel does not follow yet."""
    known, every = list(events), [tuple(history) for history in histories]
    shown, floors = shows(every, known), names_now(every, known)
    standing = [event for found in standing_withdrawals(known).values() for event in found]
    begun = [event for event in standing if event.target == target]
    if not begun or floors != target or shown is None or not shown > target:
        return None
    return max(begun, key=lambda event: (event.at, event.version.text))
