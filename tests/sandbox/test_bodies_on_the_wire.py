"""Bodies as clients other than boto3 send them: unsigned, chunked with trailers, with 100-continue."""

from __future__ import annotations

import base64
import hashlib
import http.client
import socket
from typing import Any
from urllib.parse import quote

import pytest
from awscrt import checksums

from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine

BODY = bytes(range(256)) * 5000
BUCKET = layout.bucket(layout.DEVELOPMENT, layout.HOME_REGION)


def crc64(body: bytes) -> str:
    return base64.b64encode(checksums.crc64nvme(body).to_bytes(8, "big")).decode()


def chunked(body: bytes, *sizes: int, trailers: str = "", signature: str = "") -> bytes:
    encoded = b""
    for size in (*sizes, len(body) - sum(sizes)):
        encoded += f"{size:x}{signature}\r\n".encode() + body[:size] + b"\r\n"
        body = body[size:]
    return encoded + f"0{signature}\r\n".encode() + trailers.encode() + b"\r\n"


class Wire:
    """Sends requests by hand, as the development account's user. The sandbox does not check signatures."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.host = sandbox.url.removeprefix("http://")
        key = sandbox.accounts[layout.DEVELOPMENT]["user"]["access_key_id"]
        scope = f"{key}/20260101/{layout.HOME_REGION}/s3/aws4_request"
        self.signed = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00"}

    def put(self, key: str, body: bytes, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.host, timeout=10)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("PUT", f"/{BUCKET}/{quote(key)}", body, {**self.signed, **named})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text


@pytest.fixture(scope="module")
def wire(sandbox: Sandbox) -> Wire:
    return Wire(sandbox)


def stored(clients: Any, key: str) -> tuple[bytes, str]:
    answer = clients.user("s3").get_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
    return answer["Body"].read(), answer["ChecksumCRC64NVME"]


def test_an_unsigned_payload_is_stored_as_it_is(wire: Wire, clients: Any, key: str) -> None:
    assert wire.put(key, BODY, x_amz_content_sha256="UNSIGNED-PAYLOAD", x_amz_checksum_crc64nvme=crc64(BODY))[0] == 200
    assert stored(clients, key) == (BODY, crc64(BODY))


@pytest.mark.parametrize(
    ("kind", "signature"),
    [
        ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", ""),
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", f";chunk-signature={'0' * 64}"),
    ],
)
def test_a_chunked_body_with_a_trailing_checksum_is_decoded(
    wire: Wire, clients: Any, key: str, kind: str, signature: str
) -> None:
    body = chunked(BODY, 65536, 1, 70000, trailers=f"x-amz-checksum-crc64nvme:{crc64(BODY)}\r\n", signature=signature)
    status, text = wire.put(
        key,
        body,
        x_amz_content_sha256=kind,
        x_amz_decoded_content_length=str(len(BODY)),
        x_amz_trailer="x-amz-checksum-crc64nvme",
        Content_Encoding="aws-chunked",
    )
    assert (status, text) == (200, "")
    assert stored(clients, key) == (BODY, crc64(BODY))
    assert "ContentEncoding" not in clients.user("s3").head_object(Bucket=BUCKET, Key=key)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (chunked(BODY, trailers=f"x-amz-checksum-crc64nvme:{crc64(b'other')}\r\n"), "BadDigest"),
        (chunked(BODY), "MalformedTrailerError"),
        (chunked(BODY + b"x", trailers=f"x-amz-checksum-crc64nvme:{crc64(BODY)}\r\n"), "IncompleteBody"),
        (b"not chunked at all", "IncompleteBody"),
        (b"ffff\r\nshort\r\n0\r\n\r\n", "IncompleteBody"),
    ],
    ids=["another-checksum", "no-trailer", "another-length", "not-chunked", "short-chunk"],
)
def test_a_chunked_body_that_is_not_what_it_says_is_refused(
    wire: Wire, clients: Any, key: str, body: bytes, code: str
) -> None:
    status, text = wire.put(
        key,
        body,
        x_amz_content_sha256="STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        x_amz_decoded_content_length=str(len(BODY)),
        x_amz_trailer="x-amz-checksum-crc64nvme",
    )
    assert (status, f"<Code>{code}</Code>" in text) == (400, True), text
    assert "Contents" not in clients.user("s3").list_objects_v2(Bucket=BUCKET, Prefix=key)


def test_a_signed_payload_that_is_another_one_is_refused(wire: Wire, key: str) -> None:
    assert wire.put(key, BODY, x_amz_content_sha256=hashlib.sha256(BODY).hexdigest())[0] == 200
    status, text = wire.put(key, BODY, x_amz_content_sha256=hashlib.sha256(b"other").hexdigest())
    assert (status, "XAmzContentSHA256Mismatch" in text) == (400, True)


def test_two_checksums_are_one_too_many(wire: Wire, key: str) -> None:
    sha256 = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
    status, text = wire.put(key, BODY, x_amz_checksum_crc64nvme=crc64(BODY), x_amz_checksum_sha256=sha256)
    assert (status, "InvalidRequest" in text) == (400, True)


def test_an_announced_algorithm_without_its_value_is_refused(wire: Wire, key: str) -> None:
    assert wire.put(key, BODY, x_amz_sdk_checksum_algorithm="SHA256")[0] == 400


def test_a_client_that_asks_to_continue_is_told_so_once(wire: Wire, sandbox: Sandbox, key: str) -> None:
    host, _, port = wire.host.partition(":")
    head = [
        f"PUT /{BUCKET}/{quote(key)} HTTP/1.1",
        f"Host: {wire.host}",
        f"Authorization: {wire.signed['Authorization']}",
        "Expect: 100-continue",
        "Content-Length: 3",
    ]
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        first = connection.recv(4096)
        connection.sendall(b"abc")
        answer = first + b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.count(b"HTTP/1.1 100 Continue") == 1
    assert answer.count(b"HTTP/1.1 200") == 1
