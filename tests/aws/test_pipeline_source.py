"""What S3 says late, or not at all, while a pipeline's source is put in place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from awscrt.checksums import crc64nvme

from aws.answers import late_error, s3_error
from aws.doors import OWNER, REGION, Told, lead
from aws.loopback import Answer, Heard, Loopback, loopback
from waybill.aws.pipeline_source import SUMMARY, summary_text
from waybill.domain.digests import MIB, Digests, crc_text, sha256_base64
from waybill.errors import AccessDenied, ArtifactError, Unavailable
from waybill.ports.copying import CopySource
from waybill.ports.pipeline import NewSource, SourceBucket

BODY = b"the artifact"
BIG = bytes(range(256)) * (MIB // 256) * 20
XML = {"Content-Type": "application/xml"}


def digests(body: bytes) -> Digests:
    return Digests(hashlib.sha256(body).hexdigest(), crc_text(crc64nvme(body)), len(body))


def new(body: bytes = BODY) -> NewSource:
    return NewSource(key="site.zip", media_type="application/zip", summary="site 1.0.0", digests=digests(body))


SOURCE = CopySource(
    bucket="staging", owner="333333333333", region="eu-west-1", key="site@1.0.0", version_id="v1", size=len(BODY)
)
COPIED = Answer(
    200,
    f"<CopyObjectResult><ETag>e</ETag><ChecksumSHA256>{sha256_base64(digests(BODY).sha256)}</ChecksumSHA256>"
    "</CopyObjectResult>",
    {**XML, "x-amz-version-id": "v9"},
)


@contextmanager
def answering(monkeypatch: pytest.MonkeyPatch, *answers: Answer | None) -> Iterator[Loopback]:
    left = list(answers)

    def script(heard: Heard) -> Answer | None:
        heard.read()
        return left.pop(0) if len(left) > 1 else left[0]

    with loopback(script) as server:
        lead(monkeypatch, server.url)
        yield server


def bucket(ear: Told | None = None) -> SourceBucket:
    return (ear or Told()).account().source_bucket(REGION, "input", owner=OWNER)


def test_a_copy_says_whose_buckets_and_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(monkeypatch, COPIED) as server:
        made = bucket().copy(new(), SOURCE)
    assert (made.version_id, made.sha256, made.summary) == ("v9", digests(BODY).sha256, "site 1.0.0")
    headers = server.heard[0].headers
    assert headers["x-amz-copy-source"] == "staging/site%401.0.0?versionId=v1"
    assert headers["x-amz-expected-bucket-owner"] == OWNER
    assert headers["x-amz-source-expected-bucket-owner"] == "333333333333"
    assert headers["x-amz-metadata-directive"] == "REPLACE"
    assert headers["x-amz-checksum-algorithm"] == "SHA256"
    assert headers[f"x-amz-meta-{SUMMARY}"] == "site 1.0.0"
    assert "if-none-match" not in headers, "the source key is overwritten on purpose (P2)"


def test_an_error_inside_a_200_is_tried_again_where_that_may_help(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(monkeypatch, late_error("SlowDown"), late_error("InternalError"), COPIED) as server:
        assert bucket().copy(new(), SOURCE).version_id == "v9"
    assert len(server.heard) == 3


def test_a_refusal_inside_a_200_is_a_refusal_that_names_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        answering(monkeypatch, late_error("AccessDenied", "Access Denied")) as server,
        pytest.raises(AccessDenied) as caught,
    ):
        bucket().copy(new(), SOURCE)
    assert len(server.heard) == 1
    assert caught.value.resource == "arn:aws:s3:::staging/site@1.0.0"
    assert "arn:aws:s3:::input/site.zip" in caught.value.advice


def test_a_copy_whose_checksum_s3_does_not_tell_is_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Answer(200, "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>", {**XML, "x-amz-version-id": "v9"})
    with answering(monkeypatch, silent), pytest.raises(ArtifactError, match="Delete version v9"):
        bucket().copy(new(), SOURCE)


BEGUN = Answer(200, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>", XML)
PART = Answer(200, headers={"ETag": '"p"'})
DONE = Answer(
    200,
    "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>",
    {**XML, "x-amz-version-id": "v9"},
)


def sent(body: bytes = BIG) -> Iterator[bytes]:
    for start in range(0, len(body), MIB):
        yield body[start : start + MIB]


def test_a_part_that_fails_is_sent_again_and_nothing_is_forbidden_to_be_overwritten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trouble = s3_error(503, "SlowDown")
    with answering(monkeypatch, BEGUN, PART, trouble, PART, PART, DONE) as server:
        made = bucket().put(new(BIG), sent())
    assert (made.version_id, made.size, made.crc64nvme) == ("v9", len(BIG), digests(BIG).crc64nvme)
    parts = [one for one in server.heard if "partNumber" in one.target]
    assert [len(one.body) for one in parts] == [8 * MIB, 8 * MIB, 8 * MIB, 4 * MIB]
    assert parts[1].body == parts[2].body
    last = server.heard[-1].headers
    assert "if-none-match" not in last
    assert last["x-amz-checksum-crc64nvme"] == digests(BIG).crc64nvme
    assert last["x-amz-mp-object-size"] == str(len(BIG))
    assert all(one.headers["x-amz-expected-bucket-owner"] == OWNER for one in server.heard)


@pytest.mark.parametrize("mine", [True, False])
def test_a_lost_answer_of_the_completion_is_looked_into(monkeypatch: pytest.MonkeyPatch, mine: bool) -> None:
    there = Answer(
        200,
        headers={
            "Content-Length": str(len(BIG)) if mine else "3",
            "x-amz-checksum-crc64nvme": digests(BIG).crc64nvme if mine else "AAAAAAAAAAA=",
            "x-amz-version-id": "v9",
            f"x-amz-meta-{SUMMARY}": "site 1.0.0",
        },
    )
    gone = s3_error(404, "NoSuchUpload")
    with answering(monkeypatch, BEGUN, PART, PART, PART, None, gone, there) as server:
        if mine:
            assert bucket().put(new(BIG), sent()).version_id == "v9"
        else:
            with pytest.raises(Unavailable, match="lost"):
                bucket().put(new(BIG), sent())
    assert server.heard[-1].method == "HEAD"


def test_p6_an_upload_that_fails_for_good_is_aborted(monkeypatch: pytest.MonkeyPatch) -> None:
    refused, aborted = s3_error(403, "AccessDenied"), Answer(204)
    with answering(monkeypatch, BEGUN, PART, refused, aborted) as server, pytest.raises(AccessDenied):
        bucket().put(new(BIG), sent())
    assert (server.heard[-1].method, "uploadId=u" in server.heard[-1].target) == ("DELETE", True)


def test_the_stream_is_read_no_further_than_the_part_that_is_being_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    ahead: list[int] = []

    def script(heard: Heard) -> Answer:
        heard.read()
        if "partNumber" in heard.target:
            ahead.append(sum(read) - 8 * MIB * len(ahead))
            return PART
        return BEGUN if "uploads" in heard.target else DONE

    def watched() -> Iterator[bytes]:
        for chunk in sent():
            read.append(len(chunk))
            yield chunk

    with loopback(script) as server:
        lead(monkeypatch, server.url)
        bucket().put(new(BIG), watched())
    assert max(ahead) <= 8 * MIB


@pytest.mark.parametrize(
    ("summary", "text"),
    [
        ("site 1.0.0 0123456789ab", "site 1.0.0 0123456789ab"),
        ("café\nsite", "caf? site"),
        ("x" * 3000, "x" * 2000),
        ("", ""),
    ],
)
def test_a_summary_is_what_s3_takes_as_metadata(summary: str, text: str) -> None:
    assert summary_text(summary) == text
