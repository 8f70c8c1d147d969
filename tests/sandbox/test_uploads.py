"""Multipart uploads into the production account, by the assumed role."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from awscrt import checksums
from botocore.exceptions import ClientError

from waybill.sandbox import layout

pytestmark = pytest.mark.engine

FIRST = os.urandom(5 * 2**20)
LAST = b"the end"
WHOLE = FIRST + LAST


def crc64(body: bytes) -> str:
    return base64.b64encode(checksums.crc64nvme(body).to_bytes(8, "big")).decode()


def code_of(call: Callable[..., Any], **arguments: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"], caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


class Upload:
    """One multipart upload with CRC64NVME, as Waybill makes them."""

    def __init__(self, s3: Any, bucket: str, key: str, **more: Any) -> None:
        self.s3 = s3
        self.target = {"Bucket": bucket, "Key": key}
        self.created = s3.create_multipart_upload(
            **self.target, **{"ChecksumAlgorithm": "CRC64NVME", "ChecksumType": "FULL_OBJECT", **more}
        )
        self.id = {"UploadId": self.created["UploadId"]}
        self.parts: list[dict[str, Any]] = []

    def part(self, number: int, body: bytes, **more: str) -> dict[str, Any]:
        sums = {"ChecksumCRC64NVME": crc64(body), **more}
        answer: dict[str, Any] = self.s3.upload_part(**self.target, **self.id, PartNumber=number, Body=body, **sums)
        self.parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        return answer

    def completion(self, body: bytes = WHOLE, **more: Any) -> Mapping[str, Any]:
        asked = {
            "MultipartUpload": {"Parts": self.parts},
            "ChecksumCRC64NVME": crc64(body),
            "ChecksumType": "FULL_OBJECT",
            "MpuObjectSize": len(body),
            "IfNoneMatch": "*",
            "ExpectedBucketOwner": layout.PRODUCTION,
        }
        return {**self.target, **self.id, **asked, **more}

    def open(self) -> list[str]:
        answer = self.s3.list_multipart_uploads(Bucket=self.target["Bucket"], Prefix=self.target["Key"])
        return [each["UploadId"] for each in answer.get("Uploads", [])]


@pytest.fixture
def upload(production_s3: Any, bucket: str, key: str) -> Upload:
    made = Upload(production_s3, bucket, key)
    made.part(1, FIRST)
    made.part(2, LAST)
    return made


@pytest.mark.parametrize("region", layout.REGIONS)
def test_a_whole_upload_reports_its_full_object_checksum_and_its_key(
    clients: Any, key: str, key_arn: Callable[[str, str], str], region: str
) -> None:
    s3 = clients.stage_role("s3", region)
    arn = key_arn(layout.PRODUCTION, region)
    name = layout.bucket(layout.PRODUCTION, region)
    upload = Upload(
        s3, name, key, ServerSideEncryption="aws:kms", SSEKMSKeyId=arn, BucketKeyEnabled=True, Metadata={"a": "b"}
    )
    assert (upload.created["SSEKMSKeyId"], upload.created["BucketKeyEnabled"]) == (arn, True)
    assert upload.part(1, FIRST)["ChecksumCRC64NVME"] == crc64(FIRST)
    upload.part(2, LAST)
    completed = s3.complete_multipart_upload(**upload.completion())
    head = s3.head_object(Bucket=name, Key=key, ChecksumMode="ENABLED")
    for answer in (completed, head):
        assert answer["ChecksumCRC64NVME"] == crc64(WHOLE)
        assert answer["ChecksumType"] == "FULL_OBJECT"
        assert answer["SSEKMSKeyId"] == arn
        assert answer["BucketKeyEnabled"] is True
        assert answer["VersionId"] == completed["VersionId"]
    assert (head["ContentLength"], head["Metadata"]) == (len(WHOLE), {"a": "b"})
    assert head["ETag"].endswith('-2"')
    assert s3.get_object(Bucket=name, Key=key)["Body"].read() == WHOLE
    assert upload.open() == []


def test_the_buckets_default_key_encrypts_an_upload_that_names_none(
    upload: Upload, key_arn: Callable[[str, str], str]
) -> None:
    upload.s3.complete_multipart_upload(**upload.completion())
    head = upload.s3.head_object(**upload.target)
    assert head["SSEKMSKeyId"] == key_arn(layout.PRODUCTION, layout.HOME_REGION)
    assert head["BucketKeyEnabled"] is True


def test_a_part_that_is_not_what_its_checksum_says_is_refused(upload: Upload) -> None:
    asked = {**upload.target, **upload.id, "PartNumber": 3, "Body": b"other"}
    assert code_of(upload.s3.upload_part, **asked, ChecksumCRC64NVME=crc64(LAST)) == ("BadDigest", 400)
    listed = upload.s3.list_parts(**upload.target, **upload.id)["Parts"]
    assert [part["PartNumber"] for part in listed] == [1, 2]


def test_a_part_with_another_algorithm_than_its_uploads_is_refused(upload: Upload) -> None:
    asked = {**upload.target, **upload.id, "PartNumber": 3, "Body": b"other", "ChecksumAlgorithm": "SHA256"}
    assert code_of(upload.s3.upload_part, **asked) == ("InvalidRequest", 400)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"ChecksumCRC64NVME": crc64(b"other")}, "BadDigest"),
        ({"MpuObjectSize": len(WHOLE) - 1}, "InvalidRequest"),
        ({"ChecksumType": "COMPOSITE"}, "InvalidRequest"),
    ],
    ids=["checksum", "size", "type"],
)
def test_a_completion_that_does_not_fit_the_parts_makes_nothing(upload: Upload, wrong: Any, code: str) -> None:
    assert code_of(upload.s3.complete_multipart_upload, **upload.completion(**wrong)) == (code, 400)
    assert code_of(upload.s3.head_object, **upload.target) == ("404", 404)
    upload.s3.complete_multipart_upload(**upload.completion())


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (lambda given: [*reversed(given)], "InvalidPartOrder"),
        (lambda given: [given[0], {**given[1], "ETag": given[0]["ETag"]}], "InvalidPart"),
        (lambda given: [*given, {"PartNumber": 3, "ETag": given[0]["ETag"]}], "InvalidPart"),
        (lambda given: [given[0], {**given[1], "ChecksumCRC64NVME": crc64(b"other")}], "InvalidPart"),
        (lambda given: [], "MalformedXML"),
    ],
    ids=["order", "etag", "absent", "part-checksum", "none"],
)
def test_parts_that_were_not_sent_so_are_refused(upload: Upload, parts: Any, code: str) -> None:
    asked = upload.completion(MultipartUpload={"Parts": parts(upload.parts)})
    assert code_of(upload.s3.complete_multipart_upload, **asked)[0] == code


def test_a_small_part_in_the_middle_is_refused(production_s3: Any, bucket: str, key: str) -> None:
    upload = Upload(production_s3, bucket, key)
    upload.part(1, LAST)
    upload.part(2, LAST)
    call = production_s3.complete_multipart_upload
    assert code_of(call, **upload.completion(LAST + LAST)) == ("EntityTooSmall", 400)


def test_completion_is_create_only_when_asked(upload: Upload) -> None:
    upload.s3.put_object(**upload.target, Body=b"already here")
    call = upload.s3.complete_multipart_upload
    assert code_of(call, **upload.completion()) == ("PreconditionFailed", 412)
    assert upload.s3.get_object(**upload.target)["Body"].read() == b"already here"
    assert upload.open() == [upload.id["UploadId"]]


def test_completing_again_gives_the_same_answer(upload: Upload) -> None:
    once = upload.s3.complete_multipart_upload(**upload.completion())
    again = upload.s3.complete_multipart_upload(**upload.completion())
    assert again["VersionId"] == once["VersionId"]
    assert len(upload.s3.list_object_versions(Bucket=once["Bucket"], Prefix=once["Key"])["Versions"]) == 1


def test_completion_for_another_expected_owner_is_refused(upload: Upload) -> None:
    call = upload.s3.complete_multipart_upload
    asked = upload.completion(ExpectedBucketOwner=layout.DEVELOPMENT)
    assert code_of(call, **asked) == ("AccessDenied", 403)


def test_an_aborted_upload_is_gone(upload: Upload) -> None:
    assert upload.open() == [upload.id["UploadId"]]
    upload.s3.abort_multipart_upload(**upload.target, **upload.id)
    assert upload.open() == []
    assert code_of(upload.s3.abort_multipart_upload, **upload.target, **upload.id) == ("NoSuchUpload", 404)
    part = {**upload.target, **upload.id, "PartNumber": 1, "Body": LAST}
    assert code_of(upload.s3.upload_part, **part) == ("NoSuchUpload", 404)
    assert code_of(upload.s3.complete_multipart_upload, **upload.completion()) == ("NoSuchUpload", 404)


def test_an_upload_is_of_its_key_only(upload: Upload) -> None:
    part = {**upload.target, **upload.id, "Key": "another", "PartNumber": 1, "Body": LAST}
    assert code_of(upload.s3.upload_part, **part) == ("NoSuchUpload", 404)


def test_open_uploads_are_listed_in_pages(production_s3: Any, bucket: str, key: str) -> None:
    made = {Upload(production_s3, bucket, f"{key}/{number}").id["UploadId"] for number in range(5)}
    pages = production_s3.get_paginator("list_multipart_uploads").paginate(
        Bucket=bucket, Prefix=f"{key}/", PaginationConfig={"PageSize": 2}
    )
    found = [[each["UploadId"] for each in page["Uploads"]] for page in pages]
    assert [len(page) for page in found] == [2, 2, 1]
    assert {each for page in found for each in page} == made


def test_two_uploads_of_one_key_race_and_one_wins(upload: Upload, production_s3: Any) -> None:
    other = Upload(production_s3, upload.target["Bucket"], upload.target["Key"])
    other.part(1, LAST)
    production_s3.complete_multipart_upload(**other.completion(LAST))
    assert code_of(production_s3.complete_multipart_upload, **upload.completion()) == ("PreconditionFailed", 412)


def test_a_composite_upload_reports_a_checksum_of_checksums(production_s3: Any, bucket: str, key: str) -> None:
    upload = Upload(production_s3, bucket, key, ChecksumAlgorithm="SHA256", ChecksumType="COMPOSITE")
    for number, body in ((1, FIRST), (2, LAST)):
        answer = production_s3.upload_part(
            **upload.target, **upload.id, PartNumber=number, Body=body, ChecksumAlgorithm="SHA256"
        )
        upload.parts.append({name: answer[name] for name in ("ETag", "ChecksumSHA256")} | {"PartNumber": number})
    asked = {**upload.target, **upload.id}
    bare = [{name: part[name] for name in ("ETag", "PartNumber")} for part in upload.parts]
    call = production_s3.complete_multipart_upload
    assert code_of(call, **asked, MultipartUpload={"Parts": bare}) == ("InvalidRequest", 400)
    answer = call(**asked, MultipartUpload={"Parts": upload.parts})
    assert answer["ChecksumSHA256"].endswith("-2")
    head = production_s3.head_object(**upload.target, ChecksumMode="ENABLED")
    assert (head["ChecksumSHA256"], head["ChecksumType"]) == (answer["ChecksumSHA256"], "COMPOSITE")


def test_crc64nvme_is_never_composite(production_s3: Any, bucket: str, key: str) -> None:
    asked = {"Bucket": bucket, "Key": key, "ChecksumAlgorithm": "CRC64NVME", "ChecksumType": "COMPOSITE"}
    assert code_of(production_s3.create_multipart_upload, **asked) == ("InvalidRequest", 400)


def test_parts_of_an_object_are_read_by_number(upload: Upload) -> None:
    upload.s3.complete_multipart_upload(**upload.completion())
    answer = upload.s3.get_object(**upload.target, PartNumber=2)
    assert (answer["Body"].read(), answer["PartsCount"]) == (LAST, 2)
    assert upload.s3.head_object(**upload.target, PartNumber=1)["ContentLength"] == len(FIRST)
    assert code_of(upload.s3.get_object, **upload.target, PartNumber=3)[1] == 416


def test_a_part_may_be_copied_from_another_object(production_s3: Any, bucket: str, key: str) -> None:
    source = {"Bucket": bucket, "Key": f"{key}/source"}
    production_s3.put_object(**source, Body=WHOLE)
    upload = Upload(production_s3, bucket, key)
    answer = production_s3.upload_part_copy(
        **upload.target, **upload.id, PartNumber=1, CopySource=source, CopySourceRange=f"bytes=5-{len(FIRST) + 4}"
    )
    upload.parts.append({"PartNumber": 1, "ETag": answer["CopyPartResult"]["ETag"]})
    production_s3.complete_multipart_upload(**upload.completion(WHOLE[5 : len(FIRST) + 5]))
    assert production_s3.get_object(**upload.target)["Body"].read() == WHOLE[5 : len(FIRST) + 5]
