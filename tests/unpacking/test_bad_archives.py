"""What an archive could do to whoever unpacks it, tried in earnest. Each is refused, and nothing is made outside."""

from __future__ import annotations

import gzip
import io
import random
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from unpacking.making import Archive, Made, as_tar, as_zip, tree_of
from waybill.domain.download import ExtractLimits
from waybill.errors import ArtifactError
from waybill.unpacking import directory, inflate, unpack

LIMITS = ExtractLimits(size=1_000_000, entries=100)
both = pytest.mark.parametrize("make", [as_zip, as_tar], ids=["zip", "tar"])


@pytest.fixture
def into(tmp_path: Path) -> Iterator[Path]:
    """A directory two levels deep; at the end nothing may be around it that was not there before."""
    folder = tmp_path / "around" / "parent" / "into"
    folder.mkdir(parents=True)
    (tmp_path / "around" / "precious").write_text("mine")
    yield folder
    assert (tmp_path / "around" / "precious").read_text() == "mine"
    assert {path.name for path in (tmp_path / "around").rglob("*") if folder not in path.parents} == {
        "parent",
        "into",
        "precious",
    }


def refused(archive: Path, into: Path, why: str, limits: ExtractLimits = LIMITS) -> ArtifactError:
    with pytest.raises(ArtifactError, match=why) as caught:
        unpack(archive, into, limits)
    assert caught.value.advice
    return caught.value


@both
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../evil", "leads out"),
        ("../../precious", "leads out"),
        ("a/../../evil", "leads out"),
        ("a/b/../c", "leads out"),
        ("./../evil", "leads out"),
        ("/evil", "absolute"),
        ("//evil", "absolute"),
        ("a\\..\\..\\evil", "backslash"),
        ("a\nb", "control"),
        ("\x1b[2Jevil", "control"),
        ("x" * 256, "more than 255 bytes"),
        ("/".join(["deep"] * 400), "path of more than"),
        ("./", "no name|is there"),
    ],
    ids=lambda text: ascii(text[:16]),
)
def test_a_name_that_leads_elsewhere(make: Archive, name: str, why: str, tmp_path: Path, into: Path) -> None:
    archive = make(tmp_path / "archive", [Made("fine", b"x"), Made(name, b"evil")])
    if name == "./" and make is as_zip:
        unpack(archive, into, LIMITS)  # a zip's directory, whatever it holds
        return
    refused(archive, into, why)


def test_a_name_that_ends_at_a_nul_for_some(tmp_path: Path, into: Path) -> None:
    refused(as_zip(tmp_path / "archive", [Made("fine\0/../../evil", b"x")]), into, "NUL|zip|differ")


@both
@pytest.mark.parametrize(
    "links",
    [
        [("out", "..")],
        [("out", "../..")],
        [("out", "/etc")],
        [("d/out", "../../evil")],
        [("out", "x/../../into/file")],
        [("d/up", ".."), ("out", "d/up/..")],
        [("x/y/d", "../.."), ("out", "x/y/d/..")],
        [("a", "b/.."), ("b", "c/d"), ("c/d/e", "../../.."), ("out", "c/d/e/../x")],
        [("empty", "")],
        [("long", "x/" * 600)],
    ],
    ids=str,
)
def test_a_link_that_leads_out(make: Archive, links: list[tuple[str, str]], tmp_path: Path, into: Path) -> None:
    if make is as_zip and any(not link for _, link in links):
        pytest.skip("the zip that is made here would be one of a directory")
    entries = [Made("x/y/file", b""), *(Made(name, link=link) for name, link in links)]
    refused(make(tmp_path / "archive", entries), into, "link")


@both
def test_nothing_is_written_through_a_link(make: Archive, tmp_path: Path, into: Path) -> None:
    entries = [Made("d/file", b"x"), Made("link", link="d"), Made("link/evil", b"x")]
    refused(make(tmp_path / "archive", entries), into, "below 'link'")
    assert not (into / "d" / "evil").exists()


