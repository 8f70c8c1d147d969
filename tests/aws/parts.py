"""Parts of an artifact, of bytes in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from dataclasses import dataclass, field
from random import Random

from awscrt.checksums import crc64nvme

from waybill.domain.digests import MIB, Digests, crc_text


@dataclass(slots=True)
class BytesPart:
    """Implements `ports.Part`. `known` says whether its checksum is known before it is read."""

    body: bytes
    number: int = 1
    known: bool = True
    chunk: int = 16 * MIB
    closed: list[bool] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.body)

    @property
    def crc64nvme(self) -> str | None:
        return crc_text(crc64nvme(self.body)) if self.known else None

    def chunks(self) -> Generator[memoryview, None, None]:
        view = memoryview(self.body)
        try:
            for start in range(0, len(view), self.chunk):
                yield view[start : start + self.chunk]
        finally:
            self.closed.append(True)


def digests(body: bytes) -> Digests:
    """Return what bytes are."""
    return Digests(hashlib.sha256(body).hexdigest(), crc_text(crc64nvme(body)), len(body))


def bytes_of(size: int) -> bytes:
    """Return bytes none of whose stretches is another's, the same each time."""
    return Random(size).randbytes(size)
