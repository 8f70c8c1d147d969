"""A copy inside S3: what is asked for, what the answers mean, errors within a 200 answer, and what is left behind."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from awscrt.checksums import crc64nvme

from aws.answers import KEY, SESSION, late_error, s3_error
from aws.doors import OWNER, REGION, Told, lead
from aws.loopback import Answer, Heard, Loopback, loopback
from waybill.aws.bucket import S3Bucket
from waybill.aws.ranges import Limits
from waybill.domain.arns import KeyArn
from waybill.domain.digests import MAX_PARTS, MIB, Digests, crc_text
from waybill.errors import AccessDenied, ArtifactError, Cancelled, ExitCode, IdentityError, Unavailable, WaybillError
from waybill.ports.bucket import Created, Exists, NewObject
from waybill.ports.copying import Copying, CopySource

BODY = b"x" * (11 * MIB)
DIGESTS = Digests(hashlib.sha256(BODY).hexdigest(), crc_text(crc64nvme(BODY)), len(BODY))
SOURCE = CopySource(
    bucket="acme-development",
    owner="111111111111",
    region="eu-west-1",
    key="SugarWater@1.2.3+b 5",
    version_id="v.1-2",
    size=len(BODY),
)
NEW = NewObject(key="SugarWater@1.2.3", media_type="application/zip", kms_key=KeyArn.parse(KEY))
SOURCE_ARN = "arn:aws:s3:::acme-development/SugarWater@1.2.3+b 5"
PARTS = Limits(whole=MIB, part=5 * MIB, at_once=2)
XML = {"Content-Type": "application/xml"}


def copied(sha256: str | None = DIGESTS.sha256) -> Answer:
    told = f"<ChecksumSHA256>{b64encode(bytes.fromhex(sha256)).decode()}</ChecksumSHA256>" if sha256 else ""
    return Answer(200, f"<CopyObjectResult>{told}<ETag>e</ETag></CopyObjectResult>", {**XML, "x-amz-version-id": "new"})


BEGUN = Answer(200, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>", XML)
PART = Answer(200, "<CopyPartResult><ETag>e</ETag><ChecksumCRC64NVME>c</ChecksumCRC64NVME></CopyPartResult>", XML)
COMPLETED = Answer(200, "<CompleteMultipartUploadResult/>", {**XML, "x-amz-version-id": "new"})
ABORTED = Answer(204)


@dataclass(slots=True)
class S3:
    """Answers each kind of call from a list of its own, and then, always, as S3 does where all is well."""

    copies: list[Answer | None] = field(default_factory=list)
    parts: list[Answer | None] = field(default_factory=list)
    completions: list[Answer | None] = field(default_factory=list)
    aborts: list[Answer | None] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def answer(self, heard: Heard) -> Answer | None:
        query = parse_qs(urlsplit(heard.target).query, keep_blank_values=True)
        if "uploads" in query:
            return self._next("begin", [], BEGUN)
        if heard.method == "DELETE":
            return self._next("abort", self.aborts, ABORTED)
        if heard.method == "POST":
            return self._next("complete", self.completions, COMPLETED)
        if "partNumber" in query:
            return self._next("part", self.parts, PART)
        return self._next("copy", self.copies, copied())

    def _next(self, kind: str, answers: list[Answer | None], usual: Answer) -> Answer | None:
        self.asked.append(kind)
        return answers.pop(0) if answers else usual


@dataclass(slots=True)
class Copier:
    """A bucket's copies, led to a server."""

    s3: S3
    server: Loopback
    told: Told
    sizes: list[int] = field(default_factory=list)

    def copy(self, limits: Limits | None = None, check: Callable[[], None] = lambda: None) -> Created | Exists:
        bucket = self.told.account().bucket(REGION, "acme-staging", owner=OWNER)
        assert isinstance(bucket, S3Bucket)
        bucket.limits = limits or bucket.limits
        copying = Copying(told=self.sizes.append, check=check, guard=lambda undo: nullcontext())
        return bucket.copy(NEW, SOURCE, DIGESTS, copying)


@contextmanager
def copier(monkeypatch: pytest.MonkeyPatch, s3: S3 | None = None) -> Iterator[Copier]:
    s3 = s3 or S3()
    with loopback(s3.answer) as server:
        lead(monkeypatch, server.url)
        yield Copier(s3, server, Told())


