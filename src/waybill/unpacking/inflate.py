"""Decompresses in bounded memory, and no more than was allowed: a few bytes can stand for very many."""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import BinaryIO, Protocol

from waybill.unpacking.entries import broken

BLOCK = 64 * 1024
XZ_MEMORY = 256 * 1024 * 1024
"""What xz may take; its strongest preset takes a quarter."""

MAGIC = {"gzip": b"\x1f\x8b", "bzip2": b"BZh", "xz": b"\xfd7zXZ\x00"}


class Decompressor(Protocol):
    """What the standard library's decompressors of one stream have in common."""

    @property
    def eof(self) -> bool:
        """Whether the stream is over."""

    @property
    def unused_data(self) -> bytes:
        """What comes after it."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing can come of what was given."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take bytes, and give at most `max_length`."""


class Gzip:
    """Gives zlib's decompressor the ways of the others."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(31)
        self._more = False

    @property
    def eof(self) -> bool:
        """Whether the stream is over."""
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        """What comes after it."""
        return self._stream.unused_data

    @property
    def needs_input(self) -> bool:
        """Whether nothing can come of what was given."""
        return not self._more

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take bytes, and give at most `max_length`."""
        found = self._stream.decompress(self._stream.unconsumed_tail + data, max_length)
        self._more = len(found) == max_length or bool(self._stream.unconsumed_tail)
        return found


class Inflated:
    """A file's bytes, decompressed where it is compressed. Raises `ArtifactError` where it cannot be, or for more bytes
    than were allowed.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        head = file.read(6)
        file.seek(0)
        self._format = next((name for name, magic in MAGIC.items() if head.startswith(magic)), "")
        self._stream = self._new() if self._format else None
        self._allowed = 0

    def allow(self, count: int) -> None:
        """Let so many bytes be read from now on."""
        self._allowed = count

    def read(self, count: int) -> bytes:
        """Return at most so many bytes; none at the end."""
        found = self._file.read(count) if self._stream is None else self._inflated(self._stream, count)
        self._allowed -= len(found)
        if self._allowed < 0:
            raise broken("its headers are too large, or its files are not so long as they say")
        return found

    def _inflated(self, stream: Decompressor, count: int) -> bytes:
        while True:
            given = b""
            if stream.eof:
                given = stream.unused_data or self._file.read(BLOCK)
                if not given.startswith(MAGIC[self._format][:2]):
                    return b""  # padding, as gzip and tar leave it
                self._stream = stream = self._new()
            elif stream.needs_input:
                given = self._file.read(BLOCK)
                if not given:
                    raise broken(f"it is {self._format}, and cut short")
            try:
                found = stream.decompress(given, count)
            except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
                raise broken(f"it is {self._format}, and damaged: {error}") from error
            if found:
                return found

    def _new(self) -> Decompressor:
        if self._format == "gzip":
            return Gzip()
        return bz2.BZ2Decompressor() if self._format == "bzip2" else lzma.LZMADecompressor(memlimit=XZ_MEMORY)
