"""A rig for the data path: counting sources, and regions that take what the lanes bring, with a limit on waiting."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from random import Random
from threading import Lock

from awscrt.checksums import crc64nvme

from fakes.aws import PRODUCTION, FakeAws, bucket_name
from fakes.clock import FakeClock
from waybill.domain.digests import Digests, crc_text
from waybill.errors import TimedOut
from waybill.ports.bucket import Bucket, Created, Exists, NewObject, Upload
from waybill.retry import Retry
from waybill.transfer.feed import FedPart, Feed, Lane, Pool
from waybill.transfer.lanes import send_lane

KEY = "p@1.0.0"
PATIENCE = 15
"""Seconds after which a test calls it a deadlock. Nothing here should take one."""

NOISE = Random(1).randbytes(4096)
"""What is sent; any bytes would do."""


class BytesSource:
    """Bytes in memory; counts what was read, and may tell another size than it has."""

    def __init__(self, body: bytes, *, size: int | None = None) -> None:
        self.body = body
        self.size = len(body) if size is None else size
        self.position = 0
        self.reads = 0
        self.again_reads: list[tuple[int, int]] = []

    def readinto(self, buffer: memoryview) -> int:
        found = self.body[self.position : self.position + len(buffer)]
        buffer[: len(found)] = found
        self.position += len(found)
        self.reads += 1
        return len(found)

    def again(self, start: int, end: int) -> Generator[memoryview, None, None]:
        self.again_reads.append((start, end))
        for position in range(start, end, 3):
            yield memoryview(self.body[position : min(position + 3, end)])

    def rewind(self) -> None:
        self.position = 0


@dataclass(slots=True)
class Rig:
    """Regions of one fake world, each with an upload and a lane."""

    regions: tuple[str, ...] = ("us-east-1", "us-west-2", "eu-west-1")
    world: FakeAws = field(default_factory=lambda: FakeAws.prepared(min_part_bytes=1))
    clock: FakeClock = field(default_factory=FakeClock)
    lanes: dict[str, Lane] = field(init=False)
    uploads: dict[str, Upload] = field(init=False)
    sent: dict[str, int] = field(init=False)
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.lanes = {region: Lane() for region in self.regions}
        new = NewObject(key=KEY, media_type="a/b", kms_key=None)
        self.uploads = {region: self.bucket(region).begin(new) for region in self.regions}
        self.sent = dict.fromkeys(self.regions, 0)

    def bucket(self, region: str) -> Bucket:
        return self.world.account().bucket(region, bucket_name(PRODUCTION, region), owner=PRODUCTION)

    def feed(self, source: BytesSource, **options: int | Callable[[], None]) -> Feed:
        return Feed(source, lanes=list(self.lanes.values()), **options)  # type: ignore[arg-type]

    def send(
        self, region: str, source: BytesSource, *, connections: int = 2, check: Callable[[], None] = lambda: None
    ) -> None:
        def count(size: int) -> None:
            with self.lock:
                self.sent[region] += size

        retry = Retry(clock=self.clock, random=lambda: 0.5)
        send_lane(
            self.lanes[region],
            self.uploads[region],
            source,
            retry=retry,
            sent=count,
            check=check,
            connections=connections,
        )

    def run(
        self, feed: Feed, source: BytesSource, *, connections: int = 2, check: Callable[[], None] = lambda: None
    ) -> tuple[Digests | BaseException, dict[str, BaseException | None]]:
        """Feed and send everywhere at once; return the feed's end and every region's, errors as values."""
        tasks: list[Callable[[], object]] = [feed.run]
        tasks += [
            lambda region=region: self.send(region, source, connections=connections, check=check)  # type: ignore[misc]
            for region in self.regions
        ]
        ends = together(tasks)
        first = ends[0]
        assert isinstance(first, (Digests, BaseException))
        return first, {
            region: end if isinstance(end, BaseException) else None
            for region, end in zip(self.regions, ends[1:], strict=True)
        }

    def complete(self, region: str, digests: Digests) -> Created | Exists:
        return self.uploads[region].complete(digests)

    def stored(self, region: str) -> bytes | None:
        return self.world.body(bucket_name(PRODUCTION, region), KEY)


def together(tasks: Iterable[Callable[[], object]]) -> list[object]:
    """Run all at once; return their answers or errors. Raises `AssertionError` where one of them never ends."""
    listed = list(tasks)
    with ThreadPoolExecutor(len(listed)) as pool:
        futures: list[Future[object]] = [pool.submit(task) for task in listed]
        waiting = wait(futures, timeout=PATIENCE).not_done
        if waiting:
            wake_all()
    assert not waiting, f"{len(waiting)} of {len(listed)} hang"
    return [future.exception() or future.result() for future in futures]


def wake_all() -> None:
    """End every wait in the data path, so that a deadlock is one failed test and not a process that never ends."""
    error = TimedOut("the test waited long enough")
    for _ in range(20):
        for thing in gc.get_objects():
            if isinstance(thing, FedPart):
                thing.fail(error)
            elif isinstance(thing, Pool):
                thing.give_back(bytearray())  # too small to read into, which ends the reading
            elif isinstance(thing, Lane):
                thing.close()
                thing.end()


def digests(body: bytes) -> Digests:
    """Return what the bytes are, computed in one go."""
    return Digests(hashlib.sha256(body).hexdigest(), crc_text(crc64nvme(body)), len(body))
