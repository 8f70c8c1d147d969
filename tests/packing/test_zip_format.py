"""Where zip64 begins; with small limits, because real ones take gigabytes. Read by the standard library."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib

import pytest

from waybill.packing.zipformat import ZipWriter

END64 = b"PK\6\6"


def written(files: dict[str, bytes], *, compress: bool = False, large: int = 0xFFFFFFFF, many: int = 0xFFFF) -> bytes:
    stream = io.BytesIO()
    writer = ZipWriter(stream, large=large, many=many)
    for name, content in files.items():
        blocks = [memoryview(content)[at : at + 1000] for at in range(0, len(content), 1000)]
        writer.add(name, executable=False, size=len(content), compress=compress, blocks=blocks)
    assert writer.finish() == len(stream.getvalue())
    return stream.getvalue()


def read(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {info.filename: opened.read(info) for info in opened.infolist()}


def local_header(archive: bytes, offset: int) -> tuple[int, int, int, int, bytes]:
    """Return version, CRC, both sizes and the extra field."""
    version, crc, stored, size, name, extra = struct.unpack("<4xH8x3L2H", archive[offset : offset + 30])
    return version, crc, stored, size, archive[offset + 30 + name : offset + 30 + name + extra]


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("large", [1, 100, 1000, 5000, 0xFFFFFFFF])
@pytest.mark.parametrize("many", [1, 2, 5, 0xFFFF])
def test_whatever_needs_zip64_is_read_back(compress: bool, large: int, many: int) -> None:
    noise = random.Random(large).randbytes(3000)
    files = {"none": b"", "some": b"x" * 99, "hundred": b"y" * 100, "noise": noise, "last": b"!"}
    archive = written(files, compress=compress, large=large, many=many)
    assert read(archive) == files
    needed = len(files) >= many or archive.index(b"PK\1\2") >= large or len(archive) - archive.index(b"PK\1\2") > large
    assert (END64 in archive) == needed


def test_zip64_begins_where_a_number_no_longer_fits_and_not_before() -> None:
    archive = written({"a": b"x" * 999, "b": b"y" * 1000}, large=1000, many=9)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        first, second = opened.infolist()
    # "b" begins behind "a": beyond the limit, as its size is.
    assert (first.extract_version, first.extra) == (20, b"")
    assert second.extract_version == 45
    assert local_header(archive, 0) == (20, zlib.crc32(b"x" * 999), 999, 999, b"")
    sizes = struct.pack("<2H2Q", 1, 16, 1000, 1000)
    full = 0xFFFFFFFF
    assert local_header(archive, second.header_offset) == (45, zlib.crc32(b"y" * 1000), full, full, sizes)
    assert second.extra == struct.pack("<2H3Q", 1, 24, 1000, 1000, second.header_offset)


@pytest.mark.parametrize(("count", "needs_zip64"), [(65_534, False), (65_535, True), (65_536, True)])
def test_the_count_of_entries_needs_zip64_from_65535(count: int, needs_zip64: bool) -> None:
    archive = written({f"{number:x}": b"" for number in range(count)})
    assert (END64 in archive) == needs_zip64
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert len(opened.infolist()) == count


def test_a_zip_of_nothing_is_the_shortest_zip() -> None:
    archive = written({})
    assert archive == b"PK\5\6" + bytes(18)
    assert read(archive) == {}


def test_deflated_noise_that_grows_over_the_limit_has_room_for_its_size() -> None:
    noise = random.Random(7).randbytes(4990)
    archive = written({"n": noise}, compress=True, large=4991)
    version, _, stored, size, extra = local_header(archive, 0)
    assert (version, stored, size) == (45, 0xFFFFFFFF, 0xFFFFFFFF)
    assert struct.unpack("<2H2Q", extra)[3] > 4991
    assert read(archive) == {"n": noise}
