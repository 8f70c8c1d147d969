"""What a package version needs, given what is there: sameness is judged by its assets, and by its waybill. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from waybill.domain.packages.version import METADATA, WAYBILL, PackageId, StoredPackage, asset_name
from waybill.domain.waybill import Subject, Waybill
from waybill.errors import ConflictError


class PackageAction(StrEnum):
    """What a package version needs."""

    PUBLISH = "publish"
    FINISH = "finish"
    NOTHING = "nothing"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An asset as it must be: its name, and its SHA-256 in hex."""

    name: str
    sha256: str


def wanted_of(subject: Subject) -> list[Wanted]:
    """Return the assets that belong to an artifact, but its waybill."""
    found = [Wanted(asset_name(subject), subject.digests.sha256)]
    if (document := subject.document()) is not None:
        found.append(Wanted(METADATA, hashlib.sha256(document).hexdigest()))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagePlan:
    """`lacking` are the names of assets to publish, in order; `why` says what is there."""

    action: PackageAction
    why: str
    lacking: tuple[str, ...] = ()

    def conflict(self, package: PackageId) -> ConflictError | None:
        """Return the error where something else is there."""
        if self.action is not PackageAction.CONFLICT:
            return None
        return ConflictError(
            f"{package.where} is something else: {self.why}.",
            "A stored version never changes. Look at what is there, and take the next version.",
        )


def plan_package(
    found: StoredPackage | None, wanted: Sequence[Wanted], subject: Subject, waybill: Waybill | None
) -> PackagePlan:
    """Return what is needed. `wanted` are all assets but the waybill; `waybill` is the one that is there, if any.

    The waybill is published last. Another run's waybill of the same subject is as good as one's own.
    """
    names = [one.name for one in wanted] + [WAYBILL]
    if found is None:
        return PackagePlan(action=PackageAction.PUBLISH, why="absent", lacking=tuple(names))
    if differing := _differing(found, wanted, subject, waybill):
        return PackagePlan(action=PackageAction.CONFLICT, why="; ".join(differing))
    lacking = tuple(name for name in names if name not in found.assets)
    if not found.finished:
        # Nobody but the last publish says that a version is finished.
        return PackagePlan(action=PackageAction.FINISH, why="unfinished", lacking=lacking or (WAYBILL,))
    if lacking:
        why = f"it is {found.status} without {', '.join(lacking)}, and takes no more assets"
        return PackagePlan(action=PackageAction.CONFLICT, why=why)
    return PackagePlan(action=PackageAction.NOTHING, why=f"{found.status}, the same")


def _differing(found: StoredPackage, wanted: Sequence[Wanted], subject: Subject, waybill: Waybill | None) -> list[str]:
    if not found.open:
        return [f"it is {found.status}, so that its assets cannot be read"]
    there = found.assets
    said = [
        f"{one.name} has the SHA-256 {there[one.name].sha256}, not {one.sha256}"
        for one in wanted
        if one.name in there and there[one.name].sha256 != one.sha256
    ]
    if waybill is not None and (differing := waybill.subject.differences(subject)):
        said.append(f"its waybill has another {', '.join(differing)}")
    known = {one.name for one in wanted} | {WAYBILL}
    if foreign := sorted(there.keys() - known):
        said.append(f"it holds {', '.join(foreign)} as well")
    return said
