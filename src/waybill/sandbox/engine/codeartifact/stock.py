"""What repositories hold: packages, their versions, and the assets of those. No I/O, no clock.

https://docs.aws.amazon.com/codeartifact/latest/ug/packages-overview.html
https://docs.aws.amazon.com/codeartifact/latest/ug/generic-packages-overview.html
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import uuid4

GENERIC: Final = "generic"
MOST_ASSETS: Final = 150
MOST_BYTES: Final = 5 * 1024**3
_SPECIAL: Final = frozenset("~!@^&()-_+[]{};,. ")
_LETTERS: Final = frozenset({"Ll", "Lm", "Lo", "Lt", "Lu", "Nl", "Nd"})
_HASHES: Final = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512"}


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A package's format, namespace ("" where there is none) and name."""

    format: str
    namespace: str
    name: str

    def told(self) -> dict[str, str]:
        """Return them as answers have them; the name has another name in each."""
        return {"format": self.format, **({"namespace": self.namespace} if self.namespace else {})}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of a package's version, with its hashes in hex by the service's names of them."""

    name: str
    body: bytes
    hashes: Mapping[str, str]

    @classmethod
    def of(cls, name: str, body: bytes) -> Asset:
        """Return an asset of these bytes."""
        hashes = {told: hashlib.new(name, body, usedforsecurity=False).hexdigest() for told, name in _HASHES.items()}
        return cls(name, body, hashes)

    def told(self) -> dict[str, Any]:
        """Return the asset as answers have it."""
        return {"name": self.name, "size": len(self.body), "hashes": dict(self.hashes)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageVersion:
    """A version; each change gives another `revision`.

    `published` is in seconds since the epoch, `entry` the repository that it was first published to.
    """

    version: str
    status: str
    entry: str
    published: float
    assets: Mapping[str, Asset] = field(default_factory=dict)
    revision: str = field(default_factory=lambda: uuid4().hex)

    def with_asset(self, asset: Asset) -> PackageVersion:
        """Return the version with one more asset, as a new revision."""
        return replace(self, assets={**self.assets, asset.name: asset}, revision=uuid4().hex)

    def origin(self) -> dict[str, Any]:
        """Return how it came into the domain."""
        return {"domainEntryPoint": {"repositoryName": self.entry}, "originType": "INTERNAL"}


Package = dict[str, PackageVersion]
"""A package's versions by their names, in the order in which they came."""

Stock = dict[Coordinates, Package]


def asset_name_fault(name: str) -> str | None:
    """Return what is wrong with an asset's name, or None."""
    if name in {".", ".."}:
        return "Assets cannot be named . or .."
    if any(each not in _SPECIAL and unicodedata.category(each) not in _LETTERS for each in name):
        return "An asset's name has Unicode letters, numbers, spaces and ~!@^&()-_+[]{};,. only"
    if name != name.strip(" ") or "  " in name:
        return "An asset's name neither begins nor ends with a space, nor has several in a row"
    return None
