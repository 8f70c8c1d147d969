"""Promotion goes forward only: whether the channel may move is known before anything is written (P3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from waybill.commands.account.observe import Site
from waybill.commands.channel.events import EventBook
from waybill.commands.release.conclude import Ends
from waybill.commands.release.run import Run
from waybill.commands.tools import Tools
from waybill.domain.channel import floor
from waybill.domain.events import Event, last_withdrawal, standing_withdrawals, was_withdrawn
from waybill.domain.request import Request
from waybill.domain.versions import Version
from waybill.errors import ConflictError, WaybillError


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """The channel's events: all that stand, and those that will after a reinstatement that was asked for."""

    known: tuple[Event, ...]
    foreseen: tuple[Event, ...]


def standing_events(request: Request, sites: Mapping[str, Site], tools: Tools, *, prefix: str) -> Events:
    """Read the channel's events in every region; nothing where it is not to move.

    Raises where too few regions show them: what is withdrawn must be known before a version is promoted.
    """
    if not request.moves or not sites:
        return Events(known=(), foreseen=())
    book = EventBook(request, prefix, sites, list(sites))
    book.survey(tools)
    known = tuple(book.known.values())
    withdrawals = standing_withdrawals(known).get(request.version, []) if request.reinstate else []
    foreseen = tuple(item for item in known if item not in withdrawals)
    return Events(known=known, foreseen=foreseen)


def refuse_backward(run: Run, events: Events) -> WaybillError | None:
    """Return the conflict where the channel names a higher version, or this one was withdrawn; None: go on."""
    request = run.request
    if not request.moves:
        return None
    withdrawal = last_withdrawal(events.foreseen, request.version)
    if withdrawal is not None:
        return ConflictError(f"{was_withdrawn(withdrawal)}.", "`reinstate: true` brings it back; nothing was written.")
    floors = {
        name: floor(site.found.history or (), events.foreseen, request.version) for name, site in run.sites.items()
    }
    named = {name: version for name, version in floors.items() if version and version.text != request.version.text}
    return _backward(request, named) if named else None


def _backward(request: Request, named: Mapping[str, Version]) -> ConflictError:
    """Return the conflict with what the channel names, or is to name: it is higher, or of equal precedence."""
    versions = dict.fromkeys(named.values())
    said = ", ".join(f"{one} in {', '.join(name for name, it in named.items() if it == one)}" for one in versions)
    head = f"The channel {request.channel} of {request.project} names {said}, which is"
    if not any(version > request.version for version in versions):
        return ConflictError(
            f"{head} of the same precedence as {request.version}: build metadata never moves a channel.",
            "Take a version with a higher number.",
        )
    return ConflictError(
        f"{head} higher than {request.version}.",
        "A promotion goes forward only. `waybill rollback` goes back on purpose, to a version that is stored there; "
        "`update-channel: never` brings the bytes here and leaves the channel alone.",
    )


def outrun(run: Run, ends: Ends) -> Ends:
    """Make a conflict of every region whose channel does not name the version: somebody was there at the same moment.

    It was moved higher, or the version was withdrawn.
    """
    own = run.request.version.text
    other = {name: one for name, one in ends.moved.items() if name not in ends.errors and one.after != own}
    named = {name: Version(one.after) for name, one in other.items() if one.after}
    passed = {name: version for name, version in named.items() if not version < run.request.version}
    errors: dict[str, WaybillError] = dict.fromkeys(passed, _backward(run.request, passed)) if passed else {}
    for name in other.keys() - passed.keys():
        errors[name] = ConflictError(other[name].note or f"The channel does not name {own}.", "Look at `waybill info`.")
    return replace(ends, errors={**ends.errors, **errors})
