"""Brings an object into a file: several stretches at once, hashed in order as they arrive, in bounded memory."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from queue import Empty, SimpleQueue
from threading import Lock

from waybill.domain.digests import MIB, Digests
from waybill.errors import ArtifactError
from waybill.transfer.crc import RunningCrc

STRETCH = 8 * MIB
"""Bytes of one ranged read."""

CONNECTIONS = 8
"""Ranged reads at once."""

AHEAD = CONNECTIONS + 1
"""Stretches that are read, or wait to be written, at once at most: memory is at most this times `STRETCH`."""

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
    connections: int = CONNECTIONS,
) -> Digests:
    """Write an object of `size` bytes to a file that is open and empty, and return what the bytes are.

    `sent` is told bytes as they come. With one of `connections` every stretch is asked for after the one before.
    Raises `ArtifactError` where the object is shorter, what `stream` raises, `OSError` where the file cannot be
    written, and what `check` raises.
    """
    reserve(descriptor, size)
    sha, crc = hashlib.sha256(), RunningCrc()
    with closing(_Fetch(stream, size, sent, connections).chunks(check)) as chunks:
        for chunk in chunks:
            _write(descriptor, chunk)
            sha.update(chunk)
            crc.update(chunk)
    return Digests(sha.hexdigest(), crc.text(), size)


def in_order(chunks: Iterator[bytes]) -> Stream:
    """Return what takes consecutive stretches out of one stream, for `fetch` with one connection."""
    left: list[bytes] = []

    def stream(start: int, end: int) -> Iterator[bytes]:
        wanted = end - start
        while wanted and (chunk := left.pop() if left else next(chunks, b"")):
            taken, rest = chunk[:wanted], chunk[wanted:]
            left.extend([rest] if rest else [])
            wanted -= len(taken)
            yield taken

    return stream


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


def _write(descriptor: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(descriptor, view) :]


class _Fetch:
    """One object on its way. A stretch is a queue of chunks that ends in None, or in what went wrong.

    Connections only read; one thread writes and hashes, in order: several that write one file wait for each other.
    """

    def __init__(self, stream: Stream, size: int, sent: Callable[[int], object], connections: int) -> None:
        self._connections = connections
        self._stream = stream
        self._size = size
        self._sent = sent
        self._lock = Lock()
        self._done = 0
        self._stopped = False

    def chunks(self, check: Callable[[], None]) -> Generator[bytes, None, None]:
        """Yield the object's bytes in order. Ends at once when `check` raises: a read that is stuck is left behind."""
        pool = ThreadPoolExecutor(self._connections, thread_name_prefix="fetch")
        ahead: deque[SimpleQueue[_Item]] = deque()
        try:
            for start in range(0, self._size, STRETCH):
                ahead.append(SimpleQueue())
                pool.submit(self._read, start, min(start + STRETCH, self._size), ahead[-1])
                if len(ahead) == self._connections + 1:
                    yield from _arriving(ahead.popleft(), check)
            for arrived in ahead:
                yield from _arriving(arrived, check)
        finally:
            self._stopped = True
            pool.shutdown(wait=False, cancel_futures=True)

    def _read(self, start: int, end: int, arrived: SimpleQueue[_Item]) -> None:
        try:
            position = start
            for chunk in self._stream(start, end):
                if self._stopped:
                    return
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
