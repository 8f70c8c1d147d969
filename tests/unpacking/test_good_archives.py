from __future__ import annotations

import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from unpacking.making import Archive, Made, as_tar, as_zip, tree_of
from waybill.domain.download import ExtractLimits
from waybill.domain.filenames import MAX_BYTES
from waybill.errors import Cancelled, InputError
from waybill.packing import pack, survey
from waybill.unpacking import same, unpack

LIMITS = ExtractLimits(size=10_000_000, entries=1000)
LARGE = bytes(range(256)) * 9000

FORMATS: dict[str, Archive] = {
    "zip": as_zip,
    "stored zip": lambda path, entries: as_zip(path, entries, zipfile.ZIP_STORED),
    "tar": as_tar,
    "tar.gz": lambda path, entries: as_tar(path, entries, "w:gz"),
    "tar.bz2": lambda path, entries: as_tar(path, entries, "w:bz2"),
    "tar.xz": lambda path, entries: as_tar(path, entries, "w:xz"),
}
every_format = pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


@every_format
def test_files_directories_and_links_inside_are_unpacked(make: Archive, tmp_path: Path, into: Path) -> None:
    entries = [
        Made("./"),
        Made("./bin/"),
        Made("./bin/run", b"#!/bin/sh\n", mode=0o4755),
        Made("lib/deep/er/data", LARGE),
        Made("lib/empty", b""),
        Made("alone/"),
        Made("latest", link="lib/deep"),
        Made("bin/data", link="../lib/deep/er/data"),
        Made("bin/dangling", link="nowhere"),
        Made("Ünïcode — name", b"x"),
        Made("x" * MAX_BYTES, b"long"),
    ]
    count = unpack(make(tmp_path / "archive", entries), into, LIMITS)
    assert tree_of(into) == {
        "bin": None,
        "bin/run": b"#!/bin/sh\n",
        "bin/data": "-> ../lib/deep/er/data",
        "bin/dangling": "-> nowhere",
        "lib": None,
        "lib/deep": None,
        "lib/deep/er": None,
        "lib/deep/er/data": LARGE,
        "lib/empty": b"",
        "alone": None,
        "latest": "-> lib/deep",
        "Ünïcode — name": b"x",
        "x" * MAX_BYTES: b"long",
    }
    assert count == len(tree_of(into))
    assert (into / "latest" / "er" / "data").read_bytes() == LARGE
    umask = os.umask(0)
    os.umask(umask)
    assert (into / "bin" / "run").stat().st_mode & 0o7777 == 0o777 & ~umask
    assert (into / "lib" / "empty").stat().st_mode & 0o7777 == 0o666 & ~umask


def test_a_hard_link_to_a_file_before_it_is_made(tmp_path: Path, into: Path) -> None:
    entries = [Made("a/file", b"bytes"), Made("b", link="a/file", hard=True), Made("c", link="./b", hard=True)]
    unpack(as_tar(tmp_path / "archive", entries), into, LIMITS)
    assert (into / "c").read_bytes() == b"bytes"
    assert (into / "a/file").stat().st_nlink == 3


@every_format
def test_an_archive_of_nothing_is_a_directory_of_nothing(make: Archive, tmp_path: Path, into: Path) -> None:
    assert unpack(make(tmp_path / "archive", []), into, LIMITS) == 0
    assert tree_of(into) == {}


def test_a_gzip_of_several_members_is_one_archive(tmp_path: Path, into: Path) -> None:
    import gzip

    plain = as_tar(tmp_path / "plain", [Made("a", LARGE), Made("b", b"b")]).read_bytes()
    archive = tmp_path / "archive"
    archive.write_bytes(gzip.compress(plain[:5000]) + gzip.compress(plain[5000:]) + b"\0" * 100)
    unpack(archive, into, LIMITS)
    assert tree_of(into) == {"a": LARGE, "b": b"b"}


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_dialect_of_tar_is_read(form: int, tmp_path: Path, into: Path) -> None:
    name = "/".join(["d" * 40] * 4)
    with tarfile.open(tmp_path / "archive", "w", format=form) as archive:
        info = tarfile.TarInfo(name)
        archive.addfile(info)
    unpack(tmp_path / "archive", into, LIMITS)
    assert (into / name).is_file()


@pytest.mark.parametrize("compress", [False, True])
def test_what_is_packed_here_comes_back_as_it_was(tmp_path: Path, into: Path, compress: bool) -> None:
    source = tmp_path / "dist"
    (source / "a" / "b").mkdir(parents=True)
    (source / "a" / "b" / "data").write_bytes(LARGE)
    (source / "run").write_bytes(b"#!/bin/sh\n")
    (source / "run").chmod(0o755)
    packed = pack(
        survey("dist", workspace=tmp_path, allow_empty=False, compress=compress), scratch=tmp_path, default_name="x.zip"
    )
    unpack(packed.path, into, LIMITS)
    same(into, source)
    (source / "a" / "b" / "data").write_bytes(LARGE[:-1] + b"?")
    with pytest.raises(InputError, match="a/b/data"):
        same(into, source)


def changed(root: Path, how: str) -> None:
    match how:
        case "more":
            (root / "d" / "more").write_text("")
        case "less":
            (root / "d" / "file").unlink()
        case "executable":
            (root / "d" / "file").chmod(0o755)
        case "link":
            (root / "link").unlink()
            (root / "link").symlink_to("d/.")
        case "link for file":
            (root / "d" / "file").rename(root / "d" / "other")
            (root / "d" / "file").symlink_to("other")
        case "link for directory":
            (root / "d").rename(root / "e")
            (root / "d").symlink_to("e")
        case "bytes":
            (root / "d" / "file").write_text("eno")


@pytest.mark.parametrize("how", ["more", "less", "executable", "link", "link for file", "link for directory", "bytes"])
def test_a_tree_that_differs_in_anything_is_another(how: str, tmp_path: Path) -> None:
    entries = [Made("d/file", b"one"), Made("link", link="d")]
    for name in ("mine", "theirs"):
        (tmp_path / name).mkdir()
        unpack(as_zip(tmp_path / "archive", entries), tmp_path / name, LIMITS)
    same(tmp_path / "mine", tmp_path / "theirs")
    changed(tmp_path / "theirs", how)
    with pytest.raises(InputError, match="other files"):
        same(tmp_path / "mine", tmp_path / "theirs")


@every_format
def test_unpacking_stops_where_the_run_is_cancelled(make: Archive, tmp_path: Path, into: Path) -> None:
    calls = list[int]()

    def check() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        unpack(make(tmp_path / "archive", [Made(str(n), b"x") for n in range(50)]), into, LIMITS, check=check)
    assert len(tree_of(into)) < 3