@pytest.mark.parametrize("link", ["../../precious", "/etc/passwd", "later", "link", "d", "b"])
def test_a_hard_link_to_anything_but_a_file_before_it(link: str, tmp_path: Path, into: Path) -> None:
    entries = [Made("d/"), Made("link", link="d"), Made("b", link=link, hard=True), Made("later", b"x")]
    refused(as_tar(tmp_path / "archive", entries), into, "hard link|leads out|absolute")


@pytest.mark.parametrize("kind", [tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, b"Z"], ids=ascii)
def test_what_is_no_file_directory_or_link_in_a_tar(kind: bytes, tmp_path: Path, into: Path) -> None:
    refused(as_tar(tmp_path / "archive", [Made("evil", kind=kind)]), into, "neither a file nor")


@pytest.mark.parametrize("mode", [0o010000, 0o020000, 0o060000, 0o140000], ids=oct)
def test_what_is_no_file_directory_or_link_in_a_zip(mode: int, tmp_path: Path, into: Path) -> None:
    with zipfile.ZipFile(tmp_path / "archive", "w") as archive:
        info = zipfile.ZipInfo("evil")
        info.external_attr = (mode | 0o644) << 16
        archive.writestr(info, b"")
    refused(tmp_path / "archive", into, "neither a file nor")


@both
@pytest.mark.parametrize("names", [("a", "a"), ("a", "./a"), ("d/a", "d//a"), ("a", "a/b"), ("a/b", "a")], ids=" ".join)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice(make: Archive, names: tuple[str, str], tmp_path: Path, into: Path) -> None:
    refused(make(tmp_path / "archive", [Made(name, b"x") for name in names]), into, "twice|below")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("first", [Made("a", link="b"), Made("a", b"x")], ids=["link", "file"])
def test_a_link_in_the_place_of_a_file(first: Made, tmp_path: Path, into: Path) -> None:
    second = Made("a", b"x") if first.link else Made("a", link="b")
    refused(as_zip(tmp_path / "archive", [first, second]), into, "twice")


@both
def test_more_bytes_than_the_limit(make: Archive, tmp_path: Path, into: Path) -> None:
    entries = [Made(str(number), bytes(300_000)) for number in range(4)]
    error = refused(make(tmp_path / "archive", entries), into, "bytes")
    assert "extract-limit" in error.advice
    assert sum(path.stat().st_size for path in into.rglob("*")) <= LIMITS.size


@both
def test_as_many_bytes_as_the_limit_are_no_bomb(make: Archive, tmp_path: Path, into: Path) -> None:
    unpack(make(tmp_path / "archive", [Made("a", bytes(LIMITS.size))]), into, LIMITS)


@both
@pytest.mark.parametrize("deep", [False, True])
def test_more_entries_than_the_limit(make: Archive, deep: bool, tmp_path: Path, into: Path) -> None:
    many = ["/".join(["d"] * 102)] if deep else [str(number) for number in range(101)]
    error = refused(make(tmp_path / "archive", [Made(name, b"") for name in many]), into, "entries")
    assert "extract-entries" in error.advice
    assert len(tree_of(into)) <= LIMITS.entries


def test_a_zip_that_says_less_than_it_holds(tmp_path: Path, into: Path) -> None:
    archive = as_zip(tmp_path / "archive", [Made("bomb", bytes(5_000_000))])
    raw = archive.read_bytes()
    archive.write_bytes(raw.replace(struct.pack("<L", 5_000_000), struct.pack("<L", 1000)))
    refused(archive, into, "bomb|CRC|damaged")
    assert sum(path.stat().st_size for path in into.rglob("*")) <= LIMITS.size


