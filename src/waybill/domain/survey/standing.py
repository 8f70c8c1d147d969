"""How a project stands in one account: its channels, and the versions that are not the same in every region."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from waybill.domain.deploy.past import PipelineStatus
from waybill.domain.versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRegion:
    """One channel in one region. `names` is a version as the parameter says it, None where absent or unreadable.

    `whole` is None where nothing is named, or nobody could look. `why` says what is wrong there, empty where nothing
    is. `lags` where the floor of P3 is another version, `withdrawn` where a rollback took the named one off. `bare`:
    the version is there as Startifact leaves it, without a waybill. `foreign`: the parameter holds no version.
    """

    region: str
    names: str | None = None
    readable: bool = True
    whole: bool | None = None
    why: str = ""
    lags: bool = False
    withdrawn: bool = False
    bare: bool = False
    foreign: bool = False

    @property
    def troubled(self) -> bool:
        """Whether somebody should look here. What could not be read is said once, of the region, and not of each."""
        broken = self.whole is False and not self.bare
        return self.foreign or self.lags or self.withdrawn or broken

    def to_json(self) -> dict[str, Any]:
        """Return the region's part of the result document."""
        return {
            "region": self.region,
            "names": self.names,
            "readable": self.readable,
            "whole": self.whole,
            "lagging": self.lags,
            "withdrawn": self.withdrawn,
            "why": self.why or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfDone:
    """A rollback whose events stand and whose channel has not moved in `regions`."""

    target: str
    withdrew: tuple[str, ...]
    by: str
    at: str
    reason: str
    regions: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "target": self.target,
            "withdrew": list(self.withdrew),
            "by": self.by,
            "at": self.at,
            "reason": self.reason,
            "regions": list(self.regions),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelStatus:
    """One channel. `names` is what more than half of all regions name, None where no version has that many.

    `floor` is the version that P3 says it must name, None where nothing says. `drift`: regions that could be read
    name different things.
    """

    channel: str
    names: str | None
    floor: str | None
    drift: bool
    regions: tuple[ChannelRegion, ...]
    rollback: HalfDone | None = None

    @property
    def troubled(self) -> bool:
        """Whether somebody should look here."""
        return self.drift or self.rollback is not None or any(item.troubled for item in self.regions)

    def to_json(self) -> dict[str, Any]:
        """Return the channel's part of the result document."""
        return {
            "channel": self.channel,
            "drift": self.drift,
            "names": self.names,
            "floor": self.floor,
            "half_done_rollback": self.rollback.to_json() if self.rollback else None,
            "regions": [item.to_json() for item in self.regions],
        }


class Half(StrEnum):
    """In what way a version is not the same everywhere."""

    HALF_STAGED = "half-staged"
    BARE = "without a waybill"
    HALF_PRUNED = "half-pruned"
    DIFFERENT = "different bytes"

    @property
    def troubled(self) -> bool:
        """Whether somebody should look: what only Startifact staged is no fault."""
        return self is not Half.BARE


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRegion:
    """What one region holds of a version; `size` in bytes."""

    region: str
    readable: bool = True
    artifact: bool = False
    metadata: bool = False
    waybill: bool = False
    tombstone: bool = False
    size: int | None = None

    @property
    def whole(self) -> bool:
        """Whether artifact and waybill are there; the waybill is written last of all (P1)."""
        return self.artifact and self.waybill

    @property
    def empty(self) -> bool:
        """Whether it could be read and holds nothing."""
        return self.readable and not (self.artifact or self.metadata or self.waybill or self.tombstone)

    def holds(self) -> list[str]:
        """Return the names of what is there."""
        pairs = (
            ("artifact", self.artifact),
            ("metadata", self.metadata),
            ("waybill", self.waybill),
            ("tombstone", self.tombstone),
        )
        return [name for name, there in pairs if there]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionStatus:
    """A version that is not the same in every region. `modified` is when anything of it was written last (UTC).

    `source` is a region that holds it whole, None where none does. `lacking` are the regions to complete. `why` is a
    sentence. `stale`: nothing of it was written for an hour.
    """

    version: Version
    half: Half
    regions: tuple[VersionRegion, ...]
    why: str
    source: str | None = None
    lacking: tuple[str, ...] = ()
    modified: str = ""
    stale: bool = False
    repairable: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the version's part of the result document."""
        return {
            "version": self.version.text,
            "state": self.half.value,
            "why": self.why,
            "whole_in": [item.region for item in self.regions if item.whole],
            "lacking": list(self.lacking),
            "modified": self.modified or None,
            "stale": self.stale,
            "repairable": self.repairable,
            "regions": [
                {"region": item.region, "readable": item.readable, "holds": item.holds()} for item in self.regions
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectStatus:
    """One project: its channels, the versions that are not the same everywhere, and how many versions there are.

    `deploys` is where pipelines stand, as far as the newest events tell. A deploy that failed needs no attention here:
    whoever ran it was told.
    """

    project: str
    channels: tuple[ChannelStatus, ...] = ()
    halves: tuple[VersionStatus, ...] = ()
    versions: int = 0
    deploys: tuple[PipelineStatus, ...] = ()

    @property
    def troubled(self) -> bool:
        """Whether somebody should look here."""
        return any(item.troubled for item in self.channels) or any(item.half.troubled for item in self.halves)

    def to_json(self) -> dict[str, Any]:
        """Return the project's part of the result document."""
        return {
            "project": self.project,
            "versions": self.versions,
            "channels": [item.to_json() for item in self.channels],
            "versions_half_staged": [item.to_json() for item in self.halves],
            "deploys": [item.to_json() for item in self.deploys],
        }
