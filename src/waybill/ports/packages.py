"""CodeArtifact's generic packages, as one account may use them in one region."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from waybill.domain.packages.version import PackageId, StoredPackage


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAsset:
    """A file to publish: `chunks` yields its bytes, anew whenever it is called; `sha256` is hex, `size` bytes."""

    name: str
    size: int
    sha256: str
    chunks: Callable[[], Iterable[bytes | memoryview]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """An asset is stored: with which SHA-256, and what its version is now."""

    sha256: str
    status: str
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFault:
    """Why one version was not copied: CodeArtifact's code (`ALREADY_EXISTS`, `NOT_FOUND`, ...), and its words."""

    code: str
    said: str


class Packages(Protocol):
    """One region's CodeArtifact. Raises `InputError` naming `codeartifact` where there is no such repository."""

    def look(self, package: PackageId) -> StoredPackage | None:
        """Return a version with all its assets, or None where there is none."""

    def versions(self, package: PackageId) -> Sequence[str]:
        """Return the versions of a package that can be read, in any order; `package.version` says nothing here."""

    def publish(self, package: PackageId, asset: NewAsset, *, unfinished: bool) -> Put | None:
        """Store one asset of a version; None where another is stored under its name, or the version takes no more.

        The same bytes again change nothing. The version is published where it is not to stay `unfinished`.
        """

    def read(self, package: PackageId, asset: str, *, limit: int) -> bytes | None:
        """Return a small asset's bytes, None where there is none. Raises `ArtifactError` beyond `limit` bytes."""

    def stream(self, package: PackageId, asset: str) -> Iterator[bytes]:
        """Yield an asset's bytes from the first to the last. Raises `ArtifactError` where it is gone."""

    def copy(self, package: PackageId, source: str, *, revision: str) -> CopyFault | None:
        """Copy a version, of this revision, from the repository `source` of the same domain; None: it was copied."""
