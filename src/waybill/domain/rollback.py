"""What a rollback withdraws, and where `previous` leads: from what all regions show together (P3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from waybill.domain.channel import floor
from waybill.domain.events import Event, Kind, event_name, standing_withdrawals
from waybill.domain.versions import Version, parse_or_none


def named(histories: Iterable[Sequence[str]]) -> set[Version]:
    """Return every version that the channel named in any region."""
    return {version for history in histories for version in map(parse_or_none, history) if version is not None}


def names_now(histories: Iterable[Sequence[str]], events: Iterable[Event]) -> Version | None:
    """Return what the channel should name: the floor of all regions together."""
    known, best = list(events), None
    for history in histories:
        here = floor(history, known, None)
        if here is not None and (best is None or here > best):
            best = here
    return best


def previous(histories: Iterable[Sequence[str]], events: Iterable[Event]) -> Version | None:
    """Return the highest version below the one that the channel should name, which it named, and is not withdrawn."""
    every, known = [tuple(history) for history in histories], list(events)
    now = names_now(every, known)
    if now is None:
        return None
    targets = {event.target for event in known if event.kind is Kind.WITHDRAWN and event.target is not None}
    standing = (named(every) | targets) - standing_withdrawals(known).keys()
    below = [version for version in standing if version < now]
    return max(below) if below else None


def above(target: Version, histories: Iterable[Sequence[str]], events: Iterable[Event]) -> list[Version]:
    """Return what a rollback to `target` takes off the channel, highest first; empty where nothing stands above it.

    All that the history shows above the target, though some of it be withdrawn already: its event names this target.
    Versions of equal precedence are above too, else the one that stands would stay.
    """
    known = list(events)
    targets = {event.target for event in known if event.kind is Kind.WITHDRAWN and event.target is not None}
    every = {version for version in named(histories) | targets if version != target and version >= target}
    if not every - standing_withdrawals(known).keys():
        return []
    return sorted(every, key=lambda version: (version, version.text), reverse=True)


def own_event(events: Iterable[Event], run_id: str) -> Event | None:
    """Return a withdrawal that this same run wrote before, so that it does not step back twice."""
    own = [event for event in events if event.kind is Kind.WITHDRAWN and event.name.endswith(f"-{run_id}.json")]
    return max(own, key=lambda event: event.at) if own else None


def withdrawals(
    versions: Iterable[Version],
    target: Version,
    *,
    own: Event | None,
    channel: str,
    by: str,
    at: str,
    run_id: str,
    reason: str,
) -> list[Event]:
    """Return one event for each version that is taken off; those of `own`, the same run's, where it began them."""
    first = own or Event(
        name=event_name(at, run_id),
        kind=Kind.WITHDRAWN,
        version=target,
        channel=channel,
        by=by,
        at=at,
        reason=reason,
        target=target,
    )
    return [replace(first, version=version) for version in versions]
