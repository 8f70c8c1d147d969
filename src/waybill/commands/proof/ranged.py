"""A stored object as a file to read anywhere in: reading on is one answer of S3's, going elsewhere asks anew."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from typing import Any

from waybill.domain.digests import MIB

NEAR = MIB
"""Bytes that are rather read and left than asked for anew."""

Stream = Callable[[int, int], Iterator[bytes]]
"""Yields an object's bytes from a position to before another."""


class RangedFile(io.RawIOBase):
    """An object of `size` bytes, read-only; at most one chunk is kept. `check` raises when the run is cancelled."""

    def __init__(self, stream: Stream, size: int, check: Callable[[], None]) -> None:
        super().__init__()
        self._stream = stream
        self._size = size
        self._check = check
        self._position = 0
        self._chunks: Iterator[bytes] = iter(())
        self._left = memoryview(b"")
        self._at: int | None = None

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place; raises `ValueError` before the beginning."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("it names a place before its own beginning")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Read what comes next; 0 at the end, and where the object is shorter than was said."""
        self._check()
        room = memoryview(buffer).cast("B")
        if not room or self._position >= self._size:
            return 0
        if self._at is None or not 0 <= self._position - self._at <= NEAR:
            self.close_stream()
            self._chunks, self._left, self._at = (
                self._stream(self._position, self._size),
                memoryview(b""),
                self._position,
            )
        while True:
            skipped = min(self._position - self._at, len(self._left))
            self._left, self._at = self._left[skipped:], self._at + skipped
            if self._left:
                break
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = memoryview(chunk)
        count = min(len(room), len(self._left))
        room[:count] = self._left[:count]
        self._left = self._left[count:]
        self._position = self._at = self._at + count
        return count

    def close_stream(self) -> None:
        """Let go of the answer that is being read."""
        close = getattr(self._chunks, "close", None)
        if close is not None:
            close()

    def close(self) -> None:
        """Let go of everything."""
        if not self.closed:
            self.close_stream()
        super().close()
