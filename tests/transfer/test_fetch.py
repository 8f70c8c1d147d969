"""An object comes into a file whole and hashed, or not at all; several stretches at once, in bounded memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Lock
from unittest.mock import patch

import pytest
from awscrt.checksums import crc64nvme

from waybill.domain.digests import Digests, crc_text
from waybill.errors import ArtifactError, Cancelled, Unavailable
from waybill.transfer import fetch as module
from waybill.transfer.fetch import fetch

STRETCH = 64
BODY = bytes(range(256)) * 9 + b"rest"


@pytest.fixture(autouse=True)
def _small() -> Iterator[None]:
    with patch.object(module, "STRETCH", STRETCH):
        yield


@pytest.fixture
def file(tmp_path: Path) -> Iterator[int]:
    descriptor = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    yield descriptor
    os.close(descriptor)


def cut(body: bytes, size: int = 7) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))


def contents(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


@pytest.mark.parametrize("size", [0, 1, STRETCH - 1, STRETCH, STRETCH + 1, len(BODY)])
def test_every_byte_arrives_in_its_place(file: int, size: int) -> None:
    body, told = BODY[:size], list[int]()
    found = fetch(lambda start, end: cut(body[start:end]), size, file, sent=told.append)
    assert contents(file) == body
    assert found == Digests(hashlib.sha256(body).hexdigest(), crc_text(crc64nvme(body)), size)
    assert max(told, default=0) == size


def test_stretches_that_come_in_any_order_are_hashed_in_theirs(file: int) -> None:
    later = Event()

    def stream(start: int, end: int) -> Iterator[bytes]:
        if start == 0:
            assert later.wait(10), "the first waits for another one"
        elif start == STRETCH * 5:
            later.set()
        yield from cut(BODY[start:end])

    found = fetch(stream, len(BODY), file)
    assert contents(file) == BODY
    assert found.sha256 == hashlib.sha256(BODY).hexdigest()


def test_memory_is_bounded_however_slow_the_first_stretch_is(file: int) -> None:
    begun, lock, free = set[int](), Lock(), Event()

    def stream(start: int, end: int) -> Iterator[bytes]:
        with lock:
            begun.add(start)
        if len(begun) >= module.AHEAD - 1:
            free.set()
        if start == 0:
            free.wait(10)
            assert len(begun) <= module.AHEAD
        yield from cut(BODY[start:end])

    fetch(stream, len(BODY), file)
    assert len(begun) == -(-len(BODY) // STRETCH)


@pytest.mark.parametrize("at", [0, STRETCH * 3, len(BODY) // STRETCH * STRETCH])
def test_an_object_that_is_cut_short_is_told(file: int, at: int) -> None:
    def stream(start: int, end: int) -> Iterator[bytes]:
        return cut(BODY[start : end - 1] if start == at else BODY[start:end])

    with pytest.raises(ArtifactError, match="ended after"):
        fetch(stream, len(BODY), file)


def test_what_a_stretch_raises_is_raised(file: int) -> None:
    def stream(start: int, end: int) -> Iterator[bytes]:
        yield from cut(BODY[start:end])
        if start == STRETCH * 2:
            raise Unavailable("The network was pulled out.")

    with pytest.raises(Unavailable, match="pulled out"):
        fetch(stream, len(BODY), file)


def test_a_cancelled_fetch_ends_though_every_read_is_stuck(file: int) -> None:
    stuck, calls = Event(), list[int]()

    def stream(start: int, end: int) -> Iterator[bytes]:
        stuck.wait(30)
        yield BODY[start:end]

    def check() -> None:
        calls.append(1)
        if len(calls) > 2:
            raise Cancelled("stop")

    try:
        with pytest.raises(Cancelled):
            fetch(stream, len(BODY), file, check=check)
        assert contents(file).strip(b"\0") == b""
    finally:
        stuck.set()


def test_a_disk_that_is_full_is_told(file: int) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    full = os.open("/dev/full", os.O_RDWR)
    try:
        with pytest.raises(OSError, match="No space left"), patch.object(module, "reserve", lambda *_: None):
            fetch(lambda start, end: cut(BODY[start:end]), len(BODY), full)
    finally:
        os.close(full)
