"""One read of the artifact for all regions: blocks from a small pool, hashed while they are on their way.

A block is read into a pooled buffer and handed to every lane (one lane a region); the buffer goes back to the pool when
the last of them is done with it. So memory is bounded by the pool whatever the artifact's size, and the slowest lane
sets the pace; a lane that fails is closed and holds nobody up. A part is one block or, beyond 10,000 parts of the usual
size, several: then its checksum is known only after its last block.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Sequence
from threading import Condition, Lock

from awscrt.checksums import combine_crc64nvme, crc64nvme

from waybill.domain.digests import PART, Digests, crc_text
from waybill.transfer.source import Source, changed

BUFFERS = 5
"""How many blocks are in memory at once: 80 MiB."""


class Block:
    """A stretch of the artifact in a pooled buffer, given back when all its holders have let go."""

    __slots__ = ("_holders", "_lock", "_pool", "buffer", "view")

    def __init__(self, pool: Pool, buffer: bytearray, length: int, holders: int) -> None:
        self.buffer = buffer
        self.view = memoryview(buffer)[:length]
        self._pool = pool
        self._holders = holders
        self._lock = Lock()

    def release(self) -> None:
        """Let go, once for each holder."""
        with self._lock:
            self._holders -= 1
            last = self._holders == 0
        if last:
            self._pool.give_back(self.buffer)


class Pool:
    """A fixed number of buffers. `take` waits for one."""

    def __init__(self, count: int, length: int) -> None:
        self._free = [bytearray(length) for _ in range(count)]
        self._condition = Condition()

    def take(self) -> bytearray:
        """Return a buffer, waiting for one to come back."""
        with self._condition:
            self._condition.wait_for(lambda: self._free)
            return self._free.pop()

    def give_back(self, buffer: bytearray) -> None:
        """Take a buffer back."""
        with self._condition:
            self._free.append(buffer)
            self._condition.notify()


class FedPart:
    """One part for one lane. Its blocks arrive while it is being sent; each is let go as soon as it was used."""

    def __init__(self, number: int, start: int, size: int) -> None:
        self.number = number
        self.start = start
        self.size = size
        self.crc64nvme: str | None = None
        self._blocks: deque[Block] = deque()
        self._left = size
        self._current: Block | None = None
        self._failed: BaseException | None = None
        self._discarded = False
        self._condition = Condition()

    def add(self, block: Block) -> None:
        """Take the next block of this part."""
        with self._condition:
            if self._discarded:
                block.release()
                return
            self._blocks.append(block)
            self._condition.notify()

    def fail(self, error: BaseException) -> None:
        """Make the reader raise: no further block will come."""
        with self._condition:
            self._failed = error
            self._condition.notify()

    def discard(self) -> None:
        """Let go of what was not used, and of what still comes. The one who reads `chunks` may call it, nobody else."""
        with self._condition:
            self._discarded = True
            blocks = [*self._blocks, *([self._current] if self._current else [])]
            self._blocks.clear()
            self._current = None
        for block in blocks:
            block.release()

    def chunks(self) -> Generator[memoryview, None, None]:
        """Yield the part's bytes, a block at a time."""
        while self._left:
            with self._condition:
                self._condition.wait_for(lambda: self._blocks or self._failed)
                if not self._blocks:
                    assert self._failed is not None  # noqa: S101 - wait_for left no other way
                    raise self._failed
                self._current = block = self._blocks.popleft()
            yield block.view
            self._left -= len(block.view)
            self._let_go()

    def _let_go(self) -> None:
        with self._condition:
            block, self._current = self._current, None
        if block is not None:
            block.release()


class Lane:
    """What one region gets: parts in order, then the end. Closing it lets everything go."""

    def __init__(self) -> None:
        self._parts: deque[FedPart] = deque()
        self._condition = Condition()
        self._ended = False
        self.closed = False

    def offer(self, part: FedPart) -> bool:
        """Hand over a part whose first block is on its way; False where nobody wants it any more."""
        with self._condition:
            if self.closed:
                return False
            self._parts.append(part)
            self._condition.notify()
            return True

    def end(self) -> None:
        """Say that no further part will come."""
        with self._condition:
            self._ended = True
            self._condition.notify_all()

    def take(self) -> FedPart | None:
        """Return the next part, waiting for it; None at the end."""
        with self._condition:
            self._condition.wait_for(lambda: self._parts or self._ended or self.closed)
            return self._parts.popleft() if self._parts and not self.closed else None

    def close(self) -> None:
        """Take nothing further, and let go of what was handed over and not taken."""
        with self._condition:
            self.closed = True
            waiting = list(self._parts)
            self._parts.clear()
            self._condition.notify_all()
        for part in waiting:
            part.discard()


class Feed:
    """Reads a source once, for all lanes, and knows its digests at the end."""

    def __init__(
        self,
        source: Source,
        *,
        part_bytes: int,
        lanes: Sequence[Lane],
        buffers: int = BUFFERS,
        block_bytes: int = PART,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """`check` is called before every block, and raises when the run is cancelled."""
        self._source = source
        self._part_bytes = part_bytes
        self._lanes = lanes
        self._block_bytes = min(block_bytes, part_bytes)
        self._check = check
        self.pool = Pool(buffers, self._block_bytes)

    def run(self) -> Digests:
        """Read to the end and return the digests. Raises `ArtifactError` when the size is not what it was."""
        open_parts: list[tuple[Lane, FedPart]] = []
        try:
            digests = self._read(open_parts)
        except BaseException as error:
            # Whatever it is: a reader of a part that is half here would wait for ever.
            for _, part in open_parts:
                part.fail(error)
            raise
        finally:
            for lane in self._lanes:
                lane.end()
        return digests

    def _read(self, open_parts: list[tuple[Lane, FedPart]]) -> Digests:
        sha, whole, position, part_crc = hashlib.sha256(), 0, 0, 0
        while position < self._source.size:
            self._check()
            start = position - position % self._part_bytes
            size = min(self._part_bytes, self._source.size - start)
            length = min(self._block_bytes, start + size - position)
            buffer = self.pool.take()
            if self._source.readinto(memoryview(buffer)[:length]) != length:
                raise changed("The artifact")
            if position == start:
                number = start // self._part_bytes + 1
                open_parts[:] = [(lane, FedPart(number, start, size)) for lane in self._lanes if not lane.closed]
                part_crc = 0
            block = Block(self.pool, buffer, length, holders=len(open_parts) + 1)
            part_crc = crc64nvme(block.view, part_crc)
            position += length
            self._hand_over(
                open_parts, block, part_crc, first=position - length == start, last=position == start + size
            )
            sha.update(block.view)
            block.release()
            if position == start + size:
                whole = combine_crc64nvme(whole, part_crc, size)
        if self._source.readinto(memoryview(bytearray(1))):
            raise changed("The artifact")
        return Digests(sha.hexdigest(), crc_text(whole), self._source.size)

    @staticmethod
    def _hand_over(open_parts: list[tuple[Lane, FedPart]], block: Block, crc: int, *, first: bool, last: bool) -> None:
        for lane, part in open_parts:
            if last:
                part.crc64nvme = crc_text(crc)
            part.add(block)
            if first and not lane.offer(part):
                part.discard()
