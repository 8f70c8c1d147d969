"""CodeArtifact's generic packages, in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import count

from fakes.calls import Call
from fakes.refusals import bad_bytes, denied
from fakes.world import World
from waybill.domain.packages.version import PackageId, StoredAsset, StoredPackage
from waybill.errors import ArtifactError, Fault, InputError
from waybill.ports.packages import CopyFault, NewAsset, Put

CHUNK = 64 * 1024
READABLE = frozenset({"Published", "Unlisted", "Unfinished"})


@dataclass(slots=True)
class VersionState:
    """One version of a package."""

    status: str = "Unfinished"
    revision: str = "r0"
    assets: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class DomainState:
    """A domain: its repositories' versions by (namespace, package, version). `guests` are accounts that may use it."""

    repositories: dict[str, dict[tuple[str, str, str], VersionState]] = field(default_factory=dict)
    guests: set[str] = field(default_factory=set)
    revisions: Iterator[int] = field(default_factory=count)

    def version(self, package: PackageId) -> VersionState:
        """Return a version that is there."""
        return self.repositories[package.repository][key_of(package)]


def key_of(package: PackageId) -> tuple[str, str, str]:
    return package.namespace, package.name, package.version


class FakePackages:
    """Implements `ports.Packages`. Domains are `world.packages[owner, region, name]`."""

    def __init__(self, world: World, *, region: str, account: str) -> None:
        self._world = world
        self._region = region
        self._account = account

    def look(self, package: PackageId) -> StoredPackage | None:
        """Return a version with its assets."""
        with self._making("look-package", package), self._world.lock:
            found = self._versions(package, "DescribePackageVersion").get(key_of(package))
            if found is None:
                return None
            assets = {
                name: StoredAsset(name=name, size=len(body), sha256=hashlib.sha256(body).hexdigest())
                for name, body in found.assets.items()
            }
            return StoredPackage(status=found.status, revision=found.revision, assets=assets)

    def versions(self, package: PackageId) -> Sequence[str]:
        """Return the versions that can be read."""
        with self._making("package-versions", package), self._world.lock:
            return [
                version
                for (namespace, name, version), state in self._versions(package, "ListPackageVersions").items()
                if (namespace, name) == (package.namespace, package.name) and state.status in READABLE - {"Unfinished"}
            ]

    def publish(self, package: PackageId, asset: NewAsset, *, unfinished: bool) -> Put | None:
        """Store one asset."""
        body = b"".join(asset.chunks())
        with self._making("publish", package, asset.name), self._world.lock:
            versions = self._versions(package, "PublishPackageVersion")
            if hashlib.sha256(body).hexdigest() != asset.sha256 or len(body) != asset.size:
                raise bad_bytes(package.place, asset.name)
            found = versions.get(key_of(package), VersionState())
            if found.status not in READABLE or found.assets.get(asset.name, body) != body:
                return None
            if asset.name not in found.assets:
                if found.status != "Unfinished":
                    return None
                found.assets[asset.name] = body
                found.revision = f"r{next(self._domain(package).revisions)}"
            if not unfinished and found.status == "Unfinished":
                found.status = "Published"
            versions[key_of(package)] = found
            return Put(sha256=asset.sha256, status=found.status, revision=found.revision)

    def read(self, package: PackageId, asset: str, *, limit: int) -> bytes | None:
        """Return a small asset."""
        with self._making("read-asset", package, asset), self._world.lock:
            body = self._body(package, asset)
            if body is not None and len(body) > limit:
                raise ArtifactError(f"{asset} has more than {limit} bytes")
            return body

    def stream(self, package: PackageId, asset: str) -> Iterator[bytes]:
        """Yield an asset's bytes."""
        with self._making("stream-asset", package, asset), self._world.lock:
            body = self._body(package, asset)
        if body is None:
            raise ArtifactError(f"{asset} is not there")
        for start in range(0, len(body), CHUNK):
            yield body[start : start + CHUNK]

    def copy(self, package: PackageId, source: str, *, revision: str) -> CopyFault | None:
        """Copy a version."""
        with self._making("copy-package", package, source), self._world.lock:
            domain = self._domain(package, "CopyPackageVersions")
            if source not in domain.repositories:
                raise _no_repository(source)
            versions = self._versions(package, "CopyPackageVersions")
            offered = domain.repositories[source].get(key_of(package))
            if offered is None:
                return CopyFault(code="NOT_FOUND", said=f"Version {package.version} was not found")
            if offered.revision != revision:
                return CopyFault(code="MISMATCHED_REVISION", said=f"Version {package.version} has another revision")
            if offered.status not in READABLE - {"Unfinished"}:
                return CopyFault(code="MISMATCHED_STATUS", said=f"Version {package.version} is {offered.status}")
            if key_of(package) in versions:
                return CopyFault(code="ALREADY_EXISTS", said=f"Version {package.version} already exists")
            versions[key_of(package)] = VersionState(offered.status, offered.revision, dict(offered.assets))
            return None

    def _body(self, package: PackageId, asset: str) -> bytes | None:
        found = self._versions(package, "GetPackageVersionAsset").get(key_of(package))
        return found.assets.get(asset) if found is not None and found.status in READABLE else None

    def _versions(self, package: PackageId, action: str) -> dict[tuple[str, str, str], VersionState]:
        domain = self._domain(package, action)
        if package.repository not in domain.repositories:
            raise _no_repository(package.repository)
        return domain.repositories[package.repository]

    def _domain(self, package: PackageId, action: str = "") -> DomainState:
        self._world.must_have(self._region)
        found = self._world.packages.get((package.owner, self._region, package.domain))
        if found is None:
            raise _no_repository(package.domain)
        if self._account != package.owner and self._account not in found.guests:
            raise denied(f"codeartifact:{action}", package.arn())
        return found

    def _making(self, call: str, package: PackageId, name: str = "") -> AbstractContextManager[None]:
        told = f"{package.repository}/{package.name}@{package.version}{f'/{name}' if name else ''}"
        return self._world.calls.making(Call(region=self._region, call=call, name=told, account=self._account))


def _no_repository(name: str) -> InputError:
    return InputError([Fault("codeartifact", name, "there is no such domain or repository.")])