def test_a_zip_whose_entries_share_their_bytes(tmp_path: Path, into: Path) -> None:
    archive = as_zip(tmp_path / "archive", [Made("kernel", bytes(900_000))])
    with zipfile.ZipFile(archive, "a") as again:
        kernel = again.infolist()[0]
        for number in range(50):
            copy = zipfile.ZipInfo(f"kernel{number}")
            for name in ("compress_type", "compress_size", "file_size", "CRC", "header_offset", "external_attr"):
                setattr(copy, name, getattr(kernel, name))
            again.filelist.append(copy)
        again._didModify = True  # type: ignore[attr-defined]
    refused(archive, into, "bytes")
    assert tree_of(into) == {}


def test_a_zips_directory_is_counted_before_it_is_read_into_memory(tmp_path: Path, into: Path) -> None:
    archive = as_zip(tmp_path / "archive", [Made(str(number), b"") for number in range(200)])
    raw = bytearray(archive.read_bytes())
    end = raw.rindex(directory.END)
    raw[end + 8 : end + 12] = struct.pack("<HH", 1, 1)  # it says that there is one
    archive.write_bytes(raw)
    with archive.open("rb") as file:
        assert directory.count_entries(file, 100) == 101
    refused(archive, into, "entries")


@pytest.mark.parametrize("comment", [b"", b"a comment", b"PK\x05\x06 in a comment", b"\0" * 30])
def test_entries_are_counted_as_the_standard_library_finds_them(comment: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "archive", "w") as archive:
        for number in range(7):
            archive.writestr(f"{number}", b"x")
        archive.comment = comment
    with (tmp_path / "archive").open("rb") as file:
        try:
            known = len(zipfile.ZipFile(file).infolist())
        except zipfile.BadZipFile:
            known = -1
        try:
            found = directory.count_entries(file, 100)
        except ArtifactError:
            found = -1
    assert found == known


def test_entries_of_a_zip64_are_counted(tmp_path: Path, into: Path) -> None:
    # The standard library writes a zip64 end record above 65,535 entries.
    with zipfile.ZipFile(tmp_path / "archive", "w") as archive:
        for number in range(65_536):
            archive.writestr(zipfile.ZipInfo(f"{number:x}"), b"")
    with (tmp_path / "archive").open("rb") as file:
        assert directory.count_entries(file, 100_000) == 65_536
    refused(tmp_path / "archive", into, "entries")


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
def test_a_compressed_tar_of_zeros_is_stopped_at_the_limit(mode: str, tmp_path: Path, into: Path) -> None:
    archive = as_tar(tmp_path / "archive", [Made(f"{number}", bytes(900_000)) for number in range(3)], mode)
    assert archive.stat().st_size < 10_000
    refused(archive, into, "bytes")
    assert sum(path.stat().st_size for path in into.rglob("*")) <= LIMITS.size


def test_an_entry_that_says_it_is_huge_is_refused_before_it_is_written(tmp_path: Path, into: Path) -> None:
    info = tarfile.TarInfo("huge")
    info.size = 8 * 1024**4
    (tmp_path / "archive").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    refused(tmp_path / "archive", into, "bytes")
    assert tree_of(into) == {}


def test_headers_that_never_end_take_no_memory(tmp_path: Path, into: Path) -> None:
    record = b"x" * 60_000_000
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, len(record)
    (tmp_path / "archive").write_bytes(gzip.compress(info.tobuf() + record, 1))
    refused(tmp_path / "archive", into, "headers are too large")


def test_headers_upon_headers_are_no_endless_recursion(tmp_path: Path, into: Path) -> None:
    info = tarfile.TarInfo("././@PaxHeader")
    info.type = tarfile.XHDTYPE
    info.size = 0
    (tmp_path / "archive").write_bytes(info.tobuf() * 5000)
    refused(tmp_path / "archive", into, "unpacked")


def test_a_negative_size_sends_nobody_back(tmp_path: Path, into: Path) -> None:
    info = tarfile.TarInfo("back")
    buffer = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    buffer[124:136] = b"\xff" * 8 + struct.pack(">l", -1024)
    buffer[148:156] = b" " * 8
    buffer[148:156] = b"%06o\0 " % sum(buffer[:512])
    (tmp_path / "archive").write_bytes(bytes(buffer) + bytes(2048))
    refused(tmp_path / "archive", into, "unpacked")


