from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.aws import PRODUCTION, FakeAws, bucket_name
from waybill.errors import ArtifactError, Unavailable
from waybill.transfer.source import FileSource, Source, StoredSource

REGION = "us-east-1"
NAME = bucket_name(PRODUCTION, REGION)
BODY = Random(2).randbytes(3 * 1024 * 1024 + 17)


def whole(source: Source, step: int) -> bytes:
    found = bytearray()
    buffer = bytearray(step)
    while count := source.readinto(memoryview(buffer)):
        found += buffer[:count]
        if count < step:
            break
    return bytes(found)


def stored(body: bytes) -> tuple[FakeAws, StoredSource]:
    world = FakeAws.prepared()
    world.plant(NAME, "k", body)
    bucket = world.account().bucket(REGION, NAME, owner=PRODUCTION)
    return world, StoredSource(bucket, "k", len(body))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "artifact"
    file.write_bytes(BODY)
    return file


@pytest.mark.parametrize("step", [1024 * 1024, 1000003, len(BODY), len(BODY) + 1])
def test_a_file_is_read_whole_in_pieces_of_any_size_and_again_from_its_beginning(path: Path, step: int) -> None:
    with FileSource(path, len(BODY)) as source:
        assert whole(source, step) == BODY
        assert source.readinto(memoryview(bytearray(1))) == 0
        source.rewind()
        assert whole(source, step) == BODY


@pytest.mark.parametrize("step", [1024 * 1024, 1000003, len(BODY), len(BODY) + 1])
def test_a_stored_artifact_is_read_whole_in_pieces_of_any_size_and_again_from_its_beginning(step: int) -> None:
    _, source = stored(BODY)
    assert whole(source, step) == BODY
    source.rewind()
    assert whole(source, step) == BODY


@given(st.integers(0, 200), st.integers(0, 200))
def test_any_stretch_of_a_stored_artifact_is_read_again(one: int, other: int) -> None:
    start, end = sorted((one, other))
    _, source = stored(BODY[:200])
    assert b"".join(source.again(start, end)) == BODY[start:end]


@pytest.mark.parametrize(("start", "end"), [(0, 0), (0, 1), (1, len(BODY)), (2**20 - 1, 2**21 + 1), (len(BODY),) * 2])
def test_any_stretch_of_a_file_is_read_again_without_disturbing_the_first_reading(
    path: Path, start: int, end: int
) -> None:
    with FileSource(path, len(BODY)) as source:
        assert source.readinto(memoryview(bytearray(10))) == 10
        assert b"".join(bytes(chunk) for chunk in source.again(start, end)) == BODY[start:end]
        buffer = bytearray(10)
        source.readinto(memoryview(buffer))
        assert bytes(buffer) == BODY[10:20]


def test_an_empty_artifact_is_read_at_once(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with FileSource(tmp_path / "empty", 0) as source:
        assert source.readinto(memoryview(bytearray(1))) == 0
    _, kept = stored(b"")
    assert kept.readinto(memoryview(bytearray(1))) == 0


def test_a_file_that_lost_its_end_is_an_artifact_error_when_read_again(path: Path) -> None:
    with FileSource(path, len(BODY)) as source:
        path.write_bytes(BODY[:100])
        with pytest.raises(ArtifactError, match="changed while it was being read"):
            list(source.again(50, 200))


def test_a_file_that_is_gone_is_an_artifact_error(path: Path) -> None:
    with FileSource(path, len(BODY)) as source:
        path.unlink()
        with pytest.raises(ArtifactError):
            list(source.again(50, 200))
    with pytest.raises(ArtifactError, match="cannot be read"), FileSource(path, len(BODY)):
        pass


def test_a_stored_artifact_that_is_gone_is_an_artifact_error() -> None:
    world, source = stored(BODY)
    world.delete(NAME, "k")
    with pytest.raises(ArtifactError):
        source.readinto(memoryview(bytearray(10)))


def test_a_stream_that_breaks_is_told_as_it_is() -> None:
    world, source = stored(BODY)
    world.fail(call="stream", when="during")
    with pytest.raises(Unavailable):
        whole(source, len(BODY))