def test_a_copy_is_asked_for_create_only_encrypted_checked_and_between_the_expected_owners(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with copier(monkeypatch) as one:
        assert one.copy() == Created("new")
        (heard,) = one.server.heard
    expected = {
        "x-amz-copy-source": "acme-development/SugarWater%401.2.3%2Bb%205?versionId=v.1-2",
        "x-amz-checksum-algorithm": "SHA256",
        "x-amz-metadata-directive": "REPLACE",
        "x-amz-tagging-directive": "REPLACE",
        "content-type": "application/zip",
        "if-none-match": "*",
        "x-amz-expected-bucket-owner": OWNER,
        "x-amz-source-expected-bucket-owner": "111111111111",
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": KEY,
        "x-amz-server-side-encryption-bucket-key-enabled": "true",
    }
    assert {name: heard.headers.get(name) for name in expected} == expected
    assert f"/{REGION}/s3/aws4_request" in heard.headers["authorization"], "asked for where the target is"
    assert one.sizes == [len(BODY)]


def test_parts_are_asked_for_by_range_and_completed_with_the_checksum_and_size_of_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with copier(monkeypatch) as one:
        assert one.copy(PARTS) == Created("new")
        begun, *parts, completed = one.server.heard
    assert begun.headers["x-amz-checksum-algorithm"] == "CRC64NVME"
    assert begun.headers["x-amz-checksum-type"] == "FULL_OBJECT"
    assert begun.headers["x-amz-server-side-encryption-aws-kms-key-id"] == KEY
    assert {part.headers["x-amz-copy-source-range"] for part in parts} == {
        f"bytes=0-{5 * MIB - 1}",
        f"bytes={5 * MIB}-{10 * MIB - 1}",
        f"bytes={10 * MIB}-{11 * MIB - 1}",
    }
    for part in parts:
        assert part.headers["x-amz-copy-source"].endswith("?versionId=v.1-2")
        assert part.headers["x-amz-source-expected-bucket-owner"] == "111111111111"
    assert all(heard.headers["x-amz-expected-bucket-owner"] == OWNER for heard in one.server.heard)
    assert completed.headers["if-none-match"] == "*"
    assert completed.headers["x-amz-checksum-crc64nvme"] == DIGESTS.crc64nvme
    assert completed.headers["x-amz-mp-object-size"] == str(len(BODY))
    assert completed.body.count(b"<ChecksumCRC64NVME>c</ChecksumCRC64NVME>") == 3
    assert one.sizes == sorted(one.sizes)
    assert (len(one.sizes), one.sizes[-1]) == (3, 11 * MIB)


@pytest.mark.parametrize(
    ("size", "count", "last"),
    [(0, 1, 0), (1, 1, 1), (5 * 1024**3 + 1, 11, 1), (5 * 1024**4, 9987, 5 * 1024**4 - 9986 * 525 * MIB)],
)
def test_no_object_makes_more_parts_than_s3_takes(size: int, count: int, last: int) -> None:
    ranges = Limits().ranges(size)
    assert [part.number for part in ranges] == list(range(1, count + 1))
    assert count <= MAX_PARTS
    assert (ranges[0].start, ranges[-1].end, ranges[-1].end - ranges[-1].start) == (0, size, last)
    assert all(one.end == other.start for one, other in pairwise(ranges))


def test_other_bytes_than_the_waybill_says_name_both_and_the_version_to_delete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = hashlib.sha256(b"other").hexdigest()
    with copier(monkeypatch, S3(copies=[copied(other)])) as one, pytest.raises(ArtifactError) as caught:
        one.copy()
    assert caught.value.exit_code is ExitCode.ARTIFACT
    assert all(text in caught.value.what for text in (other, DIGESTS.sha256, SOURCE.bucket, "acme-staging"))
    assert "without a waybill" in caught.value.advice
    assert "delete version new" in caught.value.advice
    assert one.s3.asked == ["copy"]
    assert one.sizes == []


def test_a_copy_without_a_proof_of_sameness_is_no_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    with copier(monkeypatch, S3(copies=[copied(None)])) as one, pytest.raises(ArtifactError, match="unknown"):
        one.copy()


def test_something_there_is_told_and_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with copier(monkeypatch, S3(copies=[s3_error(412, "PreconditionFailed")])) as one:
        assert one.copy() == Exists()
        assert one.s3.asked == ["copy"]


def test_where_s3_has_no_create_only_copy_the_parts_are_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = s3_error(501, "NotImplemented", "A header you provided implies functionality that is not implemented")
    with copier(monkeypatch, S3(copies=[refusal])) as one:
        assert one.copy() == Created("new")
        assert one.s3.asked == ["copy", "begin", "part", "complete"]
        assert "x-amz-copy-source-range" not in one.server.heard[2].headers, "one part is the whole"


WAYS = {"copy": (None, "copies"), "part": (PARTS, "parts"), "complete": (PARTS, "completions")}


def scripted(way: str, *answers: Answer | None) -> tuple[Limits | None, S3]:
    limits, name = WAYS[way]
    s3 = S3()
    getattr(s3, name).extend(answers)
    return limits, s3


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "trouble",
    [
        late_error("SlowDown", "Please reduce your request rate."),
        late_error("InternalError", "We encountered an internal error. Please try again."),
        Answer(200, '<?xml version="1.0" encoding="UTF-8"?>\n<CopyObj', XML),
        s3_error(503, "SlowDown"),
        None,
    ],
    ids=["SlowDown-in-200", "InternalError-in-200", "cut-short-in-200", "SlowDown", "no-answer"],
)
def test_trouble_is_tried_again_also_where_it_comes_after_200(
    monkeypatch: pytest.MonkeyPatch, way: str, trouble: Answer | None
) -> None:
    limits, s3 = scripted(way, trouble, trouble)
    with copier(monkeypatch, s3) as one:
        assert one.copy(limits) == Created("new")
    assert s3.asked.count(way) == {"copy": 3, "part": 5, "complete": 3}[way]
    assert "abort" not in s3.asked
    assert len(one.told.clock.sleeps) == 2


