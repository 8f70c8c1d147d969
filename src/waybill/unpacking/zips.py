"""Reads a zip's entries."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EINVAL
from functools import partial
from typing import BinaryIO

from waybill.domain.download import ExtractLimits
from waybill.domain.filenames import MAX_PATH_BYTES
from waybill.unpacking.directory import count_entries
from waybill.unpacking.entries import Entry, Kind, broken, chunks_of, refused, too_much

METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Those that every program reads, and whose memory is bounded."""

ENCRYPTED = 0x1


def entries(file: BinaryIO, limits: ExtractLimits) -> Iterator[Entry]:
    """Yield the entries of a zip. Raises `ArtifactError` where it is none, or is over a limit by its own words."""
    # The standard library makes an object of each before it hands out the first.
    if count_entries(file, limits.entries) > limits.entries:
        raise too_much(f"more than {limits.entries:,} entries", "extract-entries")
    with _readable():
        archive = zipfile.ZipFile(file)
    size = sum(info.file_size for info in archive.infolist())
    if size > limits.size:
        raise too_much(f"{size:,} bytes in its files, of at most {limits.size:,}", "extract-limit")
    for info in archive.infolist():
        yield _entry(archive, info)


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Entry:
    # Zipfile ends a name at its first NUL, in `filename` only.
    name, mode = info.orig_filename, info.external_attr >> 16
    if "\0" in name:
        raise refused(name, "has a NUL in its name")
    if info.flag_bits & ENCRYPTED:
        raise refused(name, "is encrypted")
    if info.compress_type not in METHODS:
        raise refused(name, "is compressed by another method than deflate")
    kind = _kind(name, mode)
    chunks = partial(chunks_of, lambda: archive.open(info), _readable)
    if kind is Kind.SYMLINK:
        if info.file_size > MAX_PATH_BYTES:
            raise refused(name, "is a link to a path that is too long")
        return Entry(name=name, kind=kind, link=os.fsdecode(b"".join(chunks())))
    return Entry(name=name, kind=kind, size=info.file_size, executable=bool(mode & stat.S_IXUSR), chunks=chunks)


def _kind(name: str, mode: int) -> Kind:
    match stat.S_IFMT(mode):
        case stat.S_IFLNK:
            return Kind.SYMLINK
        case stat.S_IFDIR:
            return Kind.DIRECTORY
        case 0 | stat.S_IFREG:
            return Kind.DIRECTORY if name.endswith("/") else Kind.FILE
        case _:
            raise refused(name, "is neither a file nor a directory nor a link")


@contextmanager
def _readable() -> Iterator[None]:
    """Say what is wrong with the zip."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OverflowError) as error:
        raise broken(f"{error}".rstrip(".") or "it is damaged") from error
    except OSError as error:
        if error.errno != EINVAL:
            raise
        raise broken("it names a place before its own beginning") from error
