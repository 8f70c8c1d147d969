"""The aws-chunked encoding: `SIZE[;chunk-signature=...]CRLF DATA CRLF ... 0 CRLF trailers CRLF`.

Signatures of chunks are not checked. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from waybill.sandbox.engine.refusals import Refusal

STREAMING: Final = "STREAMING-"
_END: Final = b"\r\n"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body without its encoding, and its trailers by lower-case name."""

    body: bytes
    trailers: dict[str, str]


def decode(body: bytes, expected_length: int | None) -> Decoded:
    """Return the decoded body; `expected_length` is x-amz-decoded-content-length, in bytes.

    Raises `Refusal` (IncompleteBody) when the encoding is malformed or the length is another one.
    """
    pieces: list[memoryview] = []
    view = memoryview(body)
    position = 0
    while True:
        size, position = _size_at(body, position)
        if size == 0:
            break
        pieces.append(view[position : position + size])
        position += size
        if len(pieces[-1]) != size or body[position : position + 2] != _END:
            raise _incomplete("a chunk does not have the length that it says")
        position += 2
    decoded = b"".join(pieces)
    if expected_length is not None and len(decoded) != expected_length:
        raise _incomplete(f"{len(decoded)} bytes came and x-amz-decoded-content-length says {expected_length}")
    return Decoded(decoded, _trailers(body[position:]))


def _size_at(body: bytes, position: int) -> tuple[int, int]:
    end = body.find(_END, position)
    if end < 0:
        raise _incomplete("the last chunk is missing")
    try:
        return int(body[position:end].split(b";")[0], 16), end + 2
    except ValueError:
        raise _incomplete("a chunk's size is not a hexadecimal number") from None


def _trailers(rest: bytes) -> dict[str, str]:
    lines = [line for line in rest.decode("latin-1").split("\r\n") if line]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _incomplete(why: str) -> Refusal:
    return Refusal(
        "IncompleteBody",
        f"You did not provide the number of bytes specified by the Content-Length HTTP header: {why}.",
    )
