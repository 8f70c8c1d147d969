"""The framings a client may send a body in: Content-Length, chunked, and aws-chunked inside either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drain.stream import Closed, Stream

TAIL = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is known of a body: its size in bytes, its trailing headers, and all of it where it is small."""

    size: int = 0
    kept: bytes | None = b""
    trailers: Mapping[str, str] = field(default_factory=dict)


def read_body(stream: Stream, headers: Mapping[str, str], keep: int) -> Body:
    """Read the whole body, keep it when it has at most `keep` bytes, and only its size otherwise."""
    framed = keep + TAIL if "x-amz-decoded-content-length" in headers else keep
    if "chunked" in headers.get("transfer-encoding", ""):
        size, kept, tail = _chunked(stream, framed)
    else:
        size, kept, tail = _measured(stream, int(headers.get("content-length") or 0), framed)
    if "x-amz-decoded-content-length" not in headers:
        return Body(size=size, kept=kept)
    decoded = int(headers["x-amz-decoded-content-length"])
    plain = None if kept is None or decoded > keep else _unframe(kept)
    return Body(size=decoded, kept=plain, trailers=_trailers(tail))


def _measured(stream: Stream, length: int, keep: int) -> tuple[int, bytes | None, bytes]:
    if length <= keep:
        kept = stream.take(length)
        return length, kept, kept[-TAIL:]
    stream.drain(length - TAIL)
    return length, None, stream.take(TAIL)


def _chunked(stream: Stream, keep: int) -> tuple[int, bytes | None, bytes]:
    size, tail = 0, b""
    kept: bytearray | None = bytearray()
    while length := int(stream.line().partition(b";")[0], 16):
        size += length
        if kept is not None and size <= keep:
            kept += stream.take(length)
        else:
            if kept is not None:
                tail, kept = bytes(kept[-TAIL:]), None
            stream.drain(max(0, length - TAIL))
            tail = (tail + stream.take(min(length, TAIL)))[-TAIL:]
        if stream.line():
            raise Closed
    while stream.line():
        pass
    return (size, None, tail) if kept is None else (size, bytes(kept), bytes(kept[-TAIL:]))


def _unframe(framed: bytes) -> bytes:
    """Return what an aws-chunked body carries."""
    plain, at = bytearray(), 0
    while at < len(framed):
        end = framed.index(b"\r\n", at)
        length = int(framed[at:end].partition(b";")[0], 16)
        if not length:
            break
        plain += framed[end + 2 : end + 2 + length]
        at = end + 2 + length + 2
    return bytes(plain)


def _trailers(tail: bytes) -> dict[str, str]:
    """Return the headers that stand after the last chunk (of length 0) of an aws-chunked body."""
    found: dict[str, str] = {}
    for line in reversed(tail.split(b"\r\n")):
        name, colon, value = line.partition(b":")
        if colon and name.lower().startswith(b"x-amz-"):
            found[name.decode("latin-1").lower()] = value.decode("latin-1").strip()
        elif line:
            break
    return found
