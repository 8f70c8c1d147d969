"""Parts as our own wire sends them are what other people's servers understand, byte for byte."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from aws.parts import BytesPart, bytes_of, digests
from contract.places import BotoHands, Place
from fakes.aws import PRODUCTION, bucket_name
from waybill.domain.digests import MIB
from waybill.errors import AccessDenied, ArtifactError, IdentityError
from waybill.ports.bucket import NewObject, Upload

pytestmark = pytest.mark.engine

REGION = "us-east-1"
BUCKET = bucket_name(PRODUCTION, REGION)


def listed(engine: Place, key: str) -> list[dict[str, Any]]:
    """Return the parts that the server has of the one upload to this key."""
    assert isinstance(engine.hands, BotoHands)
    s3 = engine.hands.s3
    uploads = s3.list_multipart_uploads(Bucket=BUCKET, Prefix=key)["Uploads"]
    (upload,) = [one for one in uploads if one["Key"] == key]
    found: list[dict[str, Any]] = s3.list_parts(Bucket=BUCKET, Key=key, UploadId=upload["UploadId"])["Parts"]
    return found


def begin(engine: Place, key: str) -> Upload:
    return engine.bucket.begin(NewObject(key=key, media_type="a/b", kms_key=engine.key))


@pytest.mark.parametrize("prefix", ["", "a/!_.*'()-/"])
@pytest.mark.parametrize("known", [True, False], ids=["checksum known", "checksum at the end"])
def test_the_server_has_the_parts_bytes_and_size(engine: Place, known: bool, prefix: str) -> None:
    key, bodies = f"{prefix}{engine.new_key('-rc.1+build.5')}", [bytes_of(5 * MIB), bytes_of(3 * MIB + 17)]
    upload = begin(engine, key)
    try:
        for number, body in enumerate(bodies, 1):
            upload.send(BytesPart(body, number=number, known=known, chunk=999_983))
        parts = listed(engine, key)
        assert [part["Size"] for part in parts] == [len(body) for body in bodies]
        assert [part["ETag"].strip('"') for part in parts] == [hashlib.md5(body).hexdigest() for body in bodies]
        checksums = [part.get("ChecksumCRC64NVME") for part in parts]
        assert checksums in ([digests(body).crc64nvme for body in bodies], [None, None])
    finally:
        upload.abort()


def test_a_part_whose_checksum_is_another_is_refused_where_the_server_looks(moto: Place) -> None:
    key = moto.new_key()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in moto.environment.items():
            patch.setenv(name, value)
        upload = begin(moto, key)
        try:
            with pytest.raises(ArtifactError):
                upload.send(_Wrong(b"hello"))
        finally:
            upload.abort()


class _Wrong(BytesPart):
    """Says another checksum than that of its bytes."""

    @property
    def crc64nvme(self) -> str | None:
        return digests(b"other").crc64nvme


def test_parts_signed_with_a_wrong_secret_are_refused_by_a_server_that_looks(ministack: Place) -> None:
    from aws.doors import OWNER, Told

    key = ministack.new_key()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ministack.environment.items():
            patch.setenv(name, value)
        patch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
        with pytest.raises(IdentityError) as caught:
            Told().account().bucket(REGION, BUCKET, owner=OWNER).begin(
                NewObject(key=key, media_type="a/b", kms_key=ministack.key)
            )
    assert not isinstance(caught.value, AccessDenied), "the signature, not a permission"
