"""Digests and sizes of an artifact, and how it is cut into parts."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass

MIB = 1024 * 1024
TIB = 1024**4

PART = 16 * MIB
"""The usual size of a part, and the largest artifact that goes in a single PutObject."""

MAX_PARTS = 10_000
MAX_SIZE = 5 * TIB


@dataclass(frozen=True, slots=True)
class Digests:
    """What the artifact's bytes are: SHA-256 (64 hex digits), CRC64NVME (base64 of 8 bytes, as S3 says it), bytes."""

    sha256: str
    crc64nvme: str
    size: int


def part_size(size: int) -> int:
    """Return the size in bytes of every part but the last: at least `PART`, whole MiB, 10,000 parts at most."""
    smallest = -(-size // MAX_PARTS)
    return max(PART, -(-smallest // MIB) * MIB)


def crc_text(crc: int) -> str:
    """Return a CRC64NVME as S3 writes it: base64 of eight bytes, big-endian."""
    return b64encode(crc.to_bytes(8, "big")).decode("ascii")


def sha256_base64(hex_digest: str) -> str:
    """Return a hex SHA-256 as S3 writes it."""
    return b64encode(bytes.fromhex(hex_digest)).decode("ascii")


def sha256_hex(text: str) -> str | None:
    """Return S3's base64 SHA-256 as hex, or None where it is a checksum of part checksums (`...-3`)."""
    if "-" in text:
        return None
    return b64decode(text).hex()
