"""What `info` shows of one version: typed, so that every face draws the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waybill.domain.deploy.past import Deploy
from waybill.domain.pruning.tombstone import Tombstone
from waybill.domain.versions import Version
from waybill.domain.waybill import Waybill


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionInfo:
    """One region. `missing` are the names of what is not there; `waybill` is the digest of the one that is.

    `error` says what is wrong with what lies there, or why nobody could look (`answered` False).
    """

    region: str
    answered: bool
    bucket: str | None = None
    key: str | None = None
    version_id: str | None = None
    kms_key: str | None = None
    size: int | None = None
    checksum: str | None = None
    modified: str | None = None
    waybill: str | None = None
    missing: tuple[str, ...] = ()
    pruned: bool = False
    error: str | None = None

    @property
    def whole(self) -> bool:
        """Whether everything is there, and agrees with itself."""
        return self.answered and not (self.missing or self.error or self.pruned)

    def to_json(self) -> dict[str, Any]:
        """Return the region's part of the result document."""
        return {
            "region": self.region,
            "whole": self.whole,
            "answered": self.answered,
            "bucket": self.bucket,
            "key": self.key,
            "version_id": self.version_id,
            "kms_key": self.kms_key,
            "size": self.size,
            "checksum": self.checksum,
            "modified": self.modified,
            "waybill": self.waybill,
            "missing": list(self.missing),
            "pruned": self.pruned,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """A waybill that other regions hold instead: its digest, where, and what differs of the artifact.

    Nothing differs where the same artifact was staged twice at once.
    """

    digest: str
    regions: tuple[str, ...]
    differs: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return its part of the result document."""
        return {"digest": self.digest, "regions": list(self.regions), "differs": list(self.differs)}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventInfo:
    """One event as it is stored. `document` is empty where it cannot be read; `regions` those that hold it."""

    name: str
    channel: str
    regions: tuple[str, ...]
    document: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return its part of the result document."""
        return {**self.document, "name": self.name, "channel": self.channel, "regions": list(self.regions)}


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionInfo:
    """Everything that is known of one version. `waybill` is the one that most regions hold, `digest` its digest.

    Without a waybill only Startifact staged it, and `metadata` is what its document says. `channels` are those that
    name it, with the regions that say so.
    """

    project: str
    version: Version
    waybill: Waybill | None
    digest: str | None
    others: tuple[Other, ...]
    metadata: Mapping[str, str]
    file_name: str | None
    channels: Mapping[str, tuple[str, ...]]
    regions: tuple[RegionInfo, ...]
    events: tuple[EventInfo, ...]
    pruned: bool = False
    tombstone: Tombstone | None = None

    @property
    def deploys(self) -> list[Deploy]:
        """Every deploy of this version that its events tell of, in their order."""
        return [found for event in self.events if (found := Deploy.read(event.document)) is not None]

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""
        document = self.waybill.document() if self.waybill else None
        return {
            "waybill": {**document, "digest": self.digest} if document else None,
            "other_waybills": [other.to_json() for other in self.others],
            "metadata": dict(self.metadata),
            "file_name": self.file_name,
            "chain": [dict(link) for link in self.waybill.chain] if self.waybill else [],
            "regions": [region.to_json() for region in self.regions],
            "channels": {name: list(regions) for name, regions in self.channels.items()},
            "events": [event.to_json() for event in self.events],
            "deploys": [found.to_json() for found in self.deploys],
            "pruned": self.tombstone.document() if self.tombstone else {} if self.pruned else None,
        }