REFUSED = f"User: {SESSION} is not authorized to perform: "


@pytest.mark.parametrize("way", ["copy", "part"])
@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize(
    ("message", "action", "resource"),
    [
        ("Access Denied", "s3:GetObjectVersion", SOURCE_ARN),
        (
            f'{REFUSED}s3:GetObjectVersion on resource: "{SOURCE_ARN.replace(" ", "%20")}" because no resource-based '
            "policy allows the s3:GetObjectVersion action",
            "s3:GetObjectVersion",
            SOURCE_ARN.replace(" ", "%20"),
        ),
        (
            f"{REFUSED}kms:Decrypt on the resource associated with this ciphertext because the resource does not exist "
            "in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies "
            "access",
            "kms:Decrypt",
            "arn:aws:kms:eu-west-1:111111111111:key/*",
        ),
        (
            f"{REFUSED}kms:GenerateDataKey on resource: {KEY} because no identity-based policy allows it",
            "kms:GenerateDataKey",
            KEY,
        ),
        (
            f"{REFUSED}s3:PutObject on resource: arn:aws:s3:::acme-staging/SugarWater@1.2.3 because no identity-based "
            "policy allows the s3:PutObject action",
            "s3:PutObject",
            "arn:aws:s3:::acme-staging/SugarWater@1.2.3",
        ),
    ],
    ids=["bare", "source", "source's key", "target's key", "target"],
)
def test_a_refusal_names_its_side_as_far_as_s3_tells_and_is_final(
    monkeypatch: pytest.MonkeyPatch, way: str, late: bool, message: str, action: str, resource: str
) -> None:
    said = message.replace('"', "&quot;")
    answer = late_error("AccessDenied", said) if late else s3_error(403, "AccessDenied", message)
    limits, s3 = scripted(way, answer, answer)
    with copier(monkeypatch, s3) as one, pytest.raises(AccessDenied) as caught:
        one.copy(limits)
    assert (caught.value.action, caught.value.resource) == (action, resource)
    assert caught.value.caller == SESSION
    assert s3.asked[-1] == {"copy": "copy", "part": "abort"}[way]
    assert not one.told.clock.sleeps


