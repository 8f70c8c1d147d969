"""Which versions are needed still: by a channel, a rollback, or what was deployed last. Nothing prunes these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waybill.domain.channel import floor
from waybill.domain.events import Event, Kind, standing_withdrawals
from waybill.domain.survey.catalogue import Catalogue
from waybill.domain.versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a prune goes by, beside the catalogue.

    `events` are each channel's, each with what its document says; `histories` each channel's in every region;
    `uploads` the versions that are being uploaded, with when the last of it was begun (ISO 8601 UTC).
    """

    events: Sequence[tuple[Event, Mapping[str, Any]]]
    histories: Mapping[str, Sequence[Sequence[str]]]
    uploads: Mapping[Version, str]


def protected(project: str, found: Catalogue, facts: Facts) -> dict[Version, str]:
    """Return the versions that are never deleted, each with the reason."""
    reasons: dict[Version, str] = {}
    for version, channels in found.naming(project).items():
        for channel, regions in channels.items():
            where = "" if len(regions) == len(found.regions) else f" in {', '.join(regions)}"
            reasons.setdefault(version, f"`{channel}` names it{where}")
    for channel, events in by_channel(facts.events).items():
        for version, withdrawn in standing_withdrawals(events).items():
            for target in (event.target for event in withdrawn if event.target is not None):
                reasons.setdefault(target, f"a rollback of `{channel}` from {version} points at it")
    for version, event in _deployed_last(facts.events).items():
        reasons.setdefault(version, f"it was deployed last on `{event.channel}`, at {event.at}")
    for channel, histories in facts.histories.items():
        for history in histories:
            belongs = floor(history, by_channel(facts.events).get(channel, []), None)
            if belongs is not None:
                reasons.setdefault(belongs, f"`{channel}` belongs at it")
    return reasons


def by_channel(events: Iterable[tuple[Event, Mapping[str, Any]]]) -> dict[str, list[Event]]:
    """Return the events of each channel."""
    found: dict[str, list[Event]] = {}
    for event, _ in events:
        found.setdefault(event.channel, []).append(event)
    return found


def _deployed_last(events: Iterable[tuple[Event, Mapping[str, Any]]]) -> dict[Version, Event]:
    """Return the versions that were deployed last: on each channel, by each pipeline, and with each end.

    The last that succeeded is what runs, the last of all what may be on its way.
    """
    last: dict[tuple[str, ...], Event] = {}
    for event, document in events:
        if event.kind is Kind.DEPLOYED:
            apart = (event.channel, *(str(document.get(name, "")) for name in ("pipeline", "end", "outcome")))
            if apart not in last or (event.at, event.name) > (last[apart].at, last[apart].name):
                last[apart] = event
    return {event.version: event for event in last.values()}
