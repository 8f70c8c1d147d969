"""Moves a channel in all regions, by P3's protocol: the state machine decides, this module asks and writes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from waybill.commands.observe import SMALL, Site
from waybill.commands.tools import Tools, everywhere
from waybill.domain.channel import Foreign, Move, Phase
from waybill.domain.events import Event, Kind, event_name, standing_withdrawals
from waybill.domain.names import Keys
from waybill.domain.request import StageRequest
from waybill.domain.result import ChannelOutcome
from waybill.domain.versions import Version, parse_or_none
from waybill.errors import ConflictError, Unavailable, WaybillError
from waybill.ports import Exists, NewObject, PutResult
from waybill.progress import Step, Stepped, Warned

ROUNDS = 20
"""A move that was outrun this often in one run gives up; whoever outran it leaves the floor standing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How one region's move ended: what the channel named before and names now, and why it stayed where it did."""

    outcome: ChannelOutcome
    before: str | None
    after: str | None
    note: str | None = None


Moves = tuple[Mapping[str, Moved], Mapping[str, WaybillError]]


@dataclass(slots=True)
class EventBook:
    """The events of one channel, as all regions together show them: one readable anywhere binds all.

    Events are create-only, so one that was read is never read again.
    """

    request: StageRequest
    prefix: str
    known: dict[str, Event] = field(default_factory=dict)

    def survey(self, sites: Mapping[str, Site], tools: Tools) -> None:
        """Read the events of every version. Finds withdrawals of versions that the history no longer shows."""
        self._read(sites, lambda site: site.event_keys, tools)

    def refresh(self, sites: Mapping[str, Site], candidates: Iterable[Version], tools: Tools) -> None:
        """Read the events of the highest candidates, down to the first that stands.

        That is enough: what is withdrawn below it only points at lower versions still.
        """
        seen: set[Version] = set()
        waiting = {*candidates, *self._targets()}
        while waiting - seen:
            highest = max(waiting - seen)
            seen.add(highest)
            self._read(sites, partial(self._listed, highest), tools)
            if highest not in standing_withdrawals(self.known.values()):
                return
            waiting |= self._targets()

    def _listed(self, version: Version, site: Site) -> Iterable[str]:
        return site.bucket.list(Keys(self.prefix, self.request.project, version).events(self.request.channel))

    def _targets(self) -> set[Version]:
        return {event.target for event in self.known.values() if event.target is not None}

    def _read(self, sites: Mapping[str, Site], keys_of: Callable[[Site], Iterable[str]], tools: Tools) -> None:
        def look(name: str) -> dict[str, Event]:
            site = sites[name]
            found: dict[str, Event] = {}
            for key in keys_of(site):
                tools.cancellation.check()
                raw = None if key in self.known else site.bucket.read(key, limit=SMALL)
                if raw is not None:
                    found[key] = _parse(key, raw, site)
            return found

        answers, errors = everywhere(look, list(sites))
        for found in answers.values():
            self.known |= found
        unreadable = [error for error in errors.values() if not isinstance(error, Unavailable)]
        if unreadable or not answers:
            raise next(iter(unreadable or errors.values()))
        for name in errors:
            tools.reporter.tell(Warned(f"{name} does not show its events; those of the other regions are used."))


def _parse(key: str, raw: bytes, site: Site) -> Event:
    try:
        return Event.from_bytes(key.rsplit("/", 1)[1], raw)
    except ValueError as error:
        raise ConflictError(
            f"s3://{site.bucket.name}/{key} in {site.region.name}: {error}.",
            "The channel is not moved while an event cannot be read. Use a newer release.",
        ) from error


def move(request: StageRequest, sites: Mapping[str, Site], tools: Tools, *, prefix: str) -> Moves:
    """Move the channel in these regions to where it belongs. Every region has one end: `Moved` or an error."""
    book = EventBook(request, prefix)
    book.survey(sites, tools)
    if request.reinstate:
        reinstate(request, book, sites, tools)
    mover = _Mover(request, book, sites, tools)
    mover.run()
    ended = {name: _ended(one, request, book) for name, one in mover.moves.items() if name not in mover.errors}
    return {name: end for name, end in ended.items() if isinstance(end, Moved)}, mover.errors | {
        name: end for name, end in ended.items() if isinstance(end, WaybillError)
    }


