"""What one region holds of a version, and what is wrong with it: for `info`, which hides nothing and raises nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from waybill.commands.account.find import Shelf
from waybill.commands.account.version import SMALL, foreign_waybill, proved
from waybill.commands.tools import Tools
from waybill.domain.names import Keys
from waybill.domain.observation import Observation, Stored
from waybill.domain.plan import damage
from waybill.domain.survey.catalogue import Holding
from waybill.domain.survey.info import Other, RegionInfo
from waybill.domain.waybill import Waybill, digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What one region holds. `error` is what is wrong with it."""

    artifact: Stored | None
    metadata: bytes | None
    raw: bytes | None
    tombstone: bytes | None
    waybill: Waybill | None = None
    error: str | None = None


def inspect(shelf: Shelf, keys: Keys, held: Holding, tools: Tools) -> Inspected:
    """Inspected at what a region's listing shows (`held`); what cannot be read as a waybill is said, and not raised."""
    tools.cancellation.check()
    bucket = shelf.bucket
    look = Inspected(
        artifact=bucket.head(keys.artifact) if held.staged else None,
        metadata=bucket.read(keys.metadata, limit=SMALL) if held.metadata else None,
        raw=bucket.read(keys.waybill, limit=SMALL) if held.waybill else None,
        tombstone=bucket.read(keys.tombstone, limit=SMALL) if held.tombstone else None,
    )
    if look.raw is None:
        return look
    try:
        waybill = Waybill.from_bytes(look.raw)
    except ValueError as error:
        return replace(look, error=f"Its waybill cannot be read: {error}.")
    found = Observation(
        region=shelf.region.name,
        account="",
        bucket=bucket.name,
        kms_key=None,
        artifact=look.artifact,
        metadata=look.metadata,
        waybill=waybill,
    )
    if wrong := foreign_waybill(found, keys):
        return replace(look, error=wrong.what)
    bad = damage(proved(bucket, found, tools))
    return replace(look, waybill=waybill, error=bad.what if bad else None)


def most_common(looks: Mapping[str, Inspected]) -> Inspected | None:
    """Return a region that holds the waybill which most regions hold; of those, the one staged first."""
    readable = [look for look in looks.values() if look.waybill is not None]
    counts = {look.raw: sum(other.raw == look.raw for other in readable) for look in readable}
    return min(
        readable, key=lambda look: (-counts[look.raw], look.waybill.staged_at if look.waybill else ""), default=None
    )


def others_than(kept: Inspected | None, looks: Mapping[str, Inspected]) -> tuple[Other, ...]:
    """Return the waybills that differ from the one that most regions hold, each with its regions."""
    if kept is None or kept.waybill is None:
        return ()
    regions: dict[bytes, list[str]] = {}
    differs: dict[bytes, tuple[str, ...]] = {}
    for name, look in looks.items():
        if look.waybill is None or look.raw is None or look.raw == kept.raw:
            continue
        regions.setdefault(look.raw, []).append(name)
        differs[look.raw] = tuple(kept.waybill.subject.differences(look.waybill.subject))
    return tuple(
        Other(digest=digest(raw), regions=tuple(names), differs=differs[raw]) for raw, names in regions.items()
    )


def region_of(held: Holding | None, look: Inspected | None, waybill: Waybill | None) -> RegionInfo:
    """Return what a region holds; its name and its places are put in by whoever knows them."""
    if held is None or look is None:
        return RegionInfo(region="", answered=True, missing=("everything",))
    artifact = look.artifact
    return RegionInfo(
        region="",
        answered=True,
        version_id=artifact.version_id if artifact else None,
        kms_key=artifact.kms_key if artifact else None,
        size=artifact.size if artifact else None,
        checksum=_checksum(artifact),
        modified=held.modified or None,
        waybill=digest(look.raw) if look.raw is not None else None,
        missing=() if held.pruned else _missing(look, waybill),
        pruned=held.pruned,
        error=_unfinished(held) or look.error,
    )


def _missing(look: Inspected, waybill: Waybill | None) -> tuple[str, ...]:
    documented = waybill is not None and waybill.subject.document() is not None
    parts = (
        ("artifact", look.artifact is None),
        ("metadata", documented and look.metadata is None),
        ("waybill", waybill is not None and look.raw is None),
    )
    return tuple(name for name, missing in parts if missing)


def _unfinished(held: Holding) -> str | None:
    if held.pruned and (held.staged or held.metadata):
        return "It was pruned, and its artifact still lies here: run `waybill prune` again."
    return None


def _checksum(artifact: Stored | None) -> str | None:
    if artifact is None:
        return None
    if artifact.sha256:
        return f"sha256 {artifact.sha256}"
    return f"crc64nvme {artifact.crc64nvme}" if artifact.crc64nvme else None
