"""Every checksum that S3 may know of an object, of bytes as they pass."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable

from awscrt.checksums import crc32c, crc64nvme

from waybill.domain.deploy.compared import Kind


def checksum(kind: Kind, chunks: Iterable[bytes]) -> str:
    """Return a checksum of all of `chunks` as lower-case hex."""
    if kind in {Kind.SHA256, Kind.MD5}:
        running = hashlib.new(kind.value, usedforsecurity=False)
        for chunk in chunks:
            running.update(chunk)
        return running.hexdigest()
    function, digits = _crc(kind)
    crc = 0
    for chunk in chunks:
        crc = function(chunk, crc)
    return f"{crc:0{digits}x}"


def _crc(kind: Kind) -> tuple[Callable[[bytes, int], int], int]:
    if kind is Kind.CRC64NVME:
        return crc64nvme, 16
    return (crc32c if kind is Kind.CRC32C else zlib.crc32), 8
