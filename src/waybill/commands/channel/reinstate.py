"""Brings a withdrawn version back: the events that lift its withdrawals."""

from __future__ import annotations

from waybill.commands.channel.events import EventBook
from waybill.commands.small import put_event
from waybill.commands.tools import Tools, everywhere
from waybill.domain.event_names import free_name
from waybill.domain.events import Event, Kind, standing_withdrawals
from waybill.domain.request import Request


def reinstate(request: Request, book: EventBook, tools: Tools) -> None:
    """Write, in every region that moves, the event that lifts this version's withdrawals.

    Where they are lifted already, copy the events that do so to the regions that lack them: a region that is asked
    alone one day must not take the version off again.
    """
    standing = standing_withdrawals(book.known.values()).get(request.version, [])
    events = book.keys(request.version).events(request.channel)
    lifting = {key: event for key, event in book.known.items() if key.startswith(events)}
    lifting = {key: event for key, event in lifting.items() if event.kind is Kind.REINSTATED}
    if standing:
        at = tools.clock.now()
        event = Event(
            name=free_name(at, tools.run_id, _taken(events, book)),
            kind=Kind.REINSTATED,
            version=request.version,
            channel=request.channel,
            by=request.origin.actor,
            at=at,
            lifts=tuple(sorted({item.name for item in standing})),
        )
        lifting[f"{events}{event.name}"] = event

    def write(name: str) -> None:
        for key, event in lifting.items():
            if key not in book.listed[name]:
                put_event(book.sites[name], key, event)

    _, errors = everywhere(write, list(book.moving))
    if errors:
        raise next(iter(errors.values()))
    book.known |= lifting


def _taken(events: str, book: EventBook) -> set[str]:
    """Return the names of this version's events, those among them that this very run wrote since it looked."""
    keys, errors = everywhere(lambda name: list(book.sites[name].bucket.list(events)), list(book.moving))
    if errors:
        raise next(iter(errors.values()))
    return {key.removeprefix(events) for found in keys.values() for key in found}
