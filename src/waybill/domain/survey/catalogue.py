"""What is stored where, and which channels name it: what one listing and one reading of parameters a region tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from waybill.domain.names import Keys, is_channel, is_project
from waybill.domain.versions import Version, parse_or_none
from waybill.errors import WaybillError


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What a region's listing shows of one version. `size` (bytes) is the artifact's, None where there is none.

    `modified` is when the artifact was written there, `happened` when the last of its events was, both ISO 8601 UTC;
    `events` are their keys.
    """

    version: Version
    size: int | None = None
    modified: str = ""
    happened: str = ""
    metadata: bool = False
    waybill: bool = False
    tombstone: bool = False
    events: tuple[str, ...] = ()

    @property
    def staged(self) -> bool:
        """Whether the artifact is there."""
        return self.size is not None

    @property
    def whole(self) -> bool:
        """Whether artifact and waybill are there; the waybill is written last of all (P1)."""
        return self.staged and self.waybill

    @property
    def pruned(self) -> bool:
        """Whether it was deleted on purpose. Where the artifact still lies, a prune was cut off: run it again."""
        return self.tombstone


Holdings = Mapping[str, Mapping[Version, Holding]]
"""By project, then by version."""

Channels = Mapping[str, Mapping[str, str]]
"""By project, then by channel: the value that the parameter has, which may be no version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """One region of an account: its bucket, what is stored there, and what its channels say."""

    region: str
    bucket: str
    holdings: Holdings
    channels: Channels

    def of(self, project: str) -> Mapping[Version, Holding]:
        """Return what is stored of a project."""
        return self.holdings.get(project, {})

    def named(self, project: str) -> Mapping[str, str]:
        """Return a project's channels and what they name."""
        return self.channels.get(project, {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """An account's regions, in the configuration's order: the stocks of those that answered, else why they did not."""

    regions: tuple[str, ...]
    stocks: Mapping[str, Stock]
    errors: Mapping[str, WaybillError] = field(default_factory=dict)

    def projects(self) -> list[str]:
        """Return every project that is stored, or has a channel, anywhere."""
        found = {name for stock in self.stocks.values() for name in (*stock.holdings, *stock.channels)}
        return sorted(found)

    def versions(self, project: str) -> list[Version]:
        """Return every version that left a trace in any region, the highest first; equal ones by their text."""
        found = {version for stock in self.stocks.values() for version in stock.of(project)}
        return sorted(sorted(found, key=lambda version: version.text), reverse=True)

    def where(self, project: str, version: Version) -> dict[str, Holding]:
        """Return what each region that answered shows of a version."""
        found = ((name, stock.of(project).get(version)) for name, stock in self.stocks.items())
        return {name: holding for name, holding in found if holding is not None}

    def channels(self, project: str) -> dict[str, dict[str, str | None]]:
        """Return what each channel names, region by region of those that answered; None where it is absent."""
        names = sorted({name for stock in self.stocks.values() for name in stock.named(project)})
        return {
            name: {region: stock.named(project).get(name) for region, stock in self.stocks.items()} for name in names
        }

    def naming(self, project: str) -> dict[Version, dict[str, list[str]]]:
        """Return the versions that channels name: by version, then by channel, the regions that say so."""
        found: dict[Version, dict[str, list[str]]] = {}
        for channel, values in self.channels(project).items():
            for region, value in values.items():
                version = parse_or_none(value) if value is not None else None
                if version is not None:
                    found.setdefault(version, {}).setdefault(channel, []).append(region)
        return found


def holdings(listed: Iterable[tuple[str, int, str]], prefix: str) -> dict[str, dict[Version, Holding]]:
    """Return what a listing shows: (key, size, modified) of everything under the key prefix `prefix`.

    What is no version's is passed over. A project's name has no `@`, so that the first one ends it.
    """
    found: dict[str, dict[Version, _Gathered]] = {}
    versions: dict[str, Version | None] = {}
    for key, size, modified in listed:
        project, at, rest = key[len(prefix) :].partition("@")
        text, _, below = rest.partition("/")
        if not at or not key.startswith(prefix) or not is_project(project):
            continue
        if text not in versions:
            versions[text] = parse_or_none(text)
        version = versions[text]
        if version is not None and (below or not rest.endswith("/")):
            found.setdefault(project, {}).setdefault(version, _Gathered()).add(key, below, size, modified)
    return {
        project: {version: gathered.holding(version) for version, gathered in every.items()}
        for project, every in found.items()
    }


@dataclass(slots=True)
class _Gathered:
    size: int | None = None
    modified: str = ""
    happened: str = ""
    below: set[str] = field(default_factory=set)
    events: list[str] = field(default_factory=list)

    def add(self, key: str, below: str, size: int, modified: str) -> None:
        if not below:
            self.size, self.modified = size, modified
        elif below.startswith("events/"):
            self.events.append(key)
            self.happened = max(self.happened, modified)
        else:
            self.below.add(below)

    def holding(self, version: Version) -> Holding:
        return Holding(
            version=version,
            size=self.size,
            modified=self.modified,
            happened=self.happened,
            metadata=Keys.METADATA in self.below,
            waybill=Keys.WAYBILL in self.below,
            tombstone=Keys.TOMBSTONE in self.below,
            events=tuple(self.events),
        )


def channels(values: Mapping[str, str], prefix: str, *, apart: Iterable[str] = ()) -> dict[str, dict[str, str]]:
    """Return the channels among parameters: by project, then by channel. `prefix` is the parameters' prefix.

    `apart` are the names of the configuration's own parameters, which are no channels wherever they lie.
    """
    found: dict[str, dict[str, str]] = {}
    for project, channel, name in _channel_names(values, prefix):
        if name not in apart:
            found.setdefault(project, {})[channel] = values[name]
    return found


def _channel_names(names: Iterable[str], prefix: str) -> Iterator[tuple[str, str, str]]:
    for name in names:
        levels = name[len(prefix) + 1 :].split("/") if name.startswith(f"{prefix}/") else []
        if len(levels) == 2 and is_project(levels[0]) and is_channel(levels[1]):
            yield levels[0], levels[1], name
