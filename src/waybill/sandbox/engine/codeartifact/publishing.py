"""CodeArtifact's operations on assets. Each raises `Refusal`."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from waybill.sandbox.engine.codeartifact.desk import Desk, Json, Raw, Request
from waybill.sandbox.engine.codeartifact.holdings import conflict, invalid, missing
from waybill.sandbox.engine.codeartifact.packages import version_of
from waybill.sandbox.engine.codeartifact.stock import (
    GENERIC,
    MOST_ASSETS,
    MOST_BYTES,
    Asset,
    Coordinates,
    PackageVersion,
    asset_name_fault,
)
from waybill.sandbox.engine.refusals import Refusal

OPEN = frozenset({"Published", "Unfinished", "Unlisted"})
"""Statuses of which the assets are to be had."""


def publish_package_version(desk: Desk, request: Request) -> Json:
    """PublishPackageVersion: one asset. The version stays Unfinished until a publish that does not say `unfinished`."""
    _, repository, named = desk.package(request)
    if named.format != GENERIC:
        raise invalid("Only generic packages are published by PublishPackageVersion")
    asset = _asset(request)
    package = repository.stock.get(named, {})
    found = package.get(request["packageVersion"])
    if found is None:
        found = PackageVersion(
            version=request["packageVersion"], status="Unfinished", entry=repository.name, published=desk.clock()
        )
    found = _taken(found, asset)
    if found.status == "Unfinished" and not request.get("unfinished"):
        found = replace(found, status="Published", published=desk.clock())
    repository.stock.setdefault(named, package)[found.version] = found
    return {**_told(named, found), "asset": found.assets[asset.name].told()}


def get_package_version_asset(desk: Desk, request: Request) -> Raw:
    """GetPackageVersionAsset: its bytes."""
    named, found = version_of(desk, request)
    if found.status not in OPEN:
        raise missing(f"The assets of {named.name} {found.version} are not to be had: it is {found.status}", "asset")
    if request.get("packageVersionRevision") not in (None, found.revision):
        told = f"{named.name} {found.version} has no revision {request['packageVersionRevision']}"
        raise missing(told, "package-version")
    if request["asset"] not in found.assets:
        told = f"Asset not found. Package: {named.name}, version: {found.version}, asset: {request['asset']}"
        raise missing(told, "asset")
    headers = {
        "content-type": "application/octet-stream",
        "x-assetname": request["asset"].encode().decode("latin-1"),
        "x-packageversion": found.version,
        "x-packageversionrevision": found.revision,
    }
    return Raw(found.assets[request["asset"]].body, headers)


def _asset(request: Request) -> Asset:
    name, body = request["assetName"], request["assetContent"]
    if fault := asset_name_fault(name):
        raise invalid(fault)
    if len(body) > MOST_BYTES:
        raise Refusal("ServiceQuotaExceededException", f"An asset has at most {MOST_BYTES} bytes", 402)
    if hashlib.sha256(body).hexdigest() != request["assetSHA256"]:
        raise invalid("The SHA256 hash of the asset is not the one that was given")
    return Asset.of(name, body)


def _taken(found: PackageVersion, asset: Asset) -> PackageVersion:
    """Return a version that has an asset: the same one again changes nothing."""
    if found.status not in OPEN:
        raise conflict(f"Version {found.version} is {found.status}")
    there = found.assets.get(asset.name)
    if there is not None:
        if there.hashes != asset.hashes:
            raise conflict(f"Asset {asset.name} of version {found.version} already exists with other content")
        return found
    if found.status != "Unfinished":
        raise conflict(f"Version {found.version} is {found.status}: it takes no more assets")
    if len(found.assets) >= MOST_ASSETS:
        raise Refusal("ServiceQuotaExceededException", f"A version has at most {MOST_ASSETS} assets", 402)
    return found.with_asset(asset)


def _told(named: Coordinates, found: PackageVersion) -> Json:
    told = {"package": named.name, "version": found.version, "versionRevision": found.revision}
    return {**named.told(), **told, "status": found.status}
