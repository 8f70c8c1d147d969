"""What the look at `path` found, and what packing made of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file to pack.

    `name` is its name in the zip (`/` between parts, Unicode NFC), or the file's own name where there is no zip;
    `source` the file to read, links on the way resolved except where the user named the link; `size` in bytes;
    `executable` the owner's execute bit.
    """

    name: str
    source: Path
    size: int
    executable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What `path` names: one file, or the files of a zip, sorted by the UTF-8 bytes of their names.

    `archive_name` is `<directory>.zip`, or `None` where the caller's default names the zip better. `compress_ignored`
    says that `compress` was asked for and has no effect, because a single file is never changed.
    """

    entries: tuple[Entry, ...]
    is_archive: bool
    archive_name: str | None = None
    compress: bool = False
    compress_ignored: bool = False


@dataclass(frozen=True, slots=True)
class Packed:
    """The artifact on disk: `path` holds its bytes, `size` of them.

    `name` is the file name to remember; `is_archive` says that we made a zip, of `entries` files (1 for a file).
    """

    path: Path
    size: int
    name: str
    is_archive: bool
    entries: int
