"""S3 objects in the production account, by the assumed role: what is refused, and what is reported."""

from __future__ import annotations

import base64
import hashlib
import os
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from awscrt import checksums
from botocore.exceptions import ClientError

from waybill.sandbox import layout

pytestmark = pytest.mark.engine

BODY = b"the bytes of one version\n" * 1000


def b64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def sha256(body: bytes) -> str:
    return b64(hashlib.sha256(body).digest())


def crc64(body: bytes) -> str:
    return b64(checksums.crc64nvme(body).to_bytes(8, "big"))


def code_of(call: Callable[..., Any], **arguments: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"], caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("operation", ["head_object", "get_object", "put_object", "delete_object"])
def test_an_object_of_another_owner_than_expected_is_refused(
    production_s3: Any, bucket: str, key: str, operation: str
) -> None:
    production_s3.put_object(Bucket=bucket, Key=key, Body=BODY, ExpectedBucketOwner=layout.PRODUCTION)
    call = getattr(production_s3, operation)
    code, status = code_of(call, Bucket=bucket, Key=key, ExpectedBucketOwner=layout.DEVELOPMENT)
    assert status == 403
    assert code == ("403" if operation == "head_object" else "AccessDenied")
    assert production_s3.get_object(Bucket=bucket, Key=key)["Body"].read() == BODY


@pytest.mark.parametrize(
    "operation", ["list_objects_v2", "get_bucket_encryption", "list_multipart_uploads", "get_bucket_versioning"]
)
def test_a_bucket_of_another_owner_than_expected_is_refused(production_s3: Any, bucket: str, operation: str) -> None:
    call = getattr(production_s3, operation)
    assert code_of(call, Bucket=bucket, ExpectedBucketOwner=layout.DEVELOPMENT) == ("AccessDenied", 403)


def test_a_copys_source_of_another_owner_than_expected_is_refused(production_s3: Any, bucket: str, key: str) -> None:
    production_s3.put_object(Bucket=bucket, Key=key, Body=BODY)
    asked = {"Bucket": bucket, "Key": f"{key}/copy", "CopySource": {"Bucket": bucket, "Key": key}}
    call = production_s3.copy_object
    assert code_of(call, **asked, ExpectedSourceBucketOwner=layout.DEVELOPMENT) == ("AccessDenied", 403)


def test_the_other_accounts_buckets_are_closed_without_the_role(clients: Any, bucket: str, key: str) -> None:
    development = clients.user("s3")
    assert code_of(development.put_object, Bucket=bucket, Key=key, Body=BODY) == ("AccessDenied", 403)
    assert code_of(development.list_objects_v2, Bucket=bucket) == ("AccessDenied", 403)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ChecksumSHA256": sha256(b"other")},
        {"ChecksumCRC64NVME": crc64(b"other")},
        {"ChecksumCRC32": b64(zlib.crc32(b"other").to_bytes(4, "big"))},
        {"ChecksumCRC32C": b64(checksums.crc32c(b"other").to_bytes(4, "big"))},
        {"ChecksumSHA1": b64(hashlib.sha1(b"other").digest())},
        {"ContentMD5": b64(hashlib.md5(b"other").digest())},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_bytes_that_are_not_what_their_checksum_says_are_not_stored(
    production_s3: Any, bucket: str, key: str, wrong: dict[str, str]
) -> None:
    assert code_of(production_s3.put_object, Bucket=bucket, Key=key, Body=BODY, **wrong) == ("BadDigest", 400)
    assert code_of(production_s3.head_object, Bucket=bucket, Key=key) == ("404", 404)


def test_a_checksum_of_the_wrong_length_is_an_invalid_request(production_s3: Any, bucket: str, key: str) -> None:
    asked = {"Bucket": bucket, "Key": key, "Body": BODY, "ChecksumSHA256": crc64(BODY)}
    assert code_of(production_s3.put_object, **asked) == ("InvalidRequest", 400)


@pytest.mark.parametrize(
    ("sent", "reported"),
    [
        ({"ChecksumSHA256": sha256(BODY)}, {"ChecksumSHA256": sha256(BODY)}),
        ({"ChecksumCRC64NVME": crc64(BODY)}, {"ChecksumCRC64NVME": crc64(BODY)}),
        ({}, {"ChecksumCRC64NVME": crc64(BODY)}),
    ],
    ids=["sha256", "crc64nvme", "none-sent"],
)
@pytest.mark.parametrize("operation", ["head_object", "get_object"])
def test_an_object_reports_one_full_checksum(
    production_s3: Any, bucket: str, key: str, sent: dict[str, str], reported: dict[str, str], operation: str
) -> None:
    production_s3.put_object(Bucket=bucket, Key=key, Body=BODY, **sent)
    answer = getattr(production_s3, operation)(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    found = {name: value for name, value in answer.items() if name.startswith("Checksum")}
    assert found == {**reported, "ChecksumType": "FULL_OBJECT"}
    quiet = getattr(production_s3, operation)(Bucket=bucket, Key=key)
    assert not [name for name in quiet if name.startswith("Checksum")]


@pytest.mark.parametrize("region", layout.REGIONS)
def test_an_object_reports_the_arn_of_its_buckets_default_key(
    clients: Any, key: str, key_arn: Callable[[str, str], str], region: str
) -> None:
    s3 = clients.stage_role("s3", region)
    name = layout.bucket(layout.PRODUCTION, region)
    written = s3.put_object(Bucket=name, Key=key, Body=BODY)
    for answer in (written, s3.head_object(Bucket=name, Key=key)):
        assert answer["ServerSideEncryption"] == "aws:kms"
        assert answer["SSEKMSKeyId"] == key_arn(layout.PRODUCTION, region)
        assert answer["BucketKeyEnabled"] is True


@pytest.mark.parametrize("named", ["alias/waybill-staging", "id", "arn"])
def test_a_key_is_named_by_alias_id_or_arn_and_reported_by_arn(
    production_s3: Any, bucket: str, key: str, key_arn: Callable[[str, str], str], named: str
) -> None:
    arn = key_arn(layout.PRODUCTION, layout.HOME_REGION)
    given = {"id": arn.rpartition("/")[2], "arn": arn}.get(named, named)
    production_s3.put_object(
        Bucket=bucket, Key=key, Body=BODY, ServerSideEncryption="aws:kms", SSEKMSKeyId=given, BucketKeyEnabled=True
    )
    assert production_s3.head_object(Bucket=bucket, Key=key)["SSEKMSKeyId"] == arn


def test_a_key_of_another_region_is_refused(
    production_s3: Any, bucket: str, key: str, key_arn: Callable[[str, str], str]
) -> None:
    asked = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_arn(layout.PRODUCTION, "eu-west-1")}
    code, _ = code_of(production_s3.put_object, Bucket=bucket, Key=key, Body=BODY, **asked)
    assert code == "KMS.NotFoundException"


def test_a_bare_key_id_is_looked_up_in_the_callers_account(
    production_s3: Any, bucket: str, key: str, key_arn: Callable[[str, str], str]
) -> None:
    theirs = key_arn(layout.DEVELOPMENT, layout.HOME_REGION).rpartition("/")[2]
    asked = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": theirs}
    code, _ = code_of(production_s3.put_object, Bucket=bucket, Key=key, Body=BODY, **asked)
    assert code == "KMS.NotFoundException"


def test_a_disabled_key_encrypts_nothing(clients: Any, bucket: str, key: str) -> None:
    kms = clients.user("kms", account=layout.PRODUCTION)
    made = kms.create_key()["KeyMetadata"]
    arn = made["Arn"]
    kms.disable_key(KeyId=made["KeyId"])
    asked = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": arn}
    code, _ = code_of(clients.stage_role("s3").put_object, Bucket=bucket, Key=key, Body=BODY, **asked)
    assert code == "KMS.DisabledException"


def test_an_access_control_list_is_refused(production_s3: Any, bucket: str, key: str) -> None:
    code, _ = code_of(production_s3.put_object, Bucket=bucket, Key=key, Body=BODY, ACL="public-read")
    assert code == "AccessControlListNotSupported"


def test_create_only_means_it(production_s3: Any, bucket: str, key: str) -> None:
    production_s3.put_object(Bucket=bucket, Key=key, Body=BODY, IfNoneMatch="*")
    code, status = code_of(production_s3.put_object, Bucket=bucket, Key=key, Body=b"other", IfNoneMatch="*")
    assert (code, status) == ("PreconditionFailed", 412)
    assert production_s3.get_object(Bucket=bucket, Key=key)["Body"].read() == BODY
    production_s3.delete_object(Bucket=bucket, Key=key)
    production_s3.put_object(Bucket=bucket, Key=key, Body=b"after the delete marker", IfNoneMatch="*")


def test_of_many_racing_creators_one_wins_and_readers_see_whole_objects(clients: Any, bucket: str, key: str) -> None:
    writers = [clients.stage_role("s3") for _ in range(8)]

    def write(number: int) -> str:
        digest = f"digest-{number}"
        try:
            writers[number].put_object(
                Bucket=bucket, Key=key, Body=digest.encode(), Metadata={"digest": digest}, IfNoneMatch="*"
            )
        except ClientError as error:
            seen = writers[number].get_object(Bucket=bucket, Key=key)
            assert seen["Metadata"]["digest"].encode() == seen["Body"].read()
            return str(error.response["Error"]["Code"])
        return "won"

    with ThreadPoolExecutor(len(writers)) as pool:
        outcomes = sorted(pool.map(write, range(len(writers))))
    assert outcomes == ["PreconditionFailed"] * 7 + ["won"]
    assert len(writers[0].list_object_versions(Bucket=bucket, Prefix=key)["Versions"]) == 1


def test_metadata_and_media_type_come_back(production_s3: Any, bucket: str, key: str) -> None:
    production_s3.put_object(
        Bucket=bucket, Key=key, Body=b"", Metadata={"waybill-sha256": "ab"}, ContentType="application/zip"
    )
    answer = production_s3.head_object(Bucket=bucket, Key=key)
    assert (answer["Metadata"], answer["ContentType"]) == ({"waybill-sha256": "ab"}, "application/zip")
    assert answer["ContentLength"] == 0


@pytest.mark.parametrize("size", [1000, 12 * 2**20], ids=["in-memory", "on-disk"])
@pytest.mark.parametrize(
    ("asked", "window"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=10-99", slice(10, 100)),
        ("bytes=900-", slice(900, None)),
        ("bytes=-7", slice(-7, None)),
    ],
)
def test_a_range_is_that_range_and_has_no_checksum(
    production_s3: Any, bucket: str, key: str, size: int, asked: str, window: slice
) -> None:
    body = os.urandom(size)
    production_s3.put_object(Bucket=bucket, Key=key, Body=body)
    answer = production_s3.get_object(Bucket=bucket, Key=key, Range=asked, ChecksumMode="ENABLED")
    assert answer["Body"].read() == body[window]
    assert answer["ContentRange"].endswith(f"/{size}")
    assert not [name for name in answer if name.startswith("Checksum")]


def test_a_range_beyond_the_end_is_refused(production_s3: Any, bucket: str, key: str) -> None:
    production_s3.put_object(Bucket=bucket, Key=key, Body=BODY)
    code, status = code_of(production_s3.get_object, Bucket=bucket, Key=key, Range=f"bytes={len(BODY)}-")
    assert (code, status) == ("InvalidRange", 416)


def test_a_listing_pages_and_folds_what_lies_under_a_version(production_s3: Any, bucket: str, key: str) -> None:
    project = key.replace("@", "-")
    for name in ("1.0.0", "1.0.0/metadata", "1.0.0/waybill.json", "1.1.0", "2.0.0"):
        production_s3.put_object(Bucket=bucket, Key=f"{project}@{name}", Body=BODY)
    pages = production_s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=f"{project}@", Delimiter="/", PaginationConfig={"PageSize": 2}
    )
    found = [item["Key"] for page in pages for item in page.get("Contents", [])]
    assert found == [f"{project}@{version}" for version in ("1.0.0", "1.1.0", "2.0.0")]