def test_a_bare_refusal_tells_what_both_sides_need(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        copier(monkeypatch, S3(copies=[s3_error(403, "AccessDenied", "Access Denied")])) as one,
        pytest.raises(AccessDenied) as caught,
    ):
        one.copy()
    assert "does not say on which side" in caught.value.what
    for needed in (
        "s3:GetObjectVersion",
        SOURCE_ARN,
        "kms:Decrypt",
        "bucket policy",
        "s3:PutObject",
        "GenerateDataKey",
    ):
        assert needed in caught.value.advice


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AccessDenied", AccessDenied),
        ("ExpiredToken", IdentityError),
        ("KMS.DisabledException", IdentityError),
        ("BadDigest", ArtifactError),
        ("InvalidPart", ArtifactError),
    ],
)
def test_a_completion_that_is_refused_after_200_is_final_and_aborted(
    monkeypatch: pytest.MonkeyPatch, code: str, kind: type[WaybillError]
) -> None:
    s3 = S3(completions=[late_error(code)])
    with copier(monkeypatch, s3) as one, pytest.raises(kind):
        one.copy(PARTS)
    assert s3.asked.count("complete") == 1
    assert s3.asked[-1] == "abort"


@pytest.mark.parametrize("code", ["BadDigest", "InvalidRequest"])
def test_parts_that_make_other_bytes_name_the_source(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    s3 = S3(completions=[s3_error(400, code)])
    with copier(monkeypatch, s3) as one, pytest.raises(ArtifactError) as caught:
        one.copy(PARTS)
    assert f"s3://{SOURCE.bucket}/{SOURCE.key}" in caught.value.what
    assert DIGESTS.crc64nvme in caught.value.what
    assert "Nothing was stored" in caught.value.advice
    assert s3.asked[-1] == "abort"


@pytest.mark.parametrize("code", ["PreconditionFailed", "ConditionalRequestConflict"])
def test_parts_that_came_second_are_aborted(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    s3 = S3(completions=[s3_error(412 if code == "PreconditionFailed" else 409, code)])
    with copier(monkeypatch, s3) as one:
        assert one.copy(PARTS) == Exists()
    assert s3.asked[-1] == "abort"


@pytest.mark.parametrize("way", ["copy", "part"])
@pytest.mark.parametrize("code", ["NoSuchKey", "NoSuchVersion"])
def test_a_source_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch, way: str, code: str) -> None:
    limits, s3 = scripted(way, *[s3_error(404, code)] * 2)
    with copier(monkeypatch, s3) as one, pytest.raises(ArtifactError) as caught:
        one.copy(limits)
    assert f"s3://{SOURCE.bucket}/{SOURCE.key} in eu-west-1 is not there" in caught.value.what
    assert s3.asked[-1] == {"copy": "copy", "part": "abort"}[way]


def test_p6_a_part_that_fails_for_good_ends_all_and_aborts(monkeypatch: pytest.MonkeyPatch) -> None:
    s3 = S3(parts=[None] * 100)
    with copier(monkeypatch, s3) as one, pytest.raises(Unavailable):
        one.copy(Limits(whole=MIB, part=5 * MIB, at_once=1))
    assert s3.asked == ["begin", *["part"] * 8, "abort"]


def test_p6_an_abort_that_fails_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    s3 = S3(completions=[s3_error(400, "BadDigest")], aborts=[s3_error(403, "AccessDenied")])
    with copier(monkeypatch, s3) as one, pytest.raises(ArtifactError):
        one.copy(PARTS)
    assert s3.asked[-1] == "abort"


def test_p6_cancelled_between_two_parts_no_other_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[None] = []

    def check() -> None:
        asked.append(None)
        if len(asked) == 3:
            raise Cancelled("Stop.")

    with copier(monkeypatch) as one, pytest.raises(Cancelled):
        one.copy(Limits(whole=MIB, part=5 * MIB, at_once=1), check)
    assert one.s3.asked == ["begin", "part", "abort"]


def test_the_guard_of_other_regions_lets_a_source_of_another_region_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks at where requests are sent; a source's region is nobody's endpoint."""
    elsewhere = Answer(200, copied().body, {**copied().headers, "x-amz-bucket-region": "eu-west-1"})
    with copier(monkeypatch, S3(copies=[elsewhere])) as one:
        assert one.copy() == Created("new")
