"""Lazy bodies: objects live in spooled temporary files, and are read from there in pieces.

moto copies whole objects into memory to complete an upload, to answer a GET and to answer each range of one. `Stored`
takes the place of those bytes: it has a length, can be sliced and iterated, and reads a piece at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Final

PIECE: Final = 1024 * 1024


class Stored:
    """A window of a file: the bytes from `start` to `stop`. Safe to read from several threads."""

    def __init__(self, file: IO[bytes], lock: threading.Lock, start: int, stop: int) -> None:
        self._file = file
        self._lock = lock
        self._start = start
        self._stop = stop

    def __len__(self) -> int:
        return self._stop - self._start

    def __getitem__(self, window: slice) -> Stored:
        start, stop, _ = window.indices(len(self))
        return Stored(self._file, self._lock, self._start + start, self._start + max(start, stop))

    def __iter__(self) -> Iterator[bytes]:
        position = self._start
        while position < self._stop:
            with self._lock:
                self._file.seek(position)
                piece = self._file.read(min(PIECE, self._stop - position))
            if not piece:
                return
            position += len(piece)
            yield piece

    def __bytes__(self) -> bytes:
        return b"".join(self)


class Joined:
    """Several stored bodies one after the other: a completed upload stays in its parts' files."""

    def __init__(self, bodies: Iterable[Stored]) -> None:
        self.bodies = tuple(bodies)

    def __len__(self) -> int:
        return sum(map(len, self.bodies))

    def __getitem__(self, window: slice) -> Joined:
        start, stop, _ = window.indices(len(self))
        found = []
        for body in self.bodies:
            if start < len(body) and stop > 0:
                found.append(body[max(start, 0) : stop])
            start, stop = start - len(body), stop - len(body)
        return Joined(found)

    def __iter__(self) -> Iterator[bytes]:
        for body in self.bodies:
            yield from body


@dataclass(frozen=True, slots=True)
class Kept:
    """A body that an object takes over as it is, instead of copying it."""

    body: Joined


Body = bytes | str | Stored | Joined


def pieces(body: Body) -> Iterable[bytes]:
    """Return `body` in pieces that fit in memory. (moto itself stores a text now and then.)"""
    if isinstance(body, str):
        body = body.encode()
    return _cut(body) if isinstance(body, bytes) else body


def _cut(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), PIECE):
        yield body[start : start + PIECE]
