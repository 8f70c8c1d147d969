from __future__ import annotations

from collections.abc import Callable, Generator
from threading import Barrier, Lock

import pytest
from awscrt.checksums import crc64nvme
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fakes.calls import Call
from transfer.rig import NOISE, BytesSource, Rig, digests, together
from waybill.domain.digests import Digests, crc_text
from waybill.errors import ArtifactError, Cancelled
from waybill.transfer.feed import Feed


def stored_parts(rig: Rig, region: str) -> dict[int, bytes]:
    (bucket,) = [bucket for bucket in rig.world.buckets.values() if bucket.uploads and bucket.region == region]
    (upload,) = bucket.uploads.values()
    return upload.parts


@settings(max_examples=60)
@given(st.integers(1, 600), st.integers(1, 40), st.integers(1, 80), st.integers(1, 6), st.integers(1, 4))
@example(64, 16, 16, 5, 4)
@example(65, 16, 16, 5, 4)
@example(63, 16, 16, 5, 1)
@example(1, 16, 16, 1, 4)
@example(160, 16, 80, 2, 4)
@example(161, 7, 80, 1, 1)
def test_the_bytes_arrive_whole_and_equal_in_every_region(
    size: int, block: int, part: int, buffers: int, connections: int
) -> None:
    body = NOISE[:size]
    rig, source = Rig(), BytesSource(NOISE[:size])
    feed = rig.feed(source, part_bytes=part, block_bytes=block, buffers=buffers)
    found, ends = rig.run(feed, source, connections=connections)
    assert ends == dict.fromkeys(rig.regions)
    assert found == digests(body)
    for region in rig.regions:
        assert rig.sent[region] == size
        parts = stored_parts(rig, region)
        assert [parts[number] for number in sorted(parts)] == [body[at : at + part] for at in range(0, size, part)]
        assert isinstance(found, Digests)
        rig.complete(region, found)
        assert rig.stored(region) == body
    assert source.again_reads == []
    assert source.position == size, "read once, for all regions"


@given(st.integers(0, 300), st.integers(1, 40), st.integers(1, 80))
@example(0, 16, 16)
def test_the_digests_are_those_of_the_whole_without_any_lane_too(size: int, block: int, part: int) -> None:
    source = BytesSource(NOISE[:size])
    assert Feed(source, part_bytes=part, block_bytes=block, lanes=()).run() == digests(NOISE[:size])


class Watched(BytesSource):
    """Knows into how many different buffers it was read, and how many of them were out at once at most."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.buffers: set[int] = set()

    def readinto(self, buffer: memoryview) -> int:
        if len(buffer) > 1:
            self.buffers.add(id(buffer.obj))
        return super().readinto(buffer)


@pytest.mark.parametrize("buffers", [1, 2, 5])
def test_memory_is_bounded_by_the_pool_however_large_the_artifact(buffers: int) -> None:
    rig, source = Rig(), Watched(NOISE)
    feed = rig.feed(source, part_bytes=16, block_bytes=16, buffers=buffers)
    found, _ = rig.run(feed, source, connections=3)
    assert found == digests(NOISE)
    assert 1 <= len(source.buffers) <= buffers


def test_the_slowest_region_sets_the_pace_and_the_source_is_not_read_ahead_of_the_pool() -> None:
    rig, source = Rig(("us-east-1",)), BytesSource(NOISE[:160])
    feed = rig.feed(source, part_bytes=16, block_bytes=16, buffers=2)
    ahead: list[int] = []
    begun = Barrier(2)

    def slow(call: Call) -> None:
        ahead.append(source.position)

    rig.world.on("send", slow, times=None)

    def first_reads() -> Digests:
        begun.wait(10)
        return feed.run()

    def then_sends() -> None:
        begun.wait(10)
        rig.send("us-east-1", source, connections=1)

    together([first_reads, then_sends])
    for number, position in enumerate(ahead):
        assert position <= (number + 2) * 16, "more blocks were read than the pool holds"


@pytest.mark.parametrize(("real", "told"), [(100, 120), (120, 100), (96, 97), (97, 96), (0, 1), (1, 0)])
@pytest.mark.parametrize("part", [16, 48])
def test_a_source_of_another_size_than_it_was_is_an_artifact_error_and_all_lanes_end(
    real: int, told: int, part: int
) -> None:
    rig, source = Rig(), BytesSource(NOISE[:real], size=told)
    found, ends = rig.run(rig.feed(source, part_bytes=part, block_bytes=16, buffers=2), source)
    assert isinstance(found, ArtifactError)
    assert "changed while it was being read" in found.what
    assert all(end is None or isinstance(end, ArtifactError) for end in ends.values())


@pytest.mark.parametrize("part", [16, 48])
@pytest.mark.parametrize("blocks", [0, 1, 4, 5])
def test_p6_a_cancelled_run_ends_feed_and_lanes_at_the_next_block(part: int, blocks: int) -> None:
    rig, source = Rig(), BytesSource(NOISE[:160])
    asked: list[None] = []
    lock = Lock()

    def check() -> None:
        with lock:
            asked.append(None)
            if len(asked) > blocks:
                raise Cancelled("Cancelled before the end.")

    found, ends = rig.run(
        rig.feed(source, part_bytes=part, block_bytes=16, buffers=2, check=check), source, check=check
    )
    assert isinstance(found, Cancelled)
    assert source.position <= (blocks + 1) * 16
    assert all(end is None or isinstance(end, Cancelled) for end in ends.values())


class Broken(BytesSource):
    """A disk that fails in the middle."""

    def __init__(self, body: bytes, at: int) -> None:
        super().__init__(body)
        self.at = at

    def readinto(self, buffer: memoryview) -> int:
        if self.position >= self.at:
            raise OSError(5, "Input/output error")
        return super().readinto(buffer)


@pytest.mark.parametrize(("part", "at"), [(16, 0), (16, 32), (48, 16), (48, 48), (48, 64)])
def test_a_source_that_breaks_leaves_no_lane_waiting(part: int, at: int) -> None:
    rig, source = Rig(), Broken(NOISE[:160], at)
    found, ends = rig.run(rig.feed(source, part_bytes=part, block_bytes=16, buffers=2), source)
    assert isinstance(found, (OSError, ArtifactError))
    assert set(ends) == set(rig.regions)


def test_a_part_is_taken_by_one_worker_only_and_in_order() -> None:
    rig, source = Rig(("us-east-1",)), BytesSource(NOISE[:320])
    found, _ = rig.run(rig.feed(source, part_bytes=16, block_bytes=16), source, connections=4)
    assert isinstance(found, Digests)
    assert [call.call for call in rig.world.writes()].count("send") == 20


def test_a_part_knows_its_checksum_beforehand_only_where_it_is_one_block() -> None:
    known: list[str | None] = []

    class Looking:
        def send(self, part: object) -> None:
            known.append(getattr(part, "crc64nvme", "none at all"))
            chunks: Callable[[], Generator[memoryview, None, None]] = part.chunks  # type: ignore[attr-defined]
            list(chunks())

        def complete(self, digests: Digests) -> object:
            raise NotImplementedError

        def abort(self) -> None:
            raise NotImplementedError

    rig, source = Rig(("us-east-1",)), BytesSource(NOISE[:32])
    rig.uploads["us-east-1"] = Looking()  # type: ignore[assignment]
    rig.run(rig.feed(source, part_bytes=16, block_bytes=16), source, connections=1)
    assert known == [crc_text(crc64nvme(NOISE[:16])), crc_text(crc64nvme(NOISE[16:32]))]
