"""Promotion goes forward only: whether the channel may move is known before anything is written (P3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from waybill.commands.conclude import Ends
from waybill.commands.events import EventBook
from waybill.commands.observe import Site
from waybill.commands.run import Run
from waybill.commands.tools import Tools
from waybill.domain.channel import floor
from waybill.domain.events import Event, standing_withdrawals
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
    withdrawn = standing_withdrawals(events.foreseen).get(request.version)
    if withdrawn:
        last = withdrawn[-1]
        return ConflictError(
            f"{request.version} was withdrawn from {request.channel} by {last.by or 'somebody'} at {last.at}"
            f"{f' ({last.reason})' if last.reason else ''}.",
            "`reinstate: true` brings it back; nothing was written.",
        )
    higher = {name: _higher(site, request, events) for name, site in run.sites.items()}
    named = {name: version for name, version in higher.items() if version is not None}
    return _backward(request, named) if named else None


def _higher(site: Site, request: Request, events: Events) -> Version | None:
    version = floor(site.found.history or (), events.foreseen, request.version)
    return version if version is not None and version > request.version else None


def _backward(request: Request, named: Mapping[str, Version]) -> ConflictError:
    versions = dict.fromkeys(named.values())
    said = ", ".join(f"{one} in {', '.join(name for name, it in named.items() if it == one)}" for one in versions)
    return ConflictError(
        f"The channel {request.channel} of {request.project} names {said}, which is higher than {request.version}.",
        "A promotion goes forward only. To go back on purpose: `waybill rollback "
        f"--project {request.project} --channel {request.channel} --to {request.version} --reason ...`",
    )


def outrun(run: Run, ends: Ends) -> Ends:
    """Make a conflict of every region whose channel somebody moved higher at the same moment."""
    after = {name: moved.after for name, moved in ends.moved.items() if name not in ends.errors}
    named = {name: Version(text) for name, text in after.items() if text and text != run.request.version.text}
    passed = {name: version for name, version in named.items() if not version <= run.request.version}
    if not passed:
        return ends
    return replace(ends, errors={**ends.errors, **dict.fromkeys(passed, _backward(run.request, passed))})