class _Mover:
    """All regions' moves, in rounds: all histories, then the events, then every write that the machines ask for."""

    def __init__(self, request: StageRequest, book: EventBook, sites: Mapping[str, Site], tools: Tools) -> None:
        self._request = request
        self._book = book
        self._sites = sites
        self._tools = tools
        self.moves = {name: Move(own=request.version) for name in sites}
        self.errors: dict[str, WaybillError] = {}

    def run(self) -> None:
        """Go on until every region's move is done or failed."""
        for _ in range(ROUNDS):
            going = self._going()
            if not going:
                return
            self._tools.cancellation.check()
            self._round(going)
        for name in self._going():
            self.errors[name] = Unavailable(f"The channel in {name} was outrun {ROUNDS} times.", "Run again.")

    def _going(self) -> list[str]:
        return [name for name, one in self.moves.items() if one.phase is not Phase.DONE and name not in self.errors]

    def _round(self, names: list[str]) -> None:
        histories, failed = everywhere(self._read, names)
        self.errors.update(failed)
        values = {value for history in histories.values() for value in history}
        versions = {version for version in map(parse_or_none, values) if version is not None}
        self._book.refresh(self._sites, versions | {self._request.version}, self._tools)
        for name, history in histories.items():
            self.moves[name].saw(history, self._book.known.values())
        written, failed = everywhere(self._write, [name for name in histories if self.moves[name].pending])
        self.errors.update(failed)
        for name, result in written.items():
            self.moves[name].wrote(accepted=result is PutResult.WRITTEN)

    def _read(self, name: str) -> Sequence[str]:
        return self._sites[name].region.parameters.history(self._sites[name].parameter)

    def _write(self, name: str) -> PutResult:
        pending = self.moves[name].pending
        if pending is None:
            raise RuntimeError(f"nothing is pending in {name}")
        self._tools.reporter.tell(Stepped(name, Step.CHANNEL))
        site = self._sites[name]
        return site.region.parameters.put(site.parameter, pending.value.text, create=pending.create)


def _ended(one: Move, request: StageRequest, book: EventBook) -> Moved | WaybillError:
    if isinstance(one.ended, Foreign):
        return ConflictError(
            f"The channel {request.channel} holds {one.ended.value[:80]!r}, which is not a version; it was left alone.",
            "Choose another `channel` or `parameter-prefix`.",
        )
    after = one.ended.value.text if one.ended and one.ended.value else None
    outcome = ChannelOutcome.KEPT if after == one.first else ChannelOutcome.MOVED
    return Moved(outcome=outcome, before=one.first, after=after, note=_note(request, book, after))


def _note(request: StageRequest, book: EventBook, after: str | None) -> str | None:
    if after == request.version.text:
        return None
    withdrawn = standing_withdrawals(book.known.values()).get(request.version)
    if withdrawn:
        event = withdrawn[-1]
        return (
            f"{request.version} was withdrawn from {request.channel} by {event.by or 'somebody'} at {event.at}"
            f"{f' ({event.reason})' if event.reason else ''}; `reinstate: true` brings it back."
        )
    return f"{request.channel} names {after}, which is not lower than {request.version}."


def reinstate(request: StageRequest, book: EventBook, sites: Mapping[str, Site], tools: Tools) -> None:
    """Write, in every region, the event that lifts this version's withdrawals; nothing where there are none."""
    standing = standing_withdrawals(book.known.values()).get(request.version, [])
    if not standing:
        return
    at = tools.clock.now()
    event = Event(
        name=event_name(at, tools.run_id),
        kind=Kind.REINSTATED,
        version=request.version,
        channel=request.channel,
        by=request.origin.actor,
        at=at,
        lifts=tuple(sorted({item.name for item in standing})),
    )

    def write(name: str) -> None:
        site = sites[name]
        put_small(site, f"{site.keys.events(request.channel)}{event.name}", event.to_bytes())

    _, errors = everywhere(write, list(sites))
    if errors:
        raise next(iter(errors.values()))
    key = f"{next(iter(sites.values())).keys.events(request.channel)}{event.name}"
    book.known[key] = event


def put_small(site: Site, key: str, body: bytes) -> bytes:
    """Create a small JSON object; returns what is stored there, which is another's where one was first."""
    new = NewObject(key=key, media_type="application/json", kms_key=site.found.kms_key)
    ended = site.bucket.put(new, body, sha256=hashlib.sha256(body).hexdigest())
    if not isinstance(ended, Exists):
        return body
    stored = site.bucket.read(key, limit=SMALL)
    if stored is None:
        raise Unavailable(f"s3://{site.bucket.name}/{key} in {site.region.name} was there and is gone.", "Run again.")
    return stored
