"""Writes zips whose bytes depend on names, contents and execute bits alone (PKWARE's APPNOTE.TXT 6.3.10).

The standard library's writer is not used, because a version of an artifact must come out the same from every Python:
it begins zip64 at 2 GiB, not where the format needs it, and its zip64 headers differ between Python 3.10 and 3.11.
Here: no times (1980-01-01 00:00:00 is the format's zero), made on Unix, mode 0644 or 0755, no directory entries, no
comments, no data descriptors, no extra field but zip64's where a number needs it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from struct import Struct
from typing import BinaryIO

LEVEL = 6
"""Of deflate. Equal bytes need an equal zlib too; stored entries need neither."""

_LOCAL = Struct("<4s5H3L2H")
_CENTRAL = Struct("<4s6H3L5H2L")
_END = Struct("<4s4H2LH")
_END64 = Struct("<4sQ2H2L4Q")
_LOCATOR64 = Struct("<4sLQL")

_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_STORED, _DEFLATED = 0, 8
_PLAIN, _ZIP64 = 20, 45
_MADE_ON_UNIX = 3 << 8
_NAME_IS_UTF8 = 1 << 11
_MIDNIGHT, _FIRST_OF_JANUARY_1980 = 0, 1 << 5 | 1
_REGULAR_FILE = 0o100000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """What both headers say of one entry. `zip64` is settled before its bytes are known, to leave room."""

    name: bytes
    flags: int
    mode: int
    method: int
    size: int
    zip64: bool
    offset: int
    crc: int = 0
    stored_size: int = 0

    def facts(self) -> tuple[int, ...]:
        """Return the fields that both headers have in common, from the flags to the sizes."""
        sizes = (_FULL32, _FULL32) if self.zip64 else (self.stored_size, self.size)
        return (self.flags, self.method, _MIDNIGHT, _FIRST_OF_JANUARY_1980, self.crc, *sizes, len(self.name))


class ZipWriter:
    """Appends entries to a seekable stream that is empty; `finish` completes it.

    `large` and `many` are the first numbers that need zip64: of sizes and offsets, and of entries.
    """

    def __init__(self, stream: BinaryIO, *, large: int = _FULL32, many: int = _FULL16) -> None:
        self._stream = stream
        self._large = large
        self._many = many
        self._records: list[_Record] = []
        self._end = 0

    def add(self, name: str, *, executable: bool, size: int, compress: bool, blocks: Iterable[memoryview]) -> None:
        """Write one entry; `blocks` must yield `size` bytes. Raises what the stream and the blocks raise."""
        record = _Record(
            name=name.encode(),
            flags=0 if name.isascii() else _NAME_IS_UTF8,
            mode=_REGULAR_FILE | (0o755 if executable else 0o644),
            method=_DEFLATED if compress and size else _STORED,
            size=size,
            # What does not compress grows by some bytes in every 16 KiB.
            zip64=size + (size >> 8 if compress else 0) >= self._large,
            offset=self._end,
        )
        header = _local(record)
        self._stream.write(header)
        content = _deflated if record.method == _DEFLATED else _stored
        crc, stored_size = content(self._stream, blocks)
        record = replace(record, crc=crc, stored_size=stored_size)
        self._end += len(header) + stored_size
        self._stream.seek(record.offset)
        self._stream.write(_local(record))
        self._stream.seek(self._end)
        self._records.append(record)

    def finish(self) -> int:
        """Write the central directory, and return the size of the zip."""
        start, count = self._end, len(self._records)
        length = sum(self._stream.write(self._central(record)) for record in self._records)
        end = b""
        if count >= self._many or start >= self._large or length >= self._large:
            made = _MADE_ON_UNIX | _ZIP64
            end = _END64.pack(b"PK\6\6", _END64.size - 12, made, _ZIP64, 0, 0, count, count, length, start)
            end += _LOCATOR64.pack(b"PK\6\7", 0, start + length, 1)
        shown = count if count < self._many else _FULL16
        end += _END.pack(b"PK\5\6", 0, 0, shown, shown, self._fitting(length), self._fitting(start), 0)
        self._stream.write(end)
        self._stream.flush()
        return start + length + len(end)

    def _central(self, record: _Record) -> bytes:
        numbers: tuple[int, ...] = (record.size, record.stored_size) if record.zip64 else ()
        numbers += (record.offset,) if record.offset >= self._large else ()
        version = _ZIP64 if numbers else _PLAIN
        extra = _extra(numbers)
        fixed = _CENTRAL.pack(
            *(b"PK\1\2", _MADE_ON_UNIX | version, version, *record.facts()),
            *(len(extra), 0, 0, 0, record.mode << 16, self._fitting(record.offset)),
        )
        return fixed + record.name + extra

    def _fitting(self, number: int) -> int:
        return number if number < self._large else _FULL32


def _local(record: _Record) -> bytes:
    extra = _extra((record.size, record.stored_size) if record.zip64 else ())
    version = _ZIP64 if record.zip64 else _PLAIN
    return _LOCAL.pack(b"PK\3\4", version, *record.facts(), len(extra)) + record.name + extra


def _extra(numbers: tuple[int, ...]) -> bytes:
    if not numbers:
        return b""
    return Struct(f"<2H{len(numbers)}Q").pack(1, 8 * len(numbers), *numbers)


def _stored(stream: BinaryIO, blocks: Iterable[memoryview]) -> tuple[int, int]:
    crc = length = 0
    for block in blocks:
        crc = zlib.crc32(block, crc)
        length += stream.write(block)
    return crc, length


def _deflated(stream: BinaryIO, blocks: Iterable[memoryview]) -> tuple[int, int]:
    crc = length = 0
    deflater = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    for block in blocks:
        crc = zlib.crc32(block, crc)
        length += stream.write(deflater.compress(block))
    length += stream.write(deflater.flush())
    return crc, length
