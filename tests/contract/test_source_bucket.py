"""What the port of a pipeline's source bucket promises, of the fake and of the adapter in the sandbox."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import pytest
from awscrt.checksums import crc64nvme

from contract.pipeline_places import INPUT, REGION, STAGED, PipelinePlace, source
from fakes.aws import DEVELOPMENT, PRODUCTION, bucket_name
from waybill.domain.digests import MIB, Digests, crc_text
from waybill.errors import AccessDenied, ArtifactError, Cancelled, InputError
from waybill.ports.copying import CopySource
from waybill.ports.pipeline import NewSource

BIG = bytes(range(256)) * (MIB // 256) * 17 + b"the last part"


@pytest.fixture
def place(pipeline_place: PipelinePlace) -> PipelinePlace:
    return pipeline_place


def new_key() -> str:
    return f"contract-{uuid4().hex[:12]}.zip"


def digests(body: bytes) -> Digests:
    return Digests(hashlib.sha256(body).hexdigest(), crc_text(crc64nvme(body)), len(body))


def new(key: str, body: bytes, summary: str = "site 1.0.0 0123456789ab") -> NewSource:
    return NewSource(key=key, media_type="application/zip", summary=summary, digests=digests(body))


def staged(place: PipelinePlace, body: bytes) -> CopySource:
    key = f"contract-{uuid4().hex[:12]}@1.0.0"
    version = place.plant(key, body, STAGED)
    return CopySource(bucket=STAGED, owner=DEVELOPMENT, region=REGION, key=key, version_id=version, size=len(body))


def chunks(body: bytes, size: int = MIB) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


@pytest.mark.parametrize(("status", "on"), [("Enabled", True), ("Suspended", False), ("", False)])
def test_a_bucket_is_versioned_only_where_versioning_is_on(place: PipelinePlace, status: str, on: bool) -> None:
    name = place.bucket(versioning=status)
    assert place.account.source_bucket(REGION, name, owner=DEVELOPMENT).versioned() is on
    assert source(place).versioned()


def test_every_version_can_be_looked_at_and_what_is_not_there_is_none(place: PipelinePlace) -> None:
    bucket, key = source(place), new_key()
    assert bucket.head(key) is None
    old, later = place.plant(key, b"old"), place.plant(key, b"newer")
    for version, size in ((None, 5), (later, 5), (old, 3)):
        found = bucket.head(key, version)
        assert found is not None
        assert (found.key, found.version_id, found.size, found.summary) == (key, version or later, size, "")
    assert bucket.head(key, "0" * 32) is None
    marker = place.delete(key)
    assert bucket.head(key) is None
    assert bucket.head(key, marker) is None
    assert bucket.head(key, old) is not None


def test_a_copy_overwrites_and_tells_what_it_is(place: PipelinePlace) -> None:
    bucket, key = source(place), new_key()
    old = place.plant(key, b"old")
    made = bucket.copy(new(key, b"hello"), staged(place, b"hello"))
    assert made.version_id not in {None, old}
    assert (made.key, made.size, made.sha256) == (key, 5, digests(b"hello").sha256)
    found = bucket.head(key)
    assert found is not None
    assert (found.version_id, found.size, found.sha256) == (made.version_id, 5, made.sha256)
    assert (found.summary, made.summary) == ("site 1.0.0 0123456789ab", "site 1.0.0 0123456789ab")
    assert place.versions(key) == 2
    assert bucket.head(key, old) is not None


def test_a_copy_of_other_bytes_than_the_waybill_says_is_an_artifact_error_that_names_what_to_delete(
    place: PipelinePlace,
) -> None:
    bucket, key = source(place), new_key()
    with pytest.raises(ArtifactError) as caught:
        bucket.copy(new(key, b"original"), staged(place, b"damaged!"))
    assert digests(b"original").sha256 in str(caught.value)
    found = bucket.head(key)
    assert found is not None
    assert found.version_id
    assert found.version_id in str(caught.value)


def test_a_copy_of_another_size_is_refused_before_anything_is_written(place: PipelinePlace) -> None:
    bucket, key = source(place), new_key()
    with pytest.raises(ArtifactError):
        bucket.copy(new(key, b"longer"), staged(place, b"short"))
    assert place.versions(key) == 0


def test_a_source_that_is_gone_is_an_artifact_error_that_names_it(place: PipelinePlace) -> None:
    bucket, key = source(place), new_key()
    gone = replace(staged(place, b"hello"), version_id="0" * 32)
    with pytest.raises(ArtifactError) as caught:
        bucket.copy(new(key, b"hello"), gone)
    assert gone.key in str(caught.value)
    assert place.versions(key) == 0


def test_a_source_of_another_owner_than_expected_is_refused(place: PipelinePlace) -> None:
    bucket, key = source(place), new_key()
    with pytest.raises(AccessDenied):
        bucket.copy(new(key, b"hello"), replace(staged(place, b"hello"), owner="333333333333"))
    assert place.versions(key) == 0


def test_a_source_that_is_closed_to_us_is_refused_by_its_name(place: PipelinePlace) -> None:
    bucket, key = source(place), new_key()
    theirs = replace(staged(place, b"hello"), bucket=bucket_name(PRODUCTION, REGION), owner=PRODUCTION)
    with pytest.raises(AccessDenied) as caught:
        bucket.copy(new(key, b"hello"), theirs)
    assert theirs.bucket in caught.value.resource
    assert caught.value.action == "s3:GetObjectVersion"
    assert place.versions(key) == 0


@pytest.mark.parametrize("body", [b"", b"small", BIG, BIG[: 16 * MIB]], ids=["nothing", "small", "big", "parts"])
def test_what_is_sent_overwrites_and_tells_what_it_is(place: PipelinePlace, body: bytes) -> None:
    bucket, key = source(place), new_key()
    old = place.plant(key, b"old")
    made = bucket.put(new(key, body), chunks(body, 3 * MIB + 1))
    found = bucket.head(key)
    assert found is not None
    assert made.version_id not in {None, old}
    assert (found.version_id, found.size, found.summary) == (made.version_id, len(body), made.summary)
    known = digests(body)
    assert (found.sha256, found.crc64nvme) != (None, None)
    assert found.sha256 in {None, known.sha256}
    assert found.crc64nvme in {None, known.crc64nvme}
    assert made.sha256 in {None, known.sha256}
    assert bucket.head(key, old) is not None
    assert place.unfinished() == 0


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("wrong", ["shorter", "longer", "other"])
def test_other_bytes_than_the_waybill_says_are_never_stored(place: PipelinePlace, big: bool, wrong: str) -> None:
    bucket, key, body = source(place), new_key(), BIG if big else b"right"
    sent = {"shorter": body[:-1], "longer": body + b"!", "other": body[:-1] + b"!"}[wrong]
    with pytest.raises(ArtifactError):
        bucket.put(new(key, body), chunks(sent))
    assert place.versions(key) == 0
    assert place.unfinished() == 0


@pytest.mark.parametrize("after", [0, 1, 12])
def test_p6_a_stream_that_breaks_leaves_nothing_behind(place: PipelinePlace, after: int) -> None:
    bucket, key = source(place), new_key()

    def broken() -> Iterator[bytes]:
        for number, chunk in enumerate(chunks(BIG)):
            if number == after:
                raise Cancelled("Stop.")
            yield chunk

    with pytest.raises(Cancelled):
        bucket.put(new(key, BIG), broken())
    assert place.versions(key) == 0
    assert place.unfinished() == 0


def test_p6_what_is_guarded_is_guarded_while_it_is_under_way_only(place: PipelinePlace) -> None:
    bucket, key = source(place), new_key()
    guarded: list[Callable[[], None]] = []

    @contextmanager
    def guard(undo: Callable[[], None]) -> Iterator[None]:
        guarded.append(undo)
        yield
        guarded.remove(undo)

    def watched() -> Iterator[bytes]:
        for chunk in chunks(BIG):
            assert len(guarded) == 1
            yield chunk

    bucket.put(new(key, BIG), watched(), guard=guard)
    assert guarded == []


def noted(body: bytes, read: list[bytes]) -> Iterator[bytes]:
    for chunk in chunks(body):
        read.append(chunk)
        yield chunk


def test_more_than_five_gibibytes_are_refused_before_anything_is_read(place: PipelinePlace) -> None:
    bucket, key = source(place), new_key()
    huge = NewSource(
        key=key, media_type="x/y", summary="", digests=Digests("0" * 64, "AAAAAAAAAAA=", 5 * 1024 * MIB + 1)
    )

    read: list[bytes] = []
    with pytest.raises(ArtifactError, match="CodePipeline"):
        bucket.put(huge, noted(b"much", read))
    with pytest.raises(ArtifactError, match="CodePipeline"):
        bucket.copy(huge, staged(place, b""))
    assert read == []
    assert place.versions(key) == 0


def test_p7_a_bucket_of_another_owner_is_refused(place: PipelinePlace) -> None:
    bucket, key = place.account.source_bucket(REGION, INPUT, owner=PRODUCTION), new_key()
    for act in (
        bucket.versioned,
        lambda: bucket.head(key),
        lambda: bucket.put(new(key, b"x"), iter([b"x"])),
        lambda: bucket.copy(new(key, b"x"), staged(place, b"x")),
    ):
        with pytest.raises(AccessDenied):
            act()
    assert place.versions(key) == 0


def test_a_bucket_that_is_not_there_is_the_pipelines_fault(place: PipelinePlace) -> None:
    bucket = place.account.source_bucket(REGION, "waybill-no-such-bucket", owner=DEVELOPMENT)
    for act in (bucket.versioned, lambda: bucket.put(new("k", b"x"), iter([b"x"]))):
        with pytest.raises(InputError) as caught:
            act()
        assert [fault.name for fault in caught.value.faults] == ["pipeline"]
        assert "waybill-no-such-bucket" in str(caught.value)
