"""CodeArtifact's operations on several versions of a package. Each raises `Refusal`.

What is wrong with a single version is told in the answer, with HTTP 200; the others are skipped then.
https://docs.aws.amazon.com/codeartifact/latest/ug/copy-package.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from waybill.sandbox.engine.codeartifact import permits
from waybill.sandbox.engine.codeartifact.desk import Desk, Json, Request, coordinates, package_arn
from waybill.sandbox.engine.codeartifact.holdings import invalid, missing
from waybill.sandbox.engine.codeartifact.packages import package_of
from waybill.sandbox.engine.codeartifact.stock import Package, PackageVersion

Fault = tuple[str, str]
"""An error's code, and what it is in words."""

_TARGETS = frozenset({"Archived", "Published", "Unlisted"})
_COPIED = frozenset({"Published", "Unlisted"})


def copy_package_versions(desk: Desk, request: Request) -> Json:
    """CopyPackageVersions: from one repository to another of the same domain.

    `includeFromUpstream` finds nothing more: a generic package is never taken from an upstream.
    """
    domain = desk.holdings.domain(desk.owner(request), request["domain"])
    source = domain.repository(request["sourceRepository"])
    destination = domain.repository(request["destinationRepository"])
    permits.admit(desk.caller, "ReadFromRepository", domain, source)
    named = coordinates(request)
    permits.admit(desk.caller, desk.action, domain, destination, package_arn(destination, named))
    if source is destination:
        raise invalid("The source and the destination repository are the same")
    wanted, revisions = _chosen(request)
    offered, there = source.stock.get(named), destination.stock.get(named, {})
    if offered is None:
        raise missing(f"Package not found. Repository: {source.name}, package: {named.name}", "package")

    def fault(version: str) -> Fault | None:
        found = _fault(version, offered, revisions)
        if found is None and offered[version].status not in _COPIED:
            found = "MISMATCHED_STATUS", f"Version {version} is {offered[version].status}"
        if found is None and version in there and not request.get("allowOverwrite"):
            found = "ALREADY_EXISTS", f"Version {version} already exists"
        return found

    def copied(version: str) -> PackageVersion:
        destination.stock.setdefault(named, there)[version] = offered[version]
        return offered[version]

    return _answer(wanted, fault, copied)


def update_package_versions_status(desk: Desk, request: Request) -> Json:
    """UpdatePackageVersionsStatus: to Published, Unlisted or Archived."""
    target = request["targetStatus"]
    if target not in _TARGETS:
        raise invalid(f"The target status is one of {', '.join(sorted(_TARGETS))}")
    return _changed(desk, request, target, lambda found: replace(found, status=target))


def dispose_package_versions(desk: Desk, request: Request) -> Json:
    """DisposePackageVersions: the versions stay, their assets go."""
    return _changed(desk, request, "Disposed", lambda found: replace(found, status="Disposed", assets={}))


def delete_package_versions(desk: Desk, request: Request) -> Json:
    """DeletePackageVersions: a package whose last version goes is gone, too."""
    named, package = package_of(desk, request)
    _, repository, _ = desk.package(request)

    def deleted(version: str) -> PackageVersion:
        gone = replace(package.pop(version), status="Deleted")
        if not package:
            del repository.stock[named]
        return gone

    return _answer(request["versions"], lambda version: _expected(version, package, request), deleted)


def _changed(desk: Desk, request: Request, target: str, change: Callable[[PackageVersion], PackageVersion]) -> Json:
    _, package = package_of(desk, request)

    def fault(version: str) -> Fault | None:
        found = _expected(version, package, request)
        if found is None and package[version].status == "Disposed" != target:
            found = "NOT_ALLOWED", f"Version {version} is Disposed"
        return found

    def changed(version: str) -> PackageVersion:
        package[version] = change(package[version])
        return package[version]

    return _answer(request["versions"], fault, changed)


def _chosen(request: Request) -> tuple[list[str], Mapping[str, str]]:
    versions, revisions = request.get("versions"), request.get("versionRevisions")
    if (versions is None) == (revisions is None):
        raise invalid("Give either versions or versionRevisions")
    return list(versions if versions is not None else revisions or ()), revisions or {}


def _expected(version: str, package: Package, request: Request) -> Fault | None:
    found = _fault(version, package, request.get("versionRevisions") or {})
    expected = request.get("expectedStatus")
    if found is None and expected not in (None, package[version].status):
        return "MISMATCHED_STATUS", f"Version {version} is {package[version].status}, not {expected}"
    return found


def _fault(version: str, package: Package, revisions: Mapping[str, str]) -> Fault | None:
    if version not in package:
        return "NOT_FOUND", f"Version {version} was not found"
    if revisions.get(version) not in (None, package[version].revision):
        return "MISMATCHED_REVISION", f"Version {version} has the revision {package[version].revision}"
    return None


def _answer(versions: Iterable[str], fault: Callable[[str], Fault | None], do: Callable[[str], PackageVersion]) -> Json:
    """Do it to all the versions, or to none where one of them has a fault."""
    wanted = list(dict.fromkeys(versions))
    faults = {version: found for version in wanted if (found := fault(version))}
    if not faults:
        done = {version: do(version) for version in wanted}
        told = {version: {"revision": each.revision, "status": each.status} for version, each in done.items()}
        return {"successfulVersions": told, "failedVersions": {}}
    skipped = {version: ("SKIPPED", f"Version {version} was skipped") for version in wanted}
    failed = {
        version: {"errorCode": code, "errorMessage": message} for version, (code, message) in (skipped | faults).items()
    }
    return {"successfulVersions": {}, "failedVersions": failed}
