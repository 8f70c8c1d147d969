"""Which versions a prune deletes, and which it keeps whatever was asked for. Pure: facts in, choices out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from waybill.domain.pruning.protected import Facts, protected
from waybill.domain.request import KmsChoice, Place
from waybill.domain.survey.catalogue import Catalogue, Holding
from waybill.domain.versions import Version

YOUNG = 24 * 3600
"""Seconds for which a version stays that is not whole everywhere yet, or that something happened to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneRequest(Place):
    """One `prune`. `keep` is how many of the highest versions stay, `older_than` the least age in seconds.

    Only what is whole in every region counts among those to keep: what was cut off must not push a whole version out.
    One of them at least is given; with both, what both let go goes. Without `yes` nothing is written. `actor` is who
    asks, empty where only the caller is known; `again` the command line that asks for the same once more.
    """

    project: str
    keep: int | None = None
    older_than: int | None = None
    reason: str = ""
    yes: bool = False
    kms: KmsChoice = field(default_factory=KmsChoice)
    actor: str = ""
    again: str = ""


class Fate(StrEnum):
    """What becomes of a version that was asked for, or that an earlier run left half deleted."""

    GOING = "going"
    PRUNED = "pruned"
    KEPT = "kept"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One version: what becomes of it, and why. `size` in bytes is one region's; `modified` ISO 8601 UTC, the latest.

    `regions` are those that hold anything to delete; `begun`: a tombstone stands there since an earlier run.
    """

    version: Version
    fate: Fate
    size: int | None
    modified: str
    regions: tuple[str, ...]
    begun: bool = False
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return its part of the result document."""
        return {
            "version": self.version.text,
            "fate": self.fate.value,
            "size": self.size,
            "modified": self.modified or None,
            "regions": list(self.regions),
            "begun": self.begun,
            "why": self.why or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruning:
    """What a prune shows: the versions it chose, the highest first. `stored` is how many there were before it.

    `leftovers` are those among them that are not whole in every region, and count towards no `keep`.
    """

    choices: tuple[Choice, ...]
    stored: int
    regions: tuple[str, ...]
    done: bool
    leftovers: tuple[Version, ...] = ()

    def of(self, *fates: Fate) -> tuple[Choice, ...]:
        """Return the choices with one of these fates."""
        return tuple(choice for choice in self.choices if choice.fate in fates)

    @property
    def artifact_bytes(self) -> int:
        """Bytes of artifacts, of all regions together, that went or would go; a versioned bucket keeps them a while."""
        gone = self.of(Fate.GOING, Fate.PRUNED)
        return sum((choice.size or 0) * len(choice.regions) for choice in gone)

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""
        return {
            "pruned": [choice.to_json() for choice in self.of(Fate.GOING, Fate.PRUNED, Fate.FAILED)],
            "kept": [choice.to_json() for choice in self.of(Fate.KEPT)],
            "stored": self.stored,
            "leftovers": [version.text for version in self.leftovers],
            "artifact_bytes": self.artifact_bytes,
        }


def choose(request: PruneRequest, found: Catalogue, facts: Facts, now: str) -> tuple[Choice, ...]:
    """Return what becomes of each version that is asked for, the highest first. `now` is ISO 8601 UTC."""
    reasons = protected(request.project, found, facts)
    versions = found.versions(request.project)
    where = {version: found.where(request.project, version) for version in versions}
    standing = [version for version in versions if is_stored(where[version])]
    low = set(standing) if request.keep is None else _below(request.keep, standing, where, found.regions)
    limit = None if request.older_than is None else before(now, request.older_than)
    choices = []
    for version in versions:
        held = where[version]
        begun = any(one.pruned for one in held.values())
        asked = version in low and (limit is None or modified(held) < limit)
        if (begun and unfinished(held, found.regions)) or (asked and not begun):
            why = reasons.get(version, "") or ("" if begun else _young(version, held, found, facts, before(now, YOUNG)))
            choices.append(_choice(version, held, begun=begun, why=why))
    return tuple(choices)


def leftovers(project: str, found: Catalogue) -> tuple[Version, ...]:
    """Return the versions that are stored, but not whole in every region, the highest first."""
    where = {version: found.where(project, version) for version in found.versions(project)}
    return tuple(one for one, held in where.items() if is_stored(held) and not is_whole(held, found.regions))


def _below(
    keep: int, standing: list[Version], where: Mapping[Version, Mapping[str, Holding]], regions: Iterable[str]
) -> set[Version]:
    """Return what lies below the `keep` highest that are whole in every region: none where there are no more."""
    whole = [number for number, version in enumerate(standing) if is_whole(where[version], regions)]
    return set(standing[whole[keep - 1] + 1 :]) if len(whole) >= keep else set()


def is_whole(held: Mapping[str, Holding], regions: Iterable[str]) -> bool:
    """Whether the same artifact lies in every region, with all that lies beside it anywhere."""
    return _everywhere(held, regions) and len({one.size for one in held.values()} | {None}) == 2


def _choice(version: Version, held: Mapping[str, Holding], *, begun: bool, why: str) -> Choice:
    sizes = [one.size for one in held.values() if one.size is not None]
    return Choice(
        version=version,
        fate=Fate.KEPT if why else Fate.GOING,
        size=max(sizes, default=None),
        modified=modified(held),
        regions=tuple(name for name, one in held.items() if one.staged or one.metadata),
        begun=begun,
        why=why,
    )


def is_stored(held: Mapping[str, Holding]) -> bool:
    """Whether a version has anything to delete, and nobody has begun to."""
    return any(one.staged or one.metadata for one in held.values()) and not any(one.pruned for one in held.values())


def unfinished(held: Mapping[str, Holding], regions: Iterable[str]) -> bool:
    """Whether something is left to do of a version with a tombstone: to delete, or to write where it is missing."""
    here = [held.get(name) for name in regions]
    recorded = any(one is not None and one.waybill for one in here)
    return any(
        one is None or one.staged or one.metadata or not one.pruned or (recorded and not one.waybill) for one in here
    )


def modified(held: Mapping[str, Holding]) -> str:
    """Return when a version's artifact was written last, in any region."""
    return max((one.modified for one in held.values()), default="")


def before(now: str, seconds: int) -> str:
    """Return the time so many seconds before another, both ISO 8601 UTC; the beginning of time where it is earlier."""
    try:
        moment = datetime.fromisoformat(now) - timedelta(seconds=seconds)
    except OverflowError:
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _young(version: Version, held: Mapping[str, Holding], found: Catalogue, facts: Facts, since: str) -> str:
    """Return why a version may be in somebody's hands at this moment; empty where it is not."""
    begun = facts.uploads.get(version, "")
    if begun > since:
        return f"it is being uploaded, since {begun}"
    written = modified(held)
    if written > since and not _everywhere(held, found.regions):
        return f"it was written to at {written}, within a day, and is not whole in every region"
    happened = max((one.happened for one in held.values()), default="")
    return f"something happened to it at {happened}, within a day" if happened > since else ""


def _everywhere(held: Mapping[str, Holding], regions: Iterable[str]) -> bool:
    """Whether every region has all that any region has."""
    here = [held.get(name) for name in regions]
    parts = {(one.staged, one.metadata, one.waybill) if one is not None else None for one in here}
    return len(parts) == 1 and None not in parts
