"""S3's checksums and its chunked encoding, as the service checks them. Knows nothing of moto.

Values on the wire are base64 of the big-endian digest. `Refusal`s have S3's own error codes; the messages are S3's as
far as its documentation and its answers show them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from awscrt import checksums as crt

from waybill.sandbox.engine.refusals import Refusal

DEFAULT: Final = "CRC64NVME"
FULL_OBJECT: Final = "FULL_OBJECT"
COMPOSITE: Final = "COMPOSITE"
_PREFIX: Final = "x-amz-checksum-"


class Digest(Protocol):
    """What hashlib's objects and ours have in common."""

    def update(self, data: bytes, /) -> None:
        """Take more of the body."""

    def digest(self) -> bytes:
        """Return the big-endian digest of what was taken."""


class _Crc:
    """A running CRC of zlib's or awscrt's kind."""

    def __init__(self, algorithm: str) -> None:
        self._function = {"CRC32": zlib.crc32, "CRC32C": crt.crc32c, "CRC64NVME": crt.crc64nvme}[algorithm]
        self._size = 8 if algorithm == "CRC64NVME" else 4
        self._value = 0

    def update(self, data: bytes, /) -> None:
        self._value = self._function(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


SIZES: Final = {"CRC32": 4, "CRC32C": 4, "CRC64NVME": 8, "SHA1": 20, "SHA256": 32}


def new(algorithm: str) -> Digest:
    """Return a running checksum of one of `SIZES`' algorithms."""
    if algorithm in ("SHA1", "SHA256"):
        return hashlib.new(algorithm.lower(), usedforsecurity=False)
    return _Crc(algorithm)


def of(chunks: Iterable[bytes], algorithm: str) -> bytes:
    """Return the digest of all of `chunks`."""
    running = new(algorithm)
    for chunk in chunks:
        running.update(chunk)
    return running.digest()


def encoded(digest: bytes) -> str:
    """Return the value as it is sent in headers."""
    return base64.b64encode(digest).decode("ascii")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says its body's checksum is. `value` is checked for its form, not yet against a body."""

    algorithm: str
    value: str

    @property
    def header(self) -> str:
        """The header that carries it."""
        return _PREFIX + self.algorithm.lower()


def claimed(headers: Mapping[str, str], trailers: Mapping[str, str]) -> Claim | None:
    """Return the one checksum that a request claims in its headers or trailers; both have lower-case names.

    Raises `Refusal` when there are several, when one has not the algorithm's length, when an announced trailer did not
    come, or when the SDK's header names an algorithm and no value came.
    """
    given = {**headers, **trailers}
    found = [Claim(name, given[_PREFIX + name.lower()]) for name in SIZES if _PREFIX + name.lower() in given]
    if len(found) > 1:
        raise Refusal(
            "InvalidRequest",
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        )
    for name in (part.strip().lower() for part in headers.get("x-amz-trailer", "").split(",")):
        if name and name not in trailers:
            raise Refusal("MalformedTrailerError", "The request contained trailing data that was not well-formed")
    if not found:
        if headers.get("x-amz-sdk-checksum-algorithm"):
            raise Refusal(
                "InvalidRequest",
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer "
                "headers were found.",
            )
        return None
    claim = found[0]
    if len(_decoded(claim.value)) != SIZES[claim.algorithm]:
        raise Refusal("InvalidRequest", f"Value for {claim.header} header is invalid.")
    return claim


def check(claim: Claim, digest: bytes) -> None:
    """Raise `Refusal` (BadDigest) when `digest` is not what was claimed."""
    if _decoded(claim.value) != digest:
        raise Refusal("BadDigest", f"The {claim.algorithm} you specified did not match the calculated checksum.")


def check_md5(value: str, chunks: Iterable[bytes]) -> None:
    """Raise `Refusal` when `value`, a Content-MD5 header, is malformed or not of `chunks`."""
    claimed_digest = _decoded(value)
    if len(claimed_digest) != 16:
        raise Refusal("InvalidDigest", "The Content-MD5 you specified was invalid.")
    if md5_hex(chunks) != claimed_digest.hex():
        raise Refusal("BadDigest", "The Content-MD5 you specified did not match what we received.")


def md5_hex(chunks: Iterable[bytes]) -> str:
    """Return what ETags are made of."""
    running = hashlib.md5(usedforsecurity=False)
    for chunk in chunks:
        running.update(chunk)
    return running.hexdigest()


def another_algorithm(expected: str, actual: str) -> Refusal:
    """Return the answer to a part or a completion with another checksum than its upload was created with."""
    return Refusal(
        "InvalidRequest",
        f"Checksum Type mismatch occurred, expected checksum Type: {expected.lower()}, "
        f"actual checksum Type: {actual.lower()}",
    )


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return b""
