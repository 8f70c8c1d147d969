"""From a file to a tree: what format it is, by its first bytes, and then entry by entry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from waybill.domain.download import ExtractLimits
from waybill.unpacking import tars, zips
from waybill.unpacking.entries import broken
from waybill.unpacking.tree import Tree

ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def unpack(archive: Path, into: Path, limits: ExtractLimits, *, check: Callable[[], None] = lambda: None) -> int:
    """Unpack a zip or a tar into an empty directory, and return how many entries that made.

    Files get the modes 0644 or 0755 (less the umask), and no owner, time or attribute of the archive's. `check` raises
    when the run is cancelled. Raises `ArtifactError` where it is no archive, is over a limit, or has an entry that is
    refused; what was made by then is left for the caller to remove. `OSError` where the disk will not have it.
    """
    tree = Tree(into, limits, check)
    with archive.open("rb") as file:
        reader = zips.entries if _is_zip(file) else tars.entries if tars.is_tar(file) else None
        if reader is None:
            raise broken("it is neither a zip nor a tar (plain, gzip, bzip2 or xz)")
        file.seek(0)
        for entry in reader(file, limits):
            tree.add(entry)
    return tree.finish()


def _is_zip(file: BinaryIO) -> bool:
    head = file.read(4)
    file.seek(0)
    return head in ZIP
