"""Counts the entries in a zip's own directory, before anything is made of them.

APPNOTE.TXT 6.3.10: the end record (4.3.16) and its zip64 forms (4.3.14, 4.3.15) say where the directory is; a header
there is 46 bytes and then name, extra field and comment (4.3.12).
"""

from __future__ import annotations

import os
from struct import unpack_from
from typing import BinaryIO

from waybill.unpacking.entries import broken

END, END_BYTES = b"PK\x05\x06", 22
END_64, END_64_BYTES = b"PK\x06\x06", 56
LOCATOR_64, LOCATOR_BYTES = b"PK\x06\x07", 20
HEADER, HEADER_BYTES = b"PK\x01\x02", 46
LONGEST_COMMENT = 65535


def count_entries(file: BinaryIO, most: int) -> int:
    """Return how many entries the directory has, counted one by one; `most` + 1 where it has more.

    Raises `ArtifactError` where there is no directory.
    """
    start, size = _directory(file)
    file.seek(start)
    count, position = 0, 0
    while position < size and count <= most:
        header = file.read(HEADER_BYTES)
        if len(header) < HEADER_BYTES or not header.startswith(HEADER):
            raise broken("its directory is damaged")
        more = sum(unpack_from("<HHH", header, 28))
        file.seek(more, os.SEEK_CUR)
        position += HEADER_BYTES + more
        count += 1
    return count


def _directory(file: BinaryIO) -> tuple[int, int]:
    """Return where the directory begins, and its size: it ends where the end records begin."""
    length = file.seek(0, os.SEEK_END)
    tail_bytes = min(length, END_BYTES + LONGEST_COMMENT)
    file.seek(length - tail_bytes)
    tail = file.read(tail_bytes)
    at = tail.rfind(END)
    # As the standard library finds it: at the very end, where there is no comment.
    if tail[-END_BYTES:].startswith(END) and tail.endswith(b"\0\0"):
        at = len(tail) - END_BYTES
    if at < 0 or len(tail) - at < END_BYTES:
        raise broken("it has no directory at its end, so it is cut short or no zip")
    size = unpack_from("<L", tail, at + 12)[0]
    end = length - tail_bytes + at
    if (size_64 := _zip64(file, end)) is not None:
        size, end = size_64, end - LOCATOR_BYTES - END_64_BYTES
    if size > end:
        raise broken("its directory is larger than the archive")
    return end - size, size


def _zip64(file: BinaryIO, end: int) -> int | None:
    """Return the directory's size that a zip64 record just before the end record gives."""
    start = end - LOCATOR_BYTES - END_64_BYTES
    if start < 0:
        return None
    file.seek(start)
    record = file.read(END_64_BYTES + LOCATOR_BYTES)
    if record[END_64_BYTES:].startswith(LOCATOR_64) and record.startswith(END_64):
        size: int = unpack_from("<Q", record, 40)[0]
        return size
    return None
