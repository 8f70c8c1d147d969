"""Judges what came over the wire as S3 does: the signature of the request, and the bytes of an aws-chunked body."""

from __future__ import annotations

import hashlib
import hmac
import re
from urllib.parse import parse_qsl, quote

from aws.loopback import Heard

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/]+/(?P<scope>(?P<date>\d+)/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request), "
    r"SignedHeaders=(?P<headers>[^,]+), Signature=(?P<signature>[0-9a-f]{64})"
)


def is_signed(heard: Heard, secret: str) -> bool:
    """Whether the request's signature (SigV4, https://docs.aws.amazon.com/IAM/latest/UserGuide/) fits what came."""
    found = _AUTHORIZATION.fullmatch(heard.headers["authorization"])
    assert found, heard.headers["authorization"]
    path, _, query = heard.target.partition("?")
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parse_qsl(query, True))
    names = found["headers"].split(";")
    canonical = "\n".join(
        (
            heard.method,
            path,
            "&".join(f"{name}={value}" for name, value in pairs),
            *(f"{name}:{' '.join(heard.headers[name].split())}" for name in names),
            "",
            found["headers"],
            heard.headers["x-amz-content-sha256"],
        )
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(("AWS4-HMAC-SHA256", heard.headers["x-amz-date"], found["scope"], digest))
    key = f"AWS4{secret}".encode()
    for word in (found["date"], found["region"], found["service"], "aws4_request", text):
        key = hmac.new(key, word.encode(), hashlib.sha256).digest()
    return hmac.compare_digest(key.hex(), found["signature"])


def unchunked(body: bytes) -> tuple[bytes, dict[str, str]]:
    """Return the bytes of an aws-chunked body, and its trailers. Raises `ValueError` where S3 would refuse it."""
    pieces, rest = [], body
    while True:
        head, mark, rest = rest.partition(b"\r\n")
        size = int(head, 16)
        if not mark:
            raise ValueError("a chunk without its line")
        if size == 0:
            break
        if rest[size : size + 2] != b"\r\n":
            raise ValueError("a chunk longer or shorter than it says")
        pieces.append(rest[:size])
        rest = rest[size + 2 :]
    lines = rest.decode().split("\r\n")
    if lines[-2:] != ["", ""]:
        raise ValueError("no end")
    return b"".join(pieces), dict(line.split(":", 1) for line in lines[:-2])
