"""Reads the events that listings showed: each once, since an event is the same wherever it lies.

Whoever deletes goes by them, so that none is passed over: what was listed and cannot be read is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from waybill.commands.account.find import Shelves
from waybill.commands.account.version import SMALL
from waybill.commands.tools import Tools, everywhere
from waybill.domain.names import Keys
from waybill.domain.survey.catalogue import Catalogue
from waybill.domain.versions import Version
from waybill.errors import ConflictError, Unavailable, WaybillError


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event: its key, the version and the channel that it is of, the regions that hold it, and its bytes."""

    key: str
    version: Version
    channel: str
    regions: tuple[str, ...]
    raw: bytes

    @property
    def name(self) -> str:
        """The last part of its key."""
        return self.key.rsplit("/", 1)[1]


def happened(
    found: Catalogue, project: str, versions: Iterable[Version], shelves: Shelves, tools: Tools
) -> tuple[list[Happened], Mapping[str, WaybillError]]:
    """Return the events of these versions, the newest first, and the errors of those that nobody could read, by key."""
    places: dict[str, tuple[Version, list[str]]] = {}
    for version in versions:
        for region, held in found.where(project, version).items():
            for key in held.events:
                places.setdefault(key, (version, []))[1].append(region)
    prefix = shelves.target.organisation.key_prefix
    # A console makes folders of keys that end in a slash: these are no events.
    wanted = list(enumerate(key for key in places if not key.endswith("/")))

    def read(place: tuple[int, str]) -> Happened:
        number, key = place
        version, regions = places[key]
        events = f"{Keys(prefix, project, version).artifact}/events/"
        channel, slash, _ = key.removeprefix(events).partition("/")
        if not slash:
            what = f"{key} in {regions[0]} lies among the events, and is of no channel."
            raise ConflictError(what, "Look at it first.")
        first = number % len(regions)
        for region in (*regions[first:], *regions[:first]):
            tools.cancellation.check()
            raw = shelves.open[region].bucket.read(key, limit=SMALL)
            if raw is not None:
                return Happened(key=key, version=version, channel=channel, regions=tuple(regions), raw=raw)
        raise Unavailable(f"The event {key} was listed in {', '.join(regions)}, and is not there.", "Run again.")

    answers, errors = everywhere(read, wanted)
    return sorted(answers.values(), key=lambda event: event.name, reverse=True), {
        key: error for (_, key), error in errors.items()
    }
