"""CodeArtifact's operations that show packages: a request's JSON in, an answer's JSON out. Each raises `Refusal`.

A generic package is never taken from an upstream, so none of these looks into one.
"""

from __future__ import annotations

from waybill.sandbox.engine.codeartifact.desk import Desk, Json, Request
from waybill.sandbox.engine.codeartifact.holdings import invalid, missing
from waybill.sandbox.engine.codeartifact.stock import Coordinates, Package, PackageVersion
from waybill.sandbox.engine.codepipeline import pages
from waybill.sandbox.engine.refusals import Refusal

_ORIGINS = {"restrictions": {"publish": "ALLOW", "upstream": "BLOCK"}}


def list_packages(desk: Desk, request: Request) -> Json:
    """ListPackages: those that have a version."""
    _, repository = desk.repository(request)
    found = [
        {**each.told(), "package": each.name, "originConfiguration": _ORIGINS}
        for each in sorted(repository.stock, key=lambda each: (each.format, each.namespace, each.name))
        if request.get("format") in (None, each.format)
        and request.get("namespace") in (None, each.namespace)
        and each.name.startswith(request.get("packagePrefix") or "")
        and request.get("publish") in (None, "ALLOW")
        and request.get("upstream") in (None, "BLOCK")
    ]
    return paged("packages", found, request)


def describe_package(desk: Desk, request: Request) -> Json:
    """DescribePackage."""
    named, _ = package_of(desk, request)
    return {"package": {**named.told(), "name": named.name, "originConfiguration": _ORIGINS}}


def list_package_versions(desk: Desk, request: Request) -> Json:
    """ListPackageVersions: all, or those of one status; the newest first where `sortBy` asks for it."""
    named, package = package_of(desk, request)
    found = sorted(package.values(), key=lambda each: each.version)
    if request.get("sortBy"):
        found.sort(key=lambda each: each.published, reverse=True)
    told = [
        {"version": each.version, "revision": each.revision, "status": each.status, "origin": each.origin()}
        for each in found
        if request.get("status") in (None, each.status) and request.get("originType") in (None, "INTERNAL")
    ]
    return {**named.told(), "package": named.name, **paged("versions", told, request)}


def describe_package_version(desk: Desk, request: Request) -> Json:
    """DescribePackageVersion."""
    named, found = version_of(desk, request)
    told = {
        **named.told(),
        "packageName": named.name,
        "displayName": f"{named.namespace}/{named.name}" if named.namespace else named.name,
        "version": found.version,
        "revision": found.revision,
        "status": found.status,
        "publishedTime": found.published,
        "origin": found.origin(),
    }
    return {"packageVersion": told}


def list_package_version_assets(desk: Desk, request: Request) -> Json:
    """ListPackageVersionAssets."""
    named, found = version_of(desk, request)
    assets = [found.assets[name].told() for name in sorted(found.assets)]
    told = {"package": named.name, "version": found.version, "versionRevision": found.revision}
    return {**named.told(), **told, **paged("assets", assets, request)}


def package_of(desk: Desk, request: Request) -> tuple[Coordinates, Package]:
    """Return the request's package, on which the caller may do this; raises `Refusal`."""
    _, repository, named = desk.package(request)
    if named not in repository.stock:
        raise missing(f"Package not found. Repository: {repository.name}, package: {named.name}", "package")
    return named, repository.stock[named]


def version_of(desk: Desk, request: Request) -> tuple[Coordinates, PackageVersion]:
    """Return the request's package version; raises `Refusal`."""
    named, package = package_of(desk, request)
    if request["packageVersion"] not in package:
        told = f"Package version not found. Package: {named.name}, version: {request['packageVersion']}"
        raise missing(told, "package-version")
    return named, package[request["packageVersion"]]


def paged(name: str, found: list[Json], request: Request) -> Json:
    """Return one page of `found`."""
    try:
        return pages.page(name, found, request)
    except Refusal as refusal:
        raise invalid(refusal.message) from refusal
