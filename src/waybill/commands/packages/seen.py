"""What is there of a package version, and what its waybill says."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.commands.account.version import SMALL, read_waybill
from waybill.domain.packages.plan import PackagePlan, plan_package, wanted_of
from waybill.domain.packages.version import WAYBILL, PackageId, StoredPackage
from waybill.domain.waybill import Subject, Waybill
from waybill.ports.packages import Packages


@dataclass(frozen=True, slots=True)
class Seen:
    """`found` None: there is no such version. `waybill` None: it has none, or it cannot be read any more."""

    found: StoredPackage | None = None
    waybill: Waybill | None = None

    def plan(self, subject: Subject) -> PackagePlan:
        """Return what is needed for this artifact."""
        return plan_package(self.found, wanted_of(subject), subject, self.waybill)


def look(packages: Packages, package: PackageId) -> Seen:
    """Return what is there. Raises `ArtifactError` where what should be the waybill is none."""
    found = packages.look(package)
    if found is None or not found.open or WAYBILL not in found.assets:
        return Seen(found)
    raw = packages.read(package, WAYBILL, limit=SMALL)
    return Seen(found, read_waybill(raw, f"{WAYBILL} of {package.where}"))
