"""Opens and reads the files to be packed: never a device, never a link put there since the look, in bounded memory."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from waybill.errors import ArtifactError
from waybill.packing.values import Entry

BUFFER = 1 << 20
"""Bytes read at once."""

AGAIN = "Let what writes there finish first, then run again."


def open_to_read(path: Path, *, follow: bool = True) -> int:
    """Return a descriptor of the file at `path`; does not wait for the other end of a pipe. Raises OSError."""
    # Both flags are missing on Windows, where neither thing can happen.
    flags = getattr(os, "O_NONBLOCK", 0) | (0 if follow else getattr(os, "O_NOFOLLOW", 0))
    return os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | flags)


def blocks(entry: Entry, buffer: memoryview) -> Iterator[memoryview]:
    """Yield the bytes of a file, block by block, each only good until the next is asked for.

    Raises ArtifactError where the file is not what the look found: another size, changed while it was read, gone.
    """
    try:
        with open(open_to_read(entry.source, follow=False), "rb", buffering=0) as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode) or before.st_size != entry.size:
                raise _changed(entry, before.st_size)
            read = 0
            while count := file.readinto(buffer):
                read += count
                if read > entry.size:
                    raise _changed(entry, read)
                yield buffer[:count]
            after = os.fstat(file.fileno())
            if read != entry.size or after.st_mtime_ns != before.st_mtime_ns:
                raise _changed(entry, after.st_size)
    except OSError as error:
        raise ArtifactError(f"{str(entry.source)!r} cannot be read any more: {error.strerror}.", AGAIN) from error


def _changed(entry: Entry, size: int) -> ArtifactError:
    sizes = f": it had {entry.size} bytes and now has {size}" if size != entry.size else ""
    return ArtifactError(f"{str(entry.source)!r} changed while it was being packed{sizes}.", AGAIN)