def test_a_damaged_header_in_the_middle_is_not_the_end(tmp_path: Path, into: Path) -> None:
    raw = bytearray(as_tar(tmp_path / "archive", [Made("a", b"x"), Made("b", b"y")]).read_bytes())
    raw[1024 + 150] ^= 0xFF
    (tmp_path / "archive").write_bytes(raw)
    refused(tmp_path / "archive", into, "damaged")


def test_an_encrypted_entry(tmp_path: Path, into: Path) -> None:
    raw = bytearray(as_zip(tmp_path / "archive", [Made("secret", b"x")]).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + offset] |= 1
    (tmp_path / "archive").write_bytes(raw)
    refused(tmp_path / "archive", into, "encrypted")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_method_whose_memory_is_not_bounded(method: int, tmp_path: Path, into: Path) -> None:
    refused(as_zip(tmp_path / "archive", [Made("a", b"x" * 100)], method), into, "another method")


def test_an_xz_that_asks_for_more_memory_than_there_may_be(
    tmp_path: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inflate, "XZ_MEMORY", 1024 * 1024)
    refused(as_tar(tmp_path / "archive", [Made("a", b"x")], "w:xz"), into, "xz")


@pytest.mark.parametrize(
    "body", [b"", b"x", b"not an archive" * 100, b"\x28\xb5\x2f\xfd zstd", b"PK\x03\x04", b"\x1f\x8b"]
)
def test_what_is_no_archive(body: bytes, tmp_path: Path, into: Path) -> None:
    (tmp_path / "archive").write_bytes(body)
    refused(tmp_path / "archive", into, "unpacked")


@pytest.mark.parametrize(
    "make", [as_zip, as_tar, lambda path, made: as_tar(path, made, "w:gz")], ids=["zip", "tar", "gz"]
)
def test_any_damage_is_told_or_does_no_harm(make: Archive, tmp_path: Path, into: Path) -> None:
    entries = [Made("d/a", b"some bytes" * 50), Made("b", link="d/a"), Made("c", b"x" * 600)]
    raw = make(tmp_path / "whole", entries).read_bytes()
    chance = random.Random(20261122)
    for number in range(250):
        damaged = bytearray(raw if number % 2 else raw[: chance.randrange(len(raw))])
        for _ in range(chance.randrange(1, 6)):
            if damaged:
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        folder = into / str(number)
        folder.mkdir()
        (tmp_path / "archive").write_bytes(damaged)
        with suppress(ArtifactError):
            unpack(tmp_path / "archive", folder, LIMITS)


def test_a_gzip_that_is_cut_short_is_told(tmp_path: Path, into: Path) -> None:
    raw = as_tar(tmp_path / "whole", [Made("a", random.Random(1).randbytes(50_000))], "w:gz").read_bytes()
    (tmp_path / "archive").write_bytes(raw[:-20_000])
    refused(tmp_path / "archive", into, "cut short")


def test_a_sparse_file_is_written_as_large_as_it_says_and_counts_so(tmp_path: Path, into: Path) -> None:
    info = tarfile.TarInfo("sparse")
    info.type = tarfile.GNUTYPE_SPARSE
    info.size = 512
    buffer = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    buffer[386:410] = b"%011o\0%011o\0" % (0, 512)
    buffer[483:495] = b"%011o\0" % 900_000
    buffer[148:156] = b" " * 8
    buffer[148:156] = b"%06o\0 " % sum(buffer[:512])
    archive = tmp_path / "archive"
    archive.write_bytes(bytes(buffer) + b"z" * 512 + bytes(1024))
    unpack(archive, into, LIMITS)
    assert (into / "sparse").read_bytes() == b"z" * 512 + bytes(900_000 - 512)
    small = io.BytesIO()
    small.write(archive.read_bytes())
    (into / "again").mkdir()
    refused(archive, into / "again", "bytes", ExtractLimits(size=899_999, entries=10))
