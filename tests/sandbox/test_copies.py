"""Copies from the development account into production, by the promote role; and who else may do so."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from typing import Any

import pytest
from awscrt import checksums
from botocore.exceptions import ClientError

from waybill.sandbox import layout

pytestmark = pytest.mark.engine

BODY = b"the bytes of one version\n" * 1000
FIRST = os.urandom(5 * 2**20)
LAST = b"the end"


def sha256(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def crc64(body: bytes) -> str:
    return base64.b64encode(checksums.crc64nvme(body).to_bytes(8, "big")).decode()


def code_of(call: Callable[..., Any], **arguments: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"], caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


def theirs(region: str = layout.HOME_REGION) -> str:
    return layout.bucket(layout.DEVELOPMENT, region)


def copying(key: str, version: str | None = None, *, source: str = "", to: str = "", **more: Any) -> dict[str, Any]:
    found = {"Bucket": source or theirs(), "Key": key} | ({"VersionId": version} if version else {})
    return {
        "Bucket": to or layout.bucket(layout.PRODUCTION, layout.HOME_REGION),
        "Key": key,
        "CopySource": found,
        "ExpectedBucketOwner": layout.PRODUCTION,
        "ExpectedSourceBucketOwner": layout.DEVELOPMENT,
        "IfNoneMatch": "*",
        **more,
    }


@pytest.mark.parametrize("source", layout.REGIONS)
@pytest.mark.parametrize("target", ["us-east-1", "eu-west-1"])
def test_the_promote_role_copies_between_accounts_and_regions_under_the_targets_key(
    clients: Any, key: str, key_arn: Callable[[str, str], str], source: str, target: str
) -> None:
    put = clients.user("s3", source).put_object(Bucket=theirs(source), Key=key, Body=BODY, ContentType="text/plain")
    s3, arn = clients.promote_role("s3", target), key_arn(layout.PRODUCTION, target)
    to = layout.bucket(layout.PRODUCTION, target)
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": arn, "BucketKeyEnabled": True}
    replaced = {"MetadataDirective": "REPLACE", "ContentType": "application/zip", "ChecksumAlgorithm": "SHA256"}
    answer = s3.copy_object(**copying(key, put["VersionId"], source=theirs(source), to=to, **encryption, **replaced))
    assert answer["CopyObjectResult"]["ChecksumSHA256"] == sha256(BODY)
    assert answer["CopySourceVersionId"] == put["VersionId"]
    head = s3.head_object(Bucket=to, Key=key, ChecksumMode="ENABLED")
    assert (head["SSEKMSKeyId"], head["BucketKeyEnabled"], head["ContentType"]) == (arn, True, "application/zip")
    assert (head["ChecksumSHA256"], head["VersionId"]) == (sha256(BODY), answer["VersionId"])
    assert s3.get_object(Bucket=to, Key=key)["Body"].read() == BODY


def test_a_copy_is_of_exactly_the_version_that_is_named(clients: Any, key: str) -> None:
    development, s3 = clients.user("s3"), clients.promote_role("s3")
    first = development.put_object(Bucket=theirs(), Key=key, Body=b"first")
    development.put_object(Bucket=theirs(), Key=key, Body=b"second")
    asked = copying(key, first["VersionId"])
    s3.copy_object(**asked)
    assert s3.get_object(Bucket=asked["Bucket"], Key=key)["Body"].read() == b"first"
    assert code_of(s3.copy_object, **copying(f"{key}-absent")) == ("NoSuchKey", 404)


def test_a_version_that_is_not_there_is_not_the_current_one(clients: Any, key: str) -> None:
    clients.user("s3").put_object(Bucket=theirs(), Key=key, Body=BODY)
    assert code_of(clients.promote_role("s3").copy_object, **copying(key, "another")) == ("NoSuchVersion", 404)


def test_a_copy_never_replaces_what_stands_there(clients: Any, key: str) -> None:
    s3 = clients.promote_role("s3")
    clients.user("s3").put_object(Bucket=theirs(), Key=key, Body=BODY)
    asked = copying(key)
    s3.put_object(Bucket=asked["Bucket"], Key=key, Body=b"mine")
    assert code_of(s3.copy_object, **asked) == ("PreconditionFailed", 412)
    assert s3.get_object(Bucket=asked["Bucket"], Key=key)["Body"].read() == b"mine"


@pytest.mark.parametrize("wrong", ["ExpectedBucketOwner", "ExpectedSourceBucketOwner"])
@pytest.mark.parametrize("operation", ["copy_object", "upload_part_copy"])
def test_both_owners_must_be_the_expected_ones(clients: Any, key: str, wrong: str, operation: str) -> None:
    s3 = clients.promote_role("s3")
    clients.user("s3").put_object(Bucket=theirs(), Key=key, Body=BODY)
    asked = copying(key, **{wrong: "333333333333"})
    if operation == "upload_part_copy":
        upload = s3.create_multipart_upload(Bucket=asked["Bucket"], Key=key)
        asked = {**asked, "UploadId": upload["UploadId"], "PartNumber": 1}
        del asked["IfNoneMatch"]
    assert code_of(getattr(s3, operation), **asked) == ("AccessDenied", 403)


def test_nobody_else_of_production_reads_developments_buckets(clients: Any, key: str) -> None:
    clients.user("s3").put_object(Bucket=theirs(), Key=key, Body=BODY)
    for other in (clients.stage_role("s3"), clients.user("s3", account=layout.PRODUCTION)):
        assert code_of(other.copy_object, **copying(key)) == ("AccessDenied", 403)
        assert code_of(other.get_object, Bucket=theirs(), Key=key) == ("AccessDenied", 403)
        assert code_of(other.list_objects_v2, Bucket=theirs()) == ("AccessDenied", 403)


def test_the_promote_role_reads_and_lists_development_and_changes_nothing_there(clients: Any, key: str) -> None:
    s3 = clients.promote_role("s3")
    put = clients.user("s3").put_object(Bucket=theirs(), Key=key, Body=BODY)
    assert s3.get_object(Bucket=theirs(), Key=key)["Body"].read() == BODY
    assert s3.head_object(Bucket=theirs(), Key=key, VersionId=put["VersionId"])["ContentLength"] == len(BODY)
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=theirs(), Prefix=key)["Contents"]] == [key]
    assert code_of(s3.put_object, Bucket=theirs(), Key=f"{key}-more", Body=b"") == ("AccessDenied", 403)
    assert code_of(s3.delete_object, Bucket=theirs(), Key=key) == ("AccessDenied", 403)
    assert code_of(s3.delete_bucket_policy, Bucket=theirs()) == ("AccessDenied", 403)
    assert code_of(s3.put_object_tagging, Bucket=theirs(), Key=key, Tagging={"TagSet": []}) == ("AccessDenied", 403)


def test_a_source_whose_key_is_closed_is_refused_by_that_key(clients: Any, key: str) -> None:
    kms = clients.user("kms")
    closed = kms.create_key()["KeyMetadata"]["Arn"]
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": closed}
    clients.user("s3").put_object(Bucket=theirs(), Key=key, Body=BODY, **encryption)
    with pytest.raises(ClientError, match="kms:Decrypt on the resource associated with this ciphertext"):
        clients.promote_role("s3").copy_object(**copying(key))
    assert clients.user("s3").get_object(Bucket=theirs(), Key=key)["Body"].read() == BODY


@pytest.mark.parametrize("parts", [False, True], ids=["source-in-one", "source-in-parts"])
def test_parts_are_copied_from_the_other_account_with_the_checksum_of_the_whole(
    clients: Any, key: str, parts: bool
) -> None:
    whole, development = FIRST + LAST, clients.user("s3", "eu-west-1")
    source = {"Bucket": theirs("eu-west-1"), "Key": key}
    if parts:
        began = development.create_multipart_upload(**source, ChecksumAlgorithm="CRC64NVME")["UploadId"]
        numbered = [
            {
                "PartNumber": number,
                "ETag": development.upload_part(**source, UploadId=began, PartNumber=number, Body=body)["ETag"],
            }
            for number, body in enumerate((FIRST, LAST), start=1)
        ]
        development.complete_multipart_upload(**source, UploadId=began, MultipartUpload={"Parts": numbered})
    else:
        development.put_object(**source, Body=whole)
    s3 = clients.promote_role("s3")
    target = {"Bucket": layout.bucket(layout.PRODUCTION, layout.HOME_REGION), "Key": key}
    upload = s3.create_multipart_upload(**target, ChecksumAlgorithm="CRC64NVME", ChecksumType="FULL_OBJECT")
    middle = 5 * 2**20 + 3  # not where the source's parts meet
    made = []
    for number, (start, end) in enumerate(((0, middle), (middle, len(whole))), start=1):
        answer = s3.upload_part_copy(
            **target,
            UploadId=upload["UploadId"],
            PartNumber=number,
            CopySource=source,
            CopySourceRange=f"bytes={start}-{end - 1}",
            ExpectedSourceBucketOwner=layout.DEVELOPMENT,
        )
        result = answer["CopyPartResult"]
        assert result["ChecksumCRC64NVME"] == crc64(whole[start:end])
        made.append({"PartNumber": number, "ETag": result["ETag"], "ChecksumCRC64NVME": result["ChecksumCRC64NVME"]})
    completion = {**target, "UploadId": upload["UploadId"], "MultipartUpload": {"Parts": made}, "IfNoneMatch": "*"}
    wrong = {"ChecksumCRC64NVME": crc64(b"other"), "ChecksumType": "FULL_OBJECT"}
    assert code_of(s3.complete_multipart_upload, **completion, **wrong) == ("BadDigest", 400)
    right = {"ChecksumCRC64NVME": crc64(whole), "ChecksumType": "FULL_OBJECT", "MpuObjectSize": len(whole)}
    s3.complete_multipart_upload(**completion, **right)
    head = s3.head_object(**target, ChecksumMode="ENABLED")
    assert (head["ChecksumCRC64NVME"], head["ContentLength"]) == (crc64(whole), len(whole))
    assert s3.get_object(**target)["Body"].read() == whole


@pytest.mark.parametrize(
    ("stretch", "code"),
    [
        (f"bytes=0-{len(BODY)}", "InvalidArgument"),
        ("bytes=5-4", "InvalidArgument"),
        ("bytes=5-", "InvalidArgument"),
    ],
)
def test_a_range_that_the_source_does_not_have_is_refused(clients: Any, key: str, stretch: str, code: str) -> None:
    clients.user("s3").put_object(Bucket=theirs(), Key=key, Body=BODY)
    s3 = clients.promote_role("s3")
    asked = {"Bucket": layout.bucket(layout.PRODUCTION, layout.HOME_REGION), "Key": key}
    upload = s3.create_multipart_upload(**asked)["UploadId"]
    source = {"CopySource": {"Bucket": theirs(), "Key": key}, "CopySourceRange": stretch}
    assert code_of(s3.upload_part_copy, **asked, **source, UploadId=upload, PartNumber=1) == (code, 400)


def test_a_part_of_a_source_that_is_not_there_is_no_such_key(clients: Any, key: str) -> None:
    s3 = clients.promote_role("s3")
    asked = {"Bucket": layout.bucket(layout.PRODUCTION, layout.HOME_REGION), "Key": key}
    upload = s3.create_multipart_upload(**asked)["UploadId"]
    source = {"CopySource": {"Bucket": theirs(), "Key": key}}
    assert code_of(s3.upload_part_copy, **asked, **source, UploadId=upload, PartNumber=1) == ("NoSuchKey", 404)
