"""HTTP/1.1 over one connection: requests in, answers out, kept alive until the client closes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote

from drain.body import Body, read_body
from drain.stream import Stream

KEEP_OBJECT = 64 * 1024
KEEP_DOCUMENT = 8 * 1024 * 1024
_ZEROS = memoryview(bytes(256 * 1024))


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; header names are in lower case, path and query are unquoted."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. `zeros` is the length of a body of zero bytes, sent instead of `body`."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    zeros: int = 0


Handler = Callable[[Request], Answer]


def converse(stream: Stream, handler: Handler) -> None:
    """Answer requests on one connection until the client closes it."""
    while (head := stream.until(b"\r\n\r\n")) is not None:
        request = _read(stream, head.decode("latin-1"))
        answer = handler(request)
        if answer.status >= HTTPStatus.NOT_IMPLEMENTED:
            print(f"not served: {request.method} {request.path} {dict(request.query)}", file=sys.stderr)
        _write(stream, answer, bodiless=request.method == "HEAD")
        if request.headers.get("connection", "").lower() == "close":
            return


def _read(stream: Stream, head: str) -> Request:
    start, *lines = head.split("\r\n")
    method, target, _ = start.split(" ", 2)
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    path, _, query = target.partition("?")
    if headers.get("expect", "").lower() == "100-continue" and not stream.arrived():
        stream.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    keep = KEEP_OBJECT if method == "PUT" else KEEP_DOCUMENT
    return Request(
        method=method,
        path=unquote(path),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=headers,
        body=read_body(stream, headers, keep),
    )


def _write(stream: Stream, answer: Answer, *, bodiless: bool) -> None:
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    # A HEAD answer names the length that GET would have, in its own headers.
    if "content-length" not in answer.headers and answer.status != HTTPStatus.NO_CONTENT:
        lines.append(f"content-length: {answer.zeros or len(answer.body)}")
    lines += [f"{name}: {value}" for name, value in answer.headers.items()]
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    stream.write(head if bodiless else head + answer.body)
    left = 0 if bodiless else answer.zeros
    while left > 0:
        stream.write(_ZEROS[: min(left, len(_ZEROS))])
        left -= len(_ZEROS)
