"""What S3 says of deployed objects: which of its checksums are of the whole, and when an ETag is an MD5."""

from __future__ import annotations

import hashlib
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from awscrt.checksums import crc32c, crc64nvme
from botocore.stub import Stubber

from aws.answers import KEY, SESSION
from aws.doors import OWNER, REGION, Told, here, lead
from aws.loopback import Answer, loopback
from contract.hands import BotoHands
from contract.places import Place
from waybill.aws.calls import Calls
from waybill.aws.deployed import S3DeployedBucket, Unowned
from waybill.domain.deploy.compared import FileChecksums, Kind
from waybill.errors import InputError

BODY = b"<h1>Sugar</h1>"
MD5 = hashlib.md5(BODY).hexdigest()
HEX: dict[Kind, str] = {
    Kind.SHA256: hashlib.sha256(BODY).hexdigest(),
    Kind.CRC64NVME: f"{crc64nvme(BODY):016x}",
    Kind.CRC32C: f"{crc32c(BODY):08x}",
    Kind.CRC32: f"{zlib.crc32(BODY):08x}",
}


def text(kind: Kind) -> str:
    return b64encode(bytes.fromhex(HEX[kind])).decode()


@pytest.fixture
def head(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., FileChecksums | None]]:
    """Return what is made of an answer to HEAD."""
    lead(monkeypatch, "http://127.0.0.1:9")
    client = here().client("s3", REGION)
    calls = Calls(Told().retry(), caller=SESSION)
    place = Unowned(client=client, calls=calls, name="out", owner="", region=REGION, partition="aws")
    with Stubber(client) as stub:

        def asked(**answer: Any) -> FileChecksums | None:
            stub.add_response(
                "head_object",
                {"ContentLength": len(BODY), **answer},
                {"Bucket": "out", "Key": "index.html", "ChecksumMode": "ENABLED"},
            )
            return S3DeployedBucket(place).checksums("index.html")

        yield asked
        stub.assert_no_pending_responses()


FULL = {"ChecksumType": "FULL_OBJECT"}


@pytest.mark.parametrize(
    ("answer", "known"),
    [
        ({}, {}),
        ({"ChecksumSHA256": text(Kind.SHA256), **FULL}, {Kind.SHA256: HEX[Kind.SHA256]}),
        ({"ChecksumCRC64NVME": text(Kind.CRC64NVME), **FULL}, {Kind.CRC64NVME: HEX[Kind.CRC64NVME]}),
        ({"ChecksumCRC32C": text(Kind.CRC32C)}, {Kind.CRC32C: HEX[Kind.CRC32C]}),
        ({"ChecksumCRC32": text(Kind.CRC32)}, {Kind.CRC32: HEX[Kind.CRC32]}),
        ({"ChecksumSHA256": f"{text(Kind.SHA256)}-3"}, {}),
        ({"ChecksumCRC32": text(Kind.CRC32), "ChecksumType": "COMPOSITE"}, {}),
        ({"ETag": f'"{MD5}"'}, {Kind.MD5: MD5}),
        ({"ETag": f'"{MD5}"', "ServerSideEncryption": "AES256"}, {Kind.MD5: MD5}),
        ({"ETag": f'"{MD5}-2"'}, {}),
        ({"ETag": f'"{MD5}"', "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": KEY}, {}),
        ({"ETag": f'"{MD5}"', "ServerSideEncryption": "aws:kms:dsse", "SSEKMSKeyId": KEY}, {}),
        ({"ETag": f'"{MD5}"', "SSECustomerAlgorithm": "AES256"}, {}),
    ],
)
def test_only_what_is_over_the_whole_object_is_a_checksum(
    head: Callable[..., FileChecksums | None], answer: dict[str, Any], known: dict[Kind, str]
) -> None:
    assert head(**answer) == FileChecksums(size=len(BODY), known=known)


ALGORITHMS = {"SHA256": Kind.SHA256, "CRC64NVME": Kind.CRC64NVME, "CRC32C": Kind.CRC32C, "CRC32": Kind.CRC32}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_engines_checksum_is_the_bytes_own(moto: Place, algorithm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in moto.environment.items():
        monkeypatch.setenv(name, value)
    assert isinstance(moto.hands, BotoHands)
    s3, name = moto.hands.s3, f"output-{uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="index.html", Body=BODY, ChecksumAlgorithm=algorithm)
    for owner in (OWNER, None):
        found = moto.account.deployed_bucket(REGION, name, owner=owner).checksums("index.html")
        assert found is not None
        kind = ALGORITHMS[algorithm]
        assert {kind: found.known.get(kind), Kind.MD5: found.known.get(Kind.MD5)} == {kind: HEX[kind], Kind.MD5: MD5}


def test_a_bucket_of_another_region_than_the_action_says_is_told_as_the_pipelines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listing = '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>out</Name></ListBucketResult>'
    answer = Answer(200, listing, {"Content-Type": "application/xml", "x-amz-bucket-region": "eu-west-1"})
    with loopback(lambda heard: answer) as server:
        lead(monkeypatch, server.url)
        with pytest.raises(InputError) as caught:
            list(Told().account().deployed_bucket(REGION, "out", owner=None).files(""))
    (fault,) = caught.value.faults
    assert fault.name == "pipeline"
    assert "deploys to the bucket out" in fault.rule
    assert "eu-west-1" in fault.rule
    assert ["x-amz-expected-bucket-owner" in heard.headers for heard in server.heard] == [False]
