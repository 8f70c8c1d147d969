"""Sends the bodies of parts: big writes on kept-alive connections, signed by botocore, carried by urllib3.

This is the data path. A part goes straight from the shared buffer to the socket: botocore's request pipeline costs over
a millisecond a part, and would hash the body again. The payload is not signed: TLS and the part's checksum guard it.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import urllib3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.httpsession import ProxyConfiguration, get_cert_path, mask_proxy_url
from botocore.utils import get_environ_proxies

from waybill.aws.sessions import READ_TIMEOUT
from waybill.domain.digests import MIB
from waybill.ports.bucket import Part
from waybill.transfer.crc import RunningCrc

UNSIGNED = "UNSIGNED-PAYLOAD"
TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
CHECKSUM_HEADER = "x-amz-checksum-crc64nvme"

SLICE = MIB
"""One write to the socket, for which there are `READ_TIMEOUT` seconds; between two of them a cancelled run stops."""


class _Auth(S3SigV4Auth):  # type: ignore[misc]  # botocore has no types
    """Signs without touching the body."""

    def __init__(self, credentials: Any, region: str, payload: str) -> None:
        super().__init__(credentials, "s3", region)
        self._payload = payload

    def payload(self, request: AWSRequest) -> str:
        return self._payload


def connections(url: str, *, ca_bundle: str | None, count: int) -> urllib3.PoolManager:
    """Return a pool for the host of `url` that honours the CA bundle and the proxies of the environment."""
    options: dict[str, Any] = {
        "num_pools": 2,
        "maxsize": count,
        "block": False,
        "retries": False,
        # What urllib3 calls the time to connect is also the time for each write: a slow line needs it.
        "timeout": urllib3.Timeout(connect=READ_TIMEOUT, read=READ_TIMEOUT),
    }
    if url.startswith("https:"):
        options["ssl_context"] = ssl.create_default_context(cafile=ca_bundle or get_cert_path(True))
    proxies = ProxyConfiguration(get_environ_proxies(url))
    proxy = proxies.proxy_url_for(url)
    if not proxy:
        return urllib3.PoolManager(**options)
    return urllib3.ProxyManager(proxy, proxy_headers=proxies.proxy_headers_for(proxy), **options)


class Wire:
    """Puts parts to one object. `check` raises when the run is cancelled."""

    def __init__(
        self,
        pool: urllib3.PoolManager,
        object_url: str,
        *,
        region: str,
        owner: str,
        credentials: Callable[[], Any],
        check: Callable[[], None],
    ) -> None:
        self._pool = pool
        self._url = object_url
        self._region = region
        self._owner = owner
        self._credentials = credentials
        self._check = check

    def put_part(self, upload_id: str, part: Part) -> tuple[str, str]:
        """Send one part; returns its ETag and its CRC64NVME. Raises botocore's errors, as a client would."""
        crc = part.crc64nvme
        with closing(part.chunks()) as chunks:
            if crc is not None:
                headers = {CHECKSUM_HEADER: crc, "Content-Length": str(part.size)}
                etag = self._put(upload_id, part.number, headers, UNSIGNED, self._slices(chunks))
                return etag, crc
            body = _Trailed(self._slices(chunks), part.size)
            etag = self._put(upload_id, part.number, body.headers, TRAILER, iter(body))
            return etag, body.crc64nvme

    def _put(self, upload_id: str, number: int, headers: dict[str, str], payload: str, body: Iterator[Any]) -> str:
        query = {"partNumber": str(number), "uploadId": upload_id}
        headers = headers | {"x-amz-expected-bucket-owner": self._owner}
        request = AWSRequest(method="PUT", url=self._url, params=query, headers=headers)
        _Auth(self._credentials(), self._region, payload).add_auth(request)
        signed = request.prepare()
        try:
            response = self._pool.connection_from_url(self._url).urlopen(
                "PUT",
                self._target(signed.url),
                body=body,
                headers={k: _text(v) for k, v in signed.headers.items()},
                redirect=False,
                assert_same_host=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise self._no_answer(error) from error
        if response.status != 200:
            raise _client_error(response)
        return response.headers["ETag"]

    def _no_answer(self, error: urllib3.exceptions.HTTPError) -> BotoCoreError:
        """Return what botocore would raise where its own connections fail so."""
        if isinstance(error, urllib3.exceptions.ProxyError):
            return ProxyConnectionError(proxy_url=mask_proxy_url(str(self._pool.proxy)), error=error)
        kinds = {
            urllib3.exceptions.SSLError: SSLError,
            urllib3.exceptions.NewConnectionError: EndpointConnectionError,
            urllib3.exceptions.ConnectTimeoutError: ConnectTimeoutError,
            urllib3.exceptions.ReadTimeoutError: ReadTimeoutError,
        }
        kind = next((ours for theirs, ours in kinds.items() if isinstance(error, theirs)), ConnectionClosedError)
        return kind(endpoint_url=self._url, error=error)

    def _target(self, url: str) -> str:
        """Return what stands in the request's first line. The pool's own `request` would resolve `.` and `..`."""
        parts = urlsplit(url)
        forwarded = self._pool.proxy is not None and parts.scheme == "http"
        return url if forwarded else f"{parts.path}?{parts.query}"

    def _slices(self, chunks: Iterator[memoryview]) -> Iterator[memoryview]:
        for chunk in chunks:
            for start in range(0, len(chunk), SLICE):
                self._check()
                yield chunk[start : start + SLICE]


class _Trailed:
    """The aws-chunked form of a body whose checksum is known only at its end, as a trailer.

    Chunks are cut to whole MiB, so that the length of the whole is known beforehand.
    """

    def __init__(self, chunks: Iterator[memoryview], size: int) -> None:
        self._chunks = chunks
        self._crc = RunningCrc()
        self.crc64nvme = ""
        full, rest = divmod(size, MIB)
        framed = full * (MIB + len(_frame(MIB)) + 2) + (rest + len(_frame(rest)) + 2 if rest else 0)
        trailer = len(f"0\r\n{CHECKSUM_HEADER}:{'x' * 12}\r\n\r\n")
        self.headers = {
            "Content-Length": str(framed + trailer),
            "Content-Encoding": "aws-chunked",
            "x-amz-decoded-content-length": str(size),
            "x-amz-trailer": CHECKSUM_HEADER,
        }

    def __iter__(self) -> Iterator[memoryview | bytes]:
        for chunk in recut(self._chunks, MIB):
            self._crc.update(chunk)
            yield _frame(len(chunk))
            yield chunk
            yield b"\r\n"
        self.crc64nvme = self._crc.text()
        yield f"0\r\n{CHECKSUM_HEADER}:{self.crc64nvme}\r\n\r\n".encode()


def recut(chunks: Iterator[memoryview], length: int) -> Iterator[memoryview]:
    """Yield the same bytes in pieces of exactly `length`, but for the last; copies only where they do not line up."""
    held = bytearray()
    for chunk in chunks:
        view = chunk
        if held:
            need = length - len(held)
            held += view[:need]
            view = view[need:]
            if len(held) < length:
                continue
            yield memoryview(held)
            held = bytearray()
        while len(view) >= length:
            yield view[:length]
            view = view[length:]
        held += view
    if held:
        yield memoryview(held)


def _frame(length: int) -> bytes:
    return f"{length:x}\r\n".encode()


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _client_error(response: urllib3.BaseHTTPResponse) -> ClientError:
    body = response.data.decode("utf-8", "replace")

    def tag(name: str) -> str:
        match = re.search(f"<{name}>(.*?)</{name}>", body, re.DOTALL)
        return unescape(match[1]) if match else ""

    answer = {
        "Error": {"Code": tag("Code") or str(response.status), "Message": tag("Message")},
        "ResponseMetadata": {"HTTPStatusCode": response.status},
    }
    return ClientError(answer, "UploadPart")
