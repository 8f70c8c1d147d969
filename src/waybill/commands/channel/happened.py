"""Reads the events that listings showed: each once, from one region, since an event is the same wherever it lies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from waybill.commands.account.find import Shelves
from waybill.commands.account.observe import SMALL
from waybill.commands.tools import Tools, everywhere
from waybill.domain.catalogue import Catalogue
from waybill.domain.versions import Version
from waybill.errors import WaybillError


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
    wanted = list(enumerate(places))

    def read(place: tuple[int, str]) -> Happened | None:
        tools.cancellation.check()
        number, key = place
        version, regions = places[key]
        bucket = shelves.open[regions[number % len(regions)]].bucket
        raw = bucket.read(key, limit=SMALL)
        channel, _, name = key.partition("/events/")[2].partition("/")
        if raw is None or not name or "/" in name:
            return None
        return Happened(key=key, version=version, channel=channel, regions=tuple(regions), raw=raw)

    answers, errors = everywhere(read, wanted)
    events = [event for event in answers.values() if event is not None]
    return sorted(events, key=lambda event: event.name, reverse=True), {
        key: error for (_, key), error in errors.items()
    }
