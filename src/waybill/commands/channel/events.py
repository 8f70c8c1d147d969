"""What the regions' listings show of a channel's versions: its events, and which versions are stored where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from waybill.commands.account.observe import Site
from waybill.commands.account.version import SMALL
from waybill.commands.tools import Tools, everywhere
from waybill.domain.events import Event, Kind, standing_withdrawals
from waybill.domain.names import Keys, version_of_key
from waybill.domain.request import Request
from waybill.domain.versions import Version
from waybill.errors import ConflictError, IdentityError, Unavailable, WaybillError
from waybill.progress import Warned


@dataclass(slots=True)
class EventBook:
    """The events of one channel, as all regions together show them: one readable anywhere binds all.

    `sites` are all regions that can be asked, `moving` those whose channel is to move. `listed` are the keys that each
    region has shown. Events are create-only, so one that was read is never read again.
    """

    request: Request
    prefix: str
    sites: Mapping[str, Site]
    moving: Sequence[str]
    known: dict[str, Event] = field(default_factory=dict)
    listed: dict[str, set[str]] = field(default_factory=dict)
    _silent: set[str] = field(default_factory=set)

    def survey(self, tools: Tools) -> None:
        """Read the events of every version. Finds withdrawals of versions that the history no longer shows."""
        self.listed = {name: set() for name in self.sites}
        self._read(lambda site: site.event_keys, tools)

    def refresh(self, candidates: Iterable[set[Version]], tools: Tools) -> None:
        """Read the events of each region's highest candidates, down to the first that stands and its equals.

        That is enough: what is withdrawn below it only points at lower versions still.
        """
        sets, seen = list(candidates), set[Version]()
        while waiting := {version for one in sets for version in self._down_to_standing(one)} - seen:
            seen |= waiting
            self._read(partial(self._keys_of, waiting), tools)

    def holds(self, region: str, version: Version, history: Sequence[str]) -> bool:
        """Whether a region showed that this version is whole there.

        The waybill is written last of all, so it says so. What Startifact staged and named has none.
        """
        keys, listed = self.keys(version), self.listed[region]
        return keys.artifact in listed and (keys.waybill in listed or version.text in history)

    def keys(self, version: Version) -> Keys:
        """Return the keys of a version."""
        return Keys(self.prefix, self.request.project, version)

    def _down_to_standing(self, candidates: set[Version]) -> set[Version]:
        rollbacks = (event for event in self.known.values() if event.kind is Kind.WITHDRAWN)
        targets = {event.target for event in rollbacks if event.target is not None}
        every = candidates | targets
        standing = every - standing_withdrawals(self.known.values()).keys()
        return {version for version in every if not standing or version >= max(standing)}

    def _keys_of(self, versions: Iterable[Version], site: Site) -> Iterator[str]:
        for version in versions:
            yield from site.bucket.list(self.keys(version).artifact)

    def _read(self, keys_of: Callable[[Site], Iterable[str]], tools: Tools) -> None:
        found: dict[str, dict[str, Event]] = {name: {} for name in self.sites}

        def look(name: str) -> None:
            site = self.sites[name]
            for key in keys_of(site):
                tools.cancellation.check()
                self.listed[name].add(key)
                if key not in self.known and self._names_an_event(key):
                    raw = site.bucket.read(key, limit=SMALL)
                    if raw is not None:
                        found[name][key] = _parse(key, raw, site)

        _, errors = everywhere(look, list(self.sites))
        for events in found.values():
            self.known |= events
        self._judge(errors, tools)

    def _names_an_event(self, key: str) -> bool:
        version = version_of_key(key, self.prefix, self.request.project)
        return version is not None and key.startswith(self.keys(version).events(self.request.channel))

    def _judge(self, errors: Mapping[str, WaybillError], tools: Tools) -> None:
        """Raise what forbids to move; a region that is silent is passed over, as is a refusal where nothing moves."""
        for name, error in errors.items():
            refused = isinstance(error, IdentityError) and name not in self.moving
            if len(errors) == len(self.sites) or not (refused or isinstance(error, Unavailable)):
                raise error
        for name in errors.keys() - self._silent:
            tools.reporter.tell(Warned(f"{name} does not show its events; those of the other regions are used."))
        self._silent |= errors.keys()


def foreseen(request: Request, sites: Mapping[str, Site], tools: Tools, *, prefix: str) -> list[Event]:
    """Return the events that a move would find now, for a dry run; those that cannot be read are a warning."""
    book = EventBook(request, prefix, sites, list(sites))
    try:
        book.survey(tools)
    except WaybillError as error:
        tools.reporter.tell(Warned(f"What becomes of the channel cannot be foreseen: {error.what}"))
    lifted = request.version if request.reinstate else None
    return [event for event in book.known.values() if event.kind is not Kind.WITHDRAWN or event.version != lifted]


def _parse(key: str, raw: bytes, site: Site) -> Event:
    try:
        return Event.from_bytes(key.rsplit("/", 1)[1], raw)
    except ValueError as error:
        raise ConflictError(
            f"s3://{site.bucket.name}/{key} in {site.region.name}: {error}.",
            "The channel is not moved while an event cannot be read. Use a newer release.",
        ) from error
