"""Brings an object into a file: several stretches at once, hashed in order as they arrive, in bounded memory."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock

from waybill.domain.digests import MIB, Digests
from waybill.errors import ArtifactError
from waybill.transfer.crc import RunningCrc

STRETCH = 8 * MIB
"""Bytes of one ranged read."""

CONNECTIONS = 8
"""Ranged reads at once."""

AHEAD = CONNECTIONS + 2
"""Stretches that are read, or wait to be hashed, at once: memory is at most this times `STRETCH`."""

GLANCE = 0.1
"""Seconds between two looks at whether the run is cancelled, where nothing arrives."""

Stream = Callable[[int, int], Iterator[bytes]]
"""Yields an object's bytes from a position to before another."""

_Item = bytes | BaseException | None


def fetch(
    stream: Stream,
    size: int,
    descriptor: int,
    *,
    sent: Callable[[int], object] = lambda count: None,
    check: Callable[[], None] = lambda: None,
    crc: bool = True,
) -> Digests:
    """Write an object of `size` bytes to a file that is open, and return what the bytes are.

    `sent` is told bytes as they go; without `crc` the CRC64NVME is left out (empty). Raises `ArtifactError` where the
    object is not so long, what `stream` raises, `OSError` where the file cannot be written, and what `check` raises.
    """
    reserve(descriptor, size)
    return _Fetch(stream, size, descriptor, sent).run(check, crc=crc)


def reserve(descriptor: int, size: int) -> None:
    """Take the room on the disk beforehand, where that can be done: a disk that is full is known at once."""
    if not size:
        return
    from errno import EDQUOT, EFBIG, ENOSPC  # noqa: PLC0415

    try:
        os.posix_fallocate(descriptor, 0, size)
    except (AttributeError, OSError) as error:
        if isinstance(error, OSError) and error.errno in {ENOSPC, EDQUOT, EFBIG}:
            raise
        os.ftruncate(descriptor, size)


class _Fetch:
    """One object on its way. A stretch is a queue of chunks that ends in None, or in what went wrong."""

    def __init__(self, stream: Stream, size: int, descriptor: int, sent: Callable[[int], object]) -> None:
        self._stream = stream
        self._size = size
        # One of our own: a thread that is stuck in a read may still write, once this is over.
        self._descriptor = os.dup(descriptor)
        self._sent = sent
        self._lock = Lock()
        self._done = 0
        self._stopped = False

    def run(self, check: Callable[[], None], *, crc: bool) -> Digests:
        sha, running = hashlib.sha256(), RunningCrc() if crc else None
        pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="fetch")
        begun: list[Future[None]] = []
        try:
            for chunk in self._in_order(pool, begun, check):
                sha.update(chunk)
                if running is not None:
                    running.update(chunk)
        finally:
            self._stopped = True
            pool.shutdown(wait=False, cancel_futures=True)
            if not wait(begun, timeout=GLANCE).not_done:
                os.close(self._descriptor)
        return Digests(sha.hexdigest(), running.text() if running else "", self._size)

    def _in_order(
        self, pool: ThreadPoolExecutor, begun: list[Future[None]], check: Callable[[], None]
    ) -> Iterator[bytes]:
        ahead: deque[SimpleQueue[_Item]] = deque()
        starts = iter(range(0, self._size, STRETCH))
        more = True
        while more or ahead:
            while more and len(ahead) < AHEAD:
                start = next(starts, None)
                if start is None:
                    more = False
                    break
                ahead.append(SimpleQueue())
                begun[:] = [future for future in begun if not future.done()]
                begun.append(pool.submit(self._read, start, min(start + STRETCH, self._size), ahead[-1]))
            if ahead:
                yield from _arriving(ahead.popleft(), check)

    def _read(self, start: int, end: int, arrived: SimpleQueue[_Item]) -> None:
        try:
            position = start
            for chunk in self._stream(start, end):
                if self._stopped:
                    return
                self._write(chunk, position)
                position += len(chunk)
                arrived.put(chunk)
                self._tell(len(chunk))
            if position != end:
                raise ArtifactError(
                    f"The object ended after {position} bytes, of the {self._size} that it should have.",
                    "It is cut short, or somebody replaced it meanwhile.",
                )
            arrived.put(None)
        except BaseException as error:  # noqa: BLE001 - handed to the one who waits for these bytes, whole
            arrived.put(error)

    def _write(self, chunk: bytes, position: int) -> None:
        view = memoryview(chunk)
        while view:
            count = os.pwrite(self._descriptor, view, position)
            view, position = view[count:], position + count

    def _tell(self, count: int) -> None:
        with self._lock:
            self._done += count
            done = self._done
        self._sent(done)


def _arriving(arrived: SimpleQueue[_Item], check: Callable[[], None]) -> Iterator[bytes]:
    while True:
        check()
        item: _Item = None
        with suppress(Empty):
            item = arrived.get(timeout=GLANCE)
            if item is None:
                return
        if isinstance(item, BaseException):
            raise item
        if item is not None:
            yield item
