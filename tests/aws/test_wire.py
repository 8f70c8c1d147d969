"""A part comes out at the other end as the bytes it was, signed, with its checksum, over HTTP and over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from botocore.exceptions import SSLError

from aws.authority import bundle_and_server
from aws.doors import OWNER, REGION, SECRET_KEY, Told, lead
from aws.loopback import Answer, Heard, Loopback, loopback
from aws.parts import BytesPart, bytes_of, digests
from aws.signature import is_signed, unchunked
from waybill.aws.sessions import READ_TIMEOUT, ambient
from waybill.aws.wire import SLICE, Wire, connections
from waybill.domain.digests import MIB
from waybill.ports.bucket import Created, NewObject

CHECKSUM = "x-amz-checksum-crc64nvme"


def s3(heard: Heard) -> Answer:
    """Answer as S3 does to an upload, whatever it says."""
    if heard.method == "PUT":
        return Answer(headers={"ETag": '"e"'})
    if heard.target.endswith("?uploads"):
        return Answer(200, "<InitiateMultipartUploadResult><UploadId>u/+=1</UploadId></InitiateMultipartUploadResult>")
    return Answer(200, "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>")


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch, folder: Path, scheme: str) -> Iterator[Loopback]:
    bundle, context = bundle_and_server(folder)
    with loopback(s3, tls=context if scheme == "https" else None) as server:
        lead(monkeypatch, server.url, AWS_CA_BUNDLE=str(bundle))
        yield server


def send(*parts: BytesPart, key: str = "SugarWater@1.2.3") -> None:
    new = NewObject(key=key, media_type="a/b", kms_key=None)
    upload = Told().account().bucket(REGION, "acme", owner=OWNER).begin(new)
    for part in parts:
        upload.send(part)


def received(heard: Heard) -> tuple[bytes, str]:
    """Return a part's bytes and checksum as S3 would find them."""
    if heard.headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD":
        return heard.body, heard.headers[CHECKSUM]
    assert heard.headers["x-amz-content-sha256"] == "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    assert heard.headers["content-encoding"] == "aws-chunked"
    assert heard.headers["x-amz-trailer"] == CHECKSUM
    body, trailers = unchunked(heard.body)
    assert heard.headers["x-amz-decoded-content-length"] == str(len(body))
    return body, trailers[CHECKSUM]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("known", [True, False], ids=["checksum known", "checksum at the end"])
@pytest.mark.parametrize(
    ("size", "chunk"),
    [(1, 1), (MIB - 1, MIB), (MIB, MIB), (MIB + 1, 3 * MIB), (3 * MIB + 17, 999_983), (16 * MIB, 16 * MIB)],
)
def test_bytes_and_checksum_arrive(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scheme: str, known: bool, size: int, chunk: int
) -> None:
    body = bytes_of(size)
    part = BytesPart(body, number=3, known=known, chunk=chunk)
    with serving(monkeypatch, tmp_path, scheme) as server:
        send(part)
    heard = server.heard[1]
    assert received(heard) == (body, digests(body).crc64nvme)
    assert heard.headers["content-length"] == str(len(heard.body)), "told beforehand, and kept to"
    assert "transfer-encoding" not in heard.headers
    assert heard.headers["x-amz-expected-bucket-owner"] == OWNER
    assert parse_qs(urlsplit(heard.target).query) == {"partNumber": ["3"], "uploadId": ["u/+=1"]}
    assert is_signed(heard, SECRET_KEY)
    assert part.closed == [True], "the buffer was given back"


KEYS = [
    "plain/SugarWater@1.2.3",
    "all/!_.*'()-/SugarWater@1.2.3-rc.1+build.5",
    "a//b/./c/../SugarWater@1.2.3",
    "/SugarWater@1.2.3",
    "~tilde/Sugar_Water.x@0.0.1",
    "früh am/日本 100%&=?#/SugarWater@1.2.3",
]


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_signed_as_it_is_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str) -> None:
    with serving(monkeypatch, tmp_path, "http") as server:
        send(BytesPart(b"x"), BytesPart(b"y", number=2, known=False), key=key)
    assert len(server.heard) == 3
    for heard in server.heard:
        assert is_signed(heard, SECRET_KEY)
        assert unquote(urlsplit(heard.target).path) == f"/acme/{key}"


def test_the_signature_of_another_secret_does_not_fit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving(monkeypatch, tmp_path, "http") as server:
        send(BytesPart(b"x"))
    assert not is_signed(server.heard[1], "another")


def test_parts_of_one_upload_go_over_one_connection(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving(monkeypatch, tmp_path, "https") as server:
        send(*(BytesPart(b"x", number=number) for number in range(1, 5)))
    assert len({heard.connection for heard in server.heard[1:]}) == 1


def test_a_server_that_nobody_vouches_for_gets_no_part(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    stranger, _ = bundle_and_server(other)
    with serving(monkeypatch, tmp_path, "https") as server:
        wire = Wire(
            connections(server.url, ca_bundle=str(stranger), count=1),
            f"{server.url}/acme/k",
            region=REGION,
            owner=OWNER,
            credentials=ambient().credentials,
            check=lambda: None,
        )
        with pytest.raises(SSLError) as caught:
            wire.put_part("u", BytesPart(b"x"))
    assert "certificate" in str(caught.value).lower()
    assert not server.heard


def test_a_slow_line_has_a_minute_for_every_mebibyte() -> None:
    pool = connections("http://127.0.0.1:1", ca_bundle=None, count=1)
    assert pool.connection_pool_kw["timeout"].connect_timeout == READ_TIMEOUT >= 60
    assert SLICE <= MIB


def test_the_whole_is_announced_when_the_upload_is_completed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    body = bytes_of(1000)
    new = NewObject(key="k", media_type="a/b", kms_key=None)
    with serving(monkeypatch, tmp_path, "http") as server:
        upload = Told().account().bucket(REGION, "acme", owner=OWNER).begin(new)
        for number in (2, 1):
            upload.send(BytesPart(body[500 * number - 500 : 500 * number], number=number))
        assert upload.complete(digests(body)) == Created(None)
    begun, completed = server.heard[0], server.heard[-1]
    assert begun.headers["x-amz-checksum-algorithm"] == "CRC64NVME"
    assert begun.headers["x-amz-checksum-type"] == "FULL_OBJECT"
    assert begun.headers["content-type"] == "a/b"
    assert completed.headers["if-none-match"] == "*"
    assert completed.headers[CHECKSUM] == digests(body).crc64nvme
    assert completed.headers["x-amz-mp-object-size"] == "1000"
    assert completed.body.index(b"<PartNumber>1<") < completed.body.index(b"<PartNumber>2<"), "in order"
    assert {heard.headers["x-amz-expected-bucket-owner"] for heard in server.heard} == {OWNER}
