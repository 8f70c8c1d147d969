"""What happens between the look and the last byte; P6: nothing is left behind."""

from __future__ import annotations

import os
import resource
import signal
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest

from waybill.errors import ArtifactError, Cancelled
from waybill.packing import pack
from waybill.packing.reading import blocks

from .packed_trees import look, plant


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def shrink(path: Path) -> None:
    os.truncate(path, 5)


def rewrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"CHANGED")
    os.utime(path, ns=(0, 0))


def become_a_link(path: Path) -> None:
    (path.parent / "other").write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to("other")


def become_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("change", [grow, shrink, become_a_link, become_a_pipe, Path.unlink])
def test_a_file_that_changed_since_the_look_is_not_packed(tmp_path: Path, change: Callable[[Path], object]) -> None:
    plant(tmp_path, {"dist/a": b"first", "dist/b": b"0123456789"})
    selection = look("dist", tmp_path)
    change(tmp_path / "dist/b")
    (tmp_path / "scratch").mkdir()
    with pytest.raises(ArtifactError, match="dist/b") as raised:
        pack(selection, scratch=tmp_path / "scratch", default_name="p.zip")
    assert raised.value.exit_code == 4
    assert not list((tmp_path / "scratch").iterdir())


@pytest.mark.parametrize("change", [grow, shrink, Path.unlink])
def test_a_single_file_that_changed_since_the_look_is_not_taken(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    plant(tmp_path, {"b": b"0123456789"})
    selection = look("b", tmp_path)
    change(tmp_path / "b")
    with pytest.raises(ArtifactError, match="b'"):
        pack(selection, scratch=tmp_path, default_name="p.zip")


@pytest.mark.parametrize("change", [grow, shrink, rewrite])
def test_a_file_that_changes_while_it_is_read_is_noticed(tmp_path: Path, change: Callable[[Path], object]) -> None:
    plant(tmp_path, {"dist/b": b"0123456789"})
    (entry,) = look("dist", tmp_path).entries
    reading = blocks(entry, memoryview(bytearray(4)))
    assert bytes(next(reading)) == b"0123"
    change(entry.source)
    with pytest.raises(ArtifactError, match="changed while it was being packed"):
        for _ in reading:
            pass


def test_a_file_that_never_ends_does_not_fill_the_disk(tmp_path: Path) -> None:
    plant(tmp_path, {"dist/log": b"0123456789"})
    (entry,) = look("dist", tmp_path).entries
    read = []

    def read_on() -> None:
        for block in islice(blocks(entry, memoryview(bytearray(4))), 100):
            read.append(len(block))
            grow(entry.source)

    with pytest.raises(ArtifactError):
        read_on()
    assert sum(read) <= entry.size


def test_a_zip_that_was_there_before_is_neither_overwritten_nor_removed(tmp_path: Path) -> None:
    plant(tmp_path, {"dist/a": b"a", "scratch/artifact.zip": b"somebody's"})
    with pytest.raises(ArtifactError, match="could not be written"):
        pack(look("dist", tmp_path), scratch=tmp_path / "scratch", default_name="p.zip")
    assert (tmp_path / "scratch/artifact.zip").read_bytes() == b"somebody's"


def test_the_zip_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    plant(tmp_path, {"dist/a": b"a"})
    before = os.umask(0)
    try:
        packed = pack(look("dist", tmp_path), scratch=tmp_path, default_name="p.zip")
    finally:
        os.umask(before)
    assert packed.path.stat().st_mode & 0o777 == 0o600


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("size", [10, 5_000, 3 << 20])
def test_a_disk_that_is_full_leaves_nothing_and_says_so(tmp_path: Path, size: int) -> None:
    plant(tmp_path, {"dist/a": bytes(4 << 20), "dist/b": b"b" * 3000})
    (tmp_path / "scratch").mkdir()
    selection = look("dist\n!dist/a" if size < 3000 else "dist", tmp_path)
    with files_of_at_most(size), pytest.raises(ArtifactError, match="could not be written") as raised:
        pack(selection, scratch=tmp_path / "scratch", default_name="p.zip")
    assert "room" in raised.value.advice
    assert not list((tmp_path / "scratch").iterdir())


def test_memory_is_bounded_whatever_the_size(tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    with (tmp_path / "dist/sparse").open("wb") as file:
        file.truncate(96 << 20)
    tracemalloc.start()
    try:
        packed = pack(look("dist", tmp_path), scratch=tmp_path, default_name="p.zip")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert packed.size > 96 << 20
    assert peak < 3 << 20


@pytest.mark.parametrize("calls", range(7))
def test_told_to_stop_at_any_file_or_block_it_leaves_no_zip(tmp_path: Path, calls: int) -> None:
    selection = look("in", plant(tmp_path / "space", {"in/a": b"a" * (3 << 20), "in/b": b""}))
    scratch, left = tmp_path / "scratch", [None] * calls
    scratch.mkdir()

    def check() -> None:
        if not left:
            raise Cancelled("stop")
        left.pop()

    if calls == 6:  # two files, three blocks, and once before the end
        assert pack(selection, scratch=scratch, default_name="x.zip", check=check).size > 3 << 20
        return
    with pytest.raises(Cancelled):
        pack(selection, scratch=scratch, default_name="x.zip", check=check)
    assert list(scratch.iterdir()) == []
