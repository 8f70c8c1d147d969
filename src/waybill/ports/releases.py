"""What a stage needs of GitHub: a release's assets, and the bytes of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file of a release. `size` in bytes; `digest` as GitHub writes it (`sha256:<hex>`), None where it has none.

    `whole` False: its upload has not ended, or failed.
    """

    id: int
    name: str
    size: int
    digest: str | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One published release. `event`: it is the one whose event started this run, not one that was looked for."""

    tag: str
    assets: tuple[Asset, ...]
    event: bool = False


class Releases(Protocol):
    """The releases of this run's repository."""

    def find(self, tags: Sequence[str]) -> Release:
        """Return the release whose event started this run; where none did, that of the first tag that has one.

        Raises `InputError` where there is none or it is a draft, `IdentityError` where GitHub refuses, `Unavailable`
        where it does not answer or limits the rate.
        """

    def fetch(self, asset: Asset, path: Path) -> None:
        """Write the asset's bytes to `path`, which must not exist; memory is bounded, and nothing is left on failure.

        Raises `ArtifactError` where they are not what GitHub says of them, or cannot be written; else as `find`.
        """
