"""Reads a tar's entries, compressed or not, from front to back: nothing in it can send the reader back."""

from __future__ import annotations

import stat
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from tarfile import HeaderError
from typing import Any, BinaryIO, Self, cast

from waybill.domain.digests import MIB
from waybill.domain.download import ExtractLimits
from waybill.unpacking.entries import Entry, Kind, broken, chunks_of, refused, too_much
from waybill.unpacking.inflate import Inflated

HEADERS = 4 * MIB
"""Bytes of headers before one entry: names, and what pax adds. The standard library reads them into memory."""

THE_END = frozenset({"EOFHeaderError", "EmptyHeaderError"})
"""What the standard library raises there, in this module too."""


class _Strict(tarfile.TarInfo):
    """Says so where a header is broken, which the standard library takes for the end of the archive."""

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:
        """Return the next entry."""
        try:
            return super().fromtarfile(tarfile)
        except HeaderError as error:
            if type(error).__name__ in THE_END:
                raise
            raise broken(f"a header in it is damaged: {error}") from error


def is_tar(file: BinaryIO) -> bool:
    """Whether a file, decompressed where it is compressed, begins with a tar's header."""
    stream = Inflated(file)
    stream.allow(tarfile.BLOCKSIZE)
    head = b""
    while len(head) < tarfile.BLOCKSIZE and (more := stream.read(tarfile.BLOCKSIZE - len(head))):
        head += more
    if head == bytes(tarfile.BLOCKSIZE):
        return True  # an archive of nothing
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError):
        return False
    return True


def entries(file: BinaryIO, limits: ExtractLimits) -> Iterator[Entry]:
    """Yield the entries of a tar; each file's bytes are to be read before the next is asked for."""
    stream = Inflated(file)
    stream.allow(HEADERS)
    with _readable():
        archive: Any = tarfile.open(  # noqa: SIM115 - there is nothing to close but `file`
            mode="r|", fileobj=cast("BinaryIO", stream), errors="surrogateescape", tarinfo=_Strict
        )
    while True:
        stream.allow(HEADERS)
        with _readable():
            member = archive.next()
        archive.members.clear()  # they are never asked for again, and may be very many
        if member is None:
            return
        if member.size > limits.size:
            raise too_much(
                f"an entry of {member.size:,} bytes, and at most {limits.size:,} are allowed", "extract-limit"
            )
        stream.allow(member.size + HEADERS)
        yield _entry(archive, member)


def _entry(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    if member.isdir():
        return Entry(name=member.name, kind=Kind.DIRECTORY)
    if member.issym() or member.islnk():
        kind = Kind.SYMLINK if member.issym() else Kind.HARDLINK
        return Entry(name=member.name, kind=kind, link=member.linkname)
    if not member.isreg():
        raise refused(member.name, "is neither a file nor a directory nor a link")
    return Entry(
        name=member.name,
        kind=Kind.FILE,
        size=member.size,
        executable=bool(member.mode & stat.S_IXUSR),
        chunks=partial(chunks_of, lambda: archive.extractfile(member), _readable),
    )


@contextmanager
def _readable() -> Iterator[None]:
    """Say what is wrong with the tar."""
    try:
        yield
    except (tarfile.TarError, EOFError, ValueError, OverflowError, RecursionError) as error:
        raise broken(f"{error}".rstrip(".") or "it is damaged") from error
