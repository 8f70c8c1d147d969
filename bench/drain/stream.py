"""Reading one TLS connection: a small buffer for heads and lines, and a way past it for bodies."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import cast

# OpenSSL hands out one TLS record (16 KiB) a call. A scratch much larger than that is never filled,
# and one this small stays in the first cache that the core has.
SCRATCH = 64 * 1024
RECORD = 16 * 1024


class Closed(Exception):
    """The client went away in the middle of a request."""


class Stream:
    """One connection. Not for use by more than one thread."""

    def __init__(self, sock: ssl.SSLSocket) -> None:
        self._sock = sock
        self._ahead = bytearray()
        self._scratch = memoryview(bytearray(SCRATCH))
        # recv_into would be two Python frames a record; read(n, buffer) is one (typeshed says bytes, it is int).
        self._into = cast("Callable[[int, memoryview], int]", sock.read)

    def write(self, data: bytes | memoryview) -> None:
        self._sock.sendall(data)

    def arrived(self) -> bool:
        """Say whether bytes beyond what was asked for are here already."""
        return bool(self._ahead)

    def until(self, mark: bytes, limit: int = 64 * 1024) -> bytes | None:
        """Return what stands before `mark` and step over it; None when the client closed before sending any."""
        at = self._ahead.find(mark)
        while at < 0:
            if len(self._ahead) > limit:
                raise Closed
            more = self._sock.read(RECORD)
            if not more:
                if self._ahead:
                    raise Closed
                return None
            start = max(0, len(self._ahead) - len(mark))
            self._ahead += more
            at = self._ahead.find(mark, start)
        found = bytes(self._ahead[:at])
        del self._ahead[: at + len(mark)]
        return found

    def line(self) -> bytes:
        found = self.until(b"\r\n")
        if found is None:
            raise Closed
        return found

    def take(self, count: int) -> bytes:
        """Return exactly `count` bytes."""
        while len(self._ahead) < count:
            more = self._sock.read(min(RECORD, count - len(self._ahead)))
            if not more:
                raise Closed
            self._ahead += more
        found = bytes(self._ahead[:count])
        del self._ahead[:count]
        return found

    def drain(self, count: int) -> None:
        """Step over `count` bytes as fast as they come."""
        known = min(count, len(self._ahead))
        if known:
            del self._ahead[:known]
            count -= known
        read, scratch = self._into, self._scratch
        while count > 0:
            got = read(count, scratch)
            if not got:
                raise Closed
            count -= got
