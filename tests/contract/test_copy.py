from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from awscrt.checksums import crc64nvme

from contract.hands import Hands
from contract.places import ELSEWHERE, REGION, Place
from fakes.aws import DEVELOPMENT, PRODUCTION, bucket_name
from waybill.aws.ranges import LIMITS
from waybill.domain.digests import MIB, Digests, crc_text
from waybill.errors import AccessDenied, ArtifactError, Cancelled, InputError, WaybillError
from waybill.ports.bucket import Bucket, Created, Exists
from waybill.ports.copying import Copying, CopySource

BIG = bytes(range(256)) * (5 * MIB // 256) + b"the rest"


def digests(body: bytes) -> Digests:
    return Digests(hashlib.sha256(body).hexdigest(), crc_text(crc64nvme(body)), len(body))


@dataclass(slots=True)
class Watching:
    """What a copy tells while it goes on."""

    told: list[int] = field(default_factory=list)
    guarded: list[Callable[[], None]] = field(default_factory=list)
    still_guarded: int = 0
    check: Callable[[], None] = lambda: None

    def copying(self) -> Copying:
        return Copying(told=self.told.append, check=self.check, guard=self.guard)

    @contextmanager
    def _guarding(self, undo: Callable[[], None]) -> Any:
        self.guarded.append(undo)
        self.still_guarded += 1
        try:
            yield
        finally:
            self.still_guarded -= 1

    def guard(self, undo: Callable[[], None]) -> AbstractContextManager[None]:
        found: AbstractContextManager[None] = self._guarding(undo)
        return found


def quiet() -> Copying:
    return Copying(told=lambda size: None, check=lambda: None, guard=lambda undo: nullcontext())


def planted(place: Place, hands: Hands, body: bytes, *, owner: str = PRODUCTION, region: str = ELSEWHERE) -> CopySource:
    """Put an object into a bucket as another tool would, and return it as a copy's source."""
    key = place.new_key()
    hands.plant(key, body)
    return CopySource(
        bucket=hands.name, owner=owner, region=region, key=key, version_id=hands.version_id(key), size=len(body)
    )


def own(place: Place, body: bytes) -> CopySource:
    return planted(place, place.elsewhere, body)


def copy(place: Place, source: CopySource, body: bytes, bucket: Bucket | None = None) -> Created | Exists:
    return (bucket or place.bucket).copy(place.new(source.key), source, digests(body), quiet())


def in_parts(place: Place) -> Bucket:
    """Return the bucket, with everything above a mebibyte copied in parts of five."""
    bucket: Any = place.bucket
    bucket.limits = replace(bucket.limits or LIMITS, whole=MIB, part=5 * MIB)
    found: Bucket = bucket
    return found


@pytest.mark.lax("copy-checksum")
@pytest.mark.parametrize("body", [b"hello", b""])
def test_a_copy_is_the_same_bytes_under_the_targets_key_with_a_sha256_of_its_own(place: Place, body: bytes) -> None:
    source, watching = own(place, body), Watching()
    created = place.bucket.copy(place.new(source.key), source, digests(body), watching.copying())
    assert isinstance(created, Created)
    found = place.bucket.head(source.key)
    assert found is not None
    assert (found.size, found.sha256, found.kms_key) == (len(body), digests(body).sha256, place.key.text)
    assert found.version_id == created.version_id
    assert place.hands.media_type(source.key) == "application/x-contract"
    assert place.bucket.read(source.key, limit=10) == body
    assert watching.told == [len(body)]


@pytest.mark.lax("copy-checksum")
@pytest.mark.parametrize("rest", ["+build.5", "-rc.1+b.001", "/metadata"])
def test_every_key_that_a_version_makes_is_copied_as_it_is(place: Place, rest: str) -> None:
    key = place.new_key(rest)
    place.elsewhere.plant(key, b"x")
    source = replace(own(place, b"x"), key=key, version_id=None)
    assert isinstance(copy(place, source, b"x"), Created)
    assert place.bucket.read(key, limit=1) == b"x"


@pytest.mark.lax("copy-across-accounts")
def test_a_copy_crosses_accounts_where_both_sides_let_it(place: Place) -> None:
    source = planted(place, place.theirs, b"hello", owner=DEVELOPMENT)
    bucket = place.promoter.bucket(REGION, bucket_name(PRODUCTION, REGION), owner=PRODUCTION)
    assert isinstance(copy(place, source, b"hello", bucket), Created)
    assert place.bucket.read(source.key, limit=10) == b"hello"


@pytest.mark.lax("copy-checksum")
def test_a_copy_is_of_the_version_that_is_named(place: Place) -> None:
    source = own(place, b"first")
    place.elsewhere.plant(source.key, b"other")
    assert isinstance(copy(place, source, b"first"), Created)
    assert place.bucket.read(source.key, limit=10) == b"first"


@pytest.mark.lax("copy-create-only")
def test_p2_a_copy_never_replaces_anything(place: Place) -> None:
    source = own(place, b"theirs")
    place.hands.plant(source.key, b"mine!!")
    assert copy(place, source, b"theirs") == Exists()
    assert place.bucket.read(source.key, limit=10) == b"mine!!"
    place.hands.delete(source.key)
    assert isinstance(copy(place, source, b"theirs"), Created)


def test_p2_a_copy_of_other_bytes_than_its_waybill_says_is_an_artifact_error(place: Place) -> None:
    source = own(place, b"damaged!")
    with pytest.raises(ArtifactError) as caught:
        copy(place, source, b"original")
    assert digests(b"original").sha256 in str(caught.value)


@pytest.mark.parametrize("parts", [False, True])
def test_a_source_of_another_size_is_refused_before_anything_is_written(place: Place, parts: bool) -> None:
    body = BIG if parts else b"hello"
    source = own(place, body[:-1])
    with pytest.raises(ArtifactError):
        copy(place, source, body, in_parts(place))
    assert place.bucket.head(source.key) is None
    assert place.hands.unfinished(source.key) == 0


@pytest.mark.parametrize("version", [True, False])
def test_a_source_that_is_not_there_is_an_artifact_error_that_names_it(place: Place, version: bool) -> None:
    source = own(place, b"hello")
    source = replace(source, version_id="0" * 32) if version else replace(source, key=place.new_key(), version_id=None)
    with pytest.raises(ArtifactError) as caught:
        copy(place, source, b"hello")
    assert source.bucket in str(caught.value)
    assert place.bucket.head(source.key) is None


@pytest.mark.lax("expected-owner")
@pytest.mark.parametrize("parts", [False, True])
def test_p7_a_source_of_another_owner_than_expected_is_refused(place: Place, parts: bool) -> None:
    source = replace(own(place, BIG), owner="333333333333")
    with pytest.raises(AccessDenied):
        copy(place, source, BIG, in_parts(place) if parts else None)
    assert place.bucket.head(source.key) is None
    assert place.hands.unfinished(source.key) == 0


@pytest.mark.parametrize("parts", [False, True])
def test_p8_a_source_that_is_closed_to_us_is_refused_by_its_name(place: Place, parts: bool) -> None:
    source = planted(place, place.closed, BIG, owner=DEVELOPMENT, region=REGION)
    with pytest.raises(AccessDenied) as caught:
        copy(place, source, BIG, in_parts(place) if parts else None)
    assert caught.value.action in {"s3:GetObject", "s3:GetObjectVersion"}
    assert caught.value.resource == f"arn:aws:s3:::{source.bucket}/{source.key}"
    assert place.bucket.head(source.key) is None
    assert place.hands.unfinished(source.key) == 0


@pytest.mark.parametrize("which", [pytest.param("source", marks=pytest.mark.lax("bucket-name")), "target"])
def test_a_bucket_that_does_not_exist_is_bad_input(place: Place, which: str) -> None:
    source = own(place, b"hello")
    bucket = place.bucket
    if which == "source":
        source = replace(source, bucket="waybill-no-such-bucket")
    else:
        bucket = place.account.bucket(REGION, "waybill-no-such-bucket", owner=PRODUCTION)
    with pytest.raises(InputError) as caught:
        copy(place, source, b"hello", bucket)
    assert [fault.name for fault in caught.value.faults] == ["bucket-parameter"]
    assert "waybill-no-such-bucket" in caught.value.faults[0].value


@pytest.mark.lax("full-object-crc")
def test_above_the_limit_parts_are_copied_with_the_checksum_of_the_whole(place: Place) -> None:
    source, watching = own(place, BIG), Watching()
    created = in_parts(place).copy(place.new(source.key), source, digests(BIG), watching.copying())
    assert isinstance(created, Created)
    found = place.bucket.head(source.key)
    assert found is not None
    assert (found.size, found.sha256, found.crc64nvme) == (len(BIG), None, digests(BIG).crc64nvme)
    assert (found.version_id, found.kms_key) == (created.version_id, place.key.text)
    assert place.hands.media_type(source.key) == "application/x-contract"
    assert b"".join(place.bucket.stream(source.key)) == BIG
    assert watching.told[-1] == len(BIG)
    assert watching.told == sorted(watching.told)
    assert (len(watching.guarded), watching.still_guarded) == (1, 0)
    assert place.hands.unfinished(source.key) == 0


def test_p2_parts_never_replace_anything(place: Place) -> None:
    source = own(place, BIG)
    place.hands.plant(source.key, b"mine")
    assert copy(place, source, BIG, in_parts(place)) == Exists()
    assert place.bucket.read(source.key, limit=10) == b"mine"
    assert place.hands.unfinished(source.key) == 0


def test_p2_parts_of_other_bytes_than_the_waybill_says_make_nothing(place: Place) -> None:
    source = own(place, BIG)
    other = BIG[:-1] + b"!"
    with pytest.raises(WaybillError) as caught:
        copy(place, source, other, in_parts(place))
    assert place.engine == "ministack" or isinstance(caught.value, ArtifactError)
    assert place.bucket.head(source.key) is None
    assert place.hands.unfinished(source.key) == 0


@pytest.mark.parametrize("parts", [False, True])
def test_p6_a_cancelled_copy_leaves_nothing_behind(place: Place, parts: bool) -> None:
    source, watching = own(place, BIG), Watching()
    asked: list[None] = []

    def check() -> None:
        asked.append(None)
        if len(asked) > parts:
            raise Cancelled("Stop.")

    watching.check = check
    with pytest.raises(Cancelled):
        in_parts(place).copy(place.new(source.key), source, digests(BIG), watching.copying())
    assert place.bucket.head(source.key) is None
    assert place.hands.unfinished(source.key) == 0
    assert (len(watching.guarded), watching.still_guarded) == (parts, 0)


def test_p6_what_is_guarded_aborts_the_copy(place: Place) -> None:
    source, watching = own(place, BIG), Watching()
    asked: list[None] = []

    def check() -> None:
        asked.append(None)
        if len(asked) == 2:
            assert place.hands.unfinished(source.key) == 1
            watching.guarded[0]()
            assert place.hands.unfinished(source.key) == 0

    watching.check = check
    with pytest.raises(WaybillError):
        in_parts(place).copy(place.new(source.key), source, digests(BIG), watching.copying())
    assert place.bucket.head(source.key) is None
