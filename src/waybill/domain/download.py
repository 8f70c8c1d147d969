"""What a `download` is asked for, and what it shows beside how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waybill.domain.digests import Digests
from waybill.domain.request import Place
from waybill.domain.selector import Selector
from waybill.domain.versions import Version

if TYPE_CHECKING:
    from waybill.domain.packages.version import PackagePlace


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractLimits:
    """The most that may be unpacked: bytes in all, and files, directories and links in all."""

    size: int
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadRequest(Place):
    """One `download`. `wanted_text` is what was typed for `wanted`; `home` the region that is nearest, where known.

    `to` is absolute; `base` is what it is told relative to, as it was typed. `directory`: it is one, and `restore` says
    whether the stored file name is the name inside (None: where one is stored). `limits` None: nothing is unpacked.
    `again` is the command line that asks for the same. `package`: it is taken from CodeArtifact.
    """

    project: str
    wanted: Selector
    wanted_text: str
    to: Path
    directory: bool
    restore: bool | None = False
    base: Path | None = None
    limits: ExtractLimits | None = None
    home: str | None = None
    again: str = ""
    package: PackagePlace | None = None

    def target(self, version: Version, file_name: str | None) -> Path:
        """Return where the artifact is to lie; `file_name` is the stored one, where it is to be restored."""
        return self.to / (file_name or f"{self.project}-{version}") if self.directory else self.to

    def told(self, path: Path) -> Path:
        """Return a path as it is told to whoever asked."""
        return path.relative_to(self.base) if self.base else path


class Proof(StrEnum):
    """What the bytes were compared by."""

    SHA256 = "sha256"
    CRC64NVME = "crc64nvme"
    SIZE = "size"


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloaded:
    """Where the artifact is, how it was verified, and of how many entries it was unpacked (None: it was not)."""

    path: Path
    verified: Proof
    extracted: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the members of the result document."""
        return {"path": str(self.path), "verified": self.verified.value, "extracted": self.extracted}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a region's bytes must be; a checksum that nobody knows is None."""

    size: int
    sha256: str | None = None
    crc64nvme: str | None = None

    @property
    def proof(self) -> Proof:
        """The strongest comparison there is."""
        if self.sha256 is not None:
            return Proof.SHA256
        return Proof.CRC64NVME if self.crc64nvme is not None else Proof.SIZE

    def differs(self, found: Digests) -> list[str]:
        """Return the names of what is not as it must be; empty where the bytes are right."""
        pairs = (
            ("size", self.size, found.size),
            ("sha256", self.sha256, found.sha256),
            ("crc64nvme", self.crc64nvme, found.crc64nvme),
        )
        return [name for name, says, has in pairs if says is not None and says != has]