def test_every_version_of_an_object_is_listed_and_read(production_s3: Any, bucket: str, key: str) -> None:
    first = production_s3.put_object(Bucket=bucket, Key=key, Body=b"first")
    production_s3.put_object(Bucket=bucket, Key=key, Body=b"second")
    listed = production_s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
    assert [(each["Size"], each["IsLatest"]) for each in listed] == [(6, True), (5, False)]
    answer = production_s3.get_object(Bucket=bucket, Key=key, VersionId=first["VersionId"])
    assert answer["Body"].read() == b"first"
    assert listed[1]["ETag"] == first["ETag"]


def test_a_copy_is_create_only_when_asked_and_reports_the_checksum_that_was_asked(
    production_s3: Any, bucket: str, key: str
) -> None:
    production_s3.put_object(Bucket=bucket, Key=key, Body=BODY)
    asked = {"Bucket": bucket, "Key": f"{key}/copy", "CopySource": {"Bucket": bucket, "Key": key}}
    answer = production_s3.copy_object(**asked, ChecksumAlgorithm="SHA256", IfNoneMatch="*")
    assert answer["CopyObjectResult"]["ChecksumSHA256"] == sha256(BODY)
    head = production_s3.head_object(Bucket=bucket, Key=f"{key}/copy", ChecksumMode="ENABLED")
    assert (head["ChecksumSHA256"], head["ChecksumType"]) == (sha256(BODY), "FULL_OBJECT")
    assert code_of(production_s3.copy_object, **asked, IfNoneMatch="*") == ("PreconditionFailed", 412)
