from __future__ import annotations

import hashlib
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from awscrt.checksums import crc64nvme

from fakes.aws import DEVELOPMENT, PRODUCTION, FakeAws, bucket_name
from fakes.calls import Call
from fakes.clock import FakeClock
from fakes.reporter import RecordingReporter
from waybill.domain.digests import Digests, crc_text
from waybill.errors import AccessDenied, ArtifactError, InputError, Unavailable, WaybillError
from waybill.ports.account import Account, Gateway
from waybill.ports.bucket import Bucket, Created, DefaultEncryption, Encryption, Exists, NewObject
from waybill.ports.clock import Clock
from waybill.progress import Reporter, Started, Warned

REGION = "us-east-1"
NAME = bucket_name(PRODUCTION, REGION)


def new(key: str = "p@1.0.0") -> NewObject:
    return NewObject(key=key, media_type="application/zip", kms_key=None)


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def digests(body: bytes) -> Digests:
    return Digests(sha(body), crc_text(crc64nvme(body)), len(body))


@dataclass(frozen=True, slots=True)
class Bytes:
    number: int
    body: bytes
    crc64nvme: str | None = None

    @property
    def size(self) -> int:
        return len(self.body)

    def chunks(self) -> Generator[memoryview, None, None]:
        yield memoryview(self.body)


def bucket_of(world: FakeAws) -> Bucket:
    return world.account().bucket(REGION, NAME, owner=PRODUCTION)


def test_it_has_the_shape_of_the_ports() -> None:
    world = FakeAws.prepared()
    account: Account = world.account()
    gateway: Gateway = world.gateway()
    clock: Clock = FakeClock()
    reporter: Reporter = RecordingReporter()

    entered = gateway.enter("{}")

    assert entered.caller() == account.caller()
    assert clock.now() == "2026-01-31T12:00:00Z"
    reporter.tell(Started("x"))


def test_a_fault_strikes_only_what_it_names_and_so_often() -> None:
    world = FakeAws.prepared()
    bucket = bucket_of(world)
    world.fail(call="put", region=REGION, key="waybill", times=2, skip=1)
    assert bucket.put(new("a/waybill.json"), b"a", sha256=sha(b"a"))
    for _ in range(2):
        with pytest.raises(Unavailable):
            bucket.put(new("b/waybill.json"), b"b", sha256=sha(b"b"))
    assert isinstance(bucket.put(new("b/waybill.json"), b"b", sha256=sha(b"b")), Created)
    assert isinstance(bucket.put(new("b"), b"b", sha256=sha(b"b")), Created)


def test_a_lost_answer_leaves_what_the_call_did() -> None:
    world = FakeAws.prepared()
    bucket = bucket_of(world)
    world.fail(call="put", when="after")
    with pytest.raises(Unavailable):
        bucket.put(new(), b"a", sha256=sha(b"a"))
    assert bucket.put(new(), b"a", sha256=sha(b"a")) == Exists()


def test_a_hook_may_use_the_world_between_two_calls() -> None:
    world = FakeAws.prepared()
    bucket = bucket_of(world)

    def rival(call: Call) -> None:
        bucket.put(new(), b"rival", sha256=sha(b"rival"))

    world.on("put", rival)
    assert bucket.put(new(), b"mine", sha256=sha(b"mine")) == Exists()
    assert world.body(NAME, "p@1.0.0") == b"rival"


def test_every_call_is_logged_with_what_it_named_and_how_it_ended() -> None:
    world = FakeAws.prepared()
    bucket = bucket_of(world)
    world.fail(call="head")
    with pytest.raises(Unavailable):
        bucket.head("a")
    bucket.head("a")
    world.account().region(REGION).parameters.get("/a")
    assert not world.writes()
    bucket.put(new(), b"", sha256=sha(b""))
    assert [(call.call, call.name, call.failed) for call in world.calls.log()] == [
        ("head", "a", "Unavailable"),
        ("head", "a", None),
        ("get-parameter", "/a", None),
        ("put", "p@1.0.0", None),
    ]
    assert [call.call for call in world.writes(REGION)] == ["put"]
    assert not world.writes("eu-west-1")


def test_a_misspelt_call_is_no_silent_fault() -> None:
    with pytest.raises(ValueError, match="no such call"):
        FakeAws().fail(call="putt")


def test_an_upload_counts_as_unfinished_until_it_is_ended_whatever_became_of_it() -> None:
    world = FakeAws.prepared(min_part_bytes=1)
    bucket = bucket_of(world)
    upload = bucket.begin(new())
    upload.send(Bytes(1, b"one"))
    bucket.put(new(), b"rival", sha256=sha(b"rival"))
    assert upload.complete(digests(b"one")) == Exists()
    assert world.unfinished(NAME) == world.unfinished() == 1
    upload.abort()
    upload.abort()
    assert world.unfinished() == 0


def test_parts_below_five_mebibytes_are_refused_but_for_the_last() -> None:
    upload = bucket_of(FakeAws.prepared()).begin(new())
    upload.send(Bytes(1, b"one"))
    upload.send(Bytes(2, b"two"))
    with pytest.raises(WaybillError, match="EntityTooSmall"):
        upload.complete(digests(b"onetwo"))


def test_a_part_that_is_not_what_it_was_announced_to_be_is_refused() -> None:
    upload = bucket_of(FakeAws.prepared()).begin(new())
    with pytest.raises(ArtifactError):
        upload.send(Bytes(1, b"one", crc_text(crc64nvme(b"two"))))


def test_one_of_many_racing_writers_wins() -> None:
    world = FakeAws.prepared()
    bodies = [bytes([number]) * 8 for number in range(16)]
    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda body: bucket_of(world).put(new(), body, sha256=sha(body)), bodies))
    assert sum(isinstance(result, Created) for result in results) == 1
    winner = next(body for body, result in zip(bodies, results, strict=True) if isinstance(result, Created))
    assert world.body(NAME, "p@1.0.0") == winner


def test_what_is_written_between_two_pages_shows_in_the_later_one() -> None:
    world = FakeAws.prepared(page=2)
    for key in ("a", "b", "d"):
        world.plant(NAME, key, b"")
    keys = iter(bucket_of(world).list(""))
    assert next(keys) == "a"
    world.plant(NAME, "c", b"")
    world.plant(NAME, "aa", b"")
    assert list(keys) == ["b", "c", "d"]


def test_a_bare_default_alias_is_resolved_in_the_requesters_account() -> None:
    world = FakeAws.prepared()
    world.add_bucket(
        REGION,
        "shared",
        owner=PRODUCTION,
        default=DefaultEncryption(Encryption.KMS, "alias/only-in-production"),
        shared_with=[DEVELOPMENT],
    )
    key = world.add_key(REGION, PRODUCTION, alias="only-in-production", shared=True)
    theirs = world.account(DEVELOPMENT).bucket(REGION, "shared", owner=PRODUCTION)
    with pytest.raises(InputError):
        theirs.put(new(), b"", sha256=sha(b""))
    named = NewObject(key="p@1.0.0", media_type="text/plain", kms_key=key)
    assert isinstance(theirs.put(named, b"", sha256=sha(b"")), Created)


def test_another_accounts_key_needs_its_owners_leave() -> None:
    world = FakeAws.prepared()
    key = world.add_key(REGION, DEVELOPMENT)
    with pytest.raises(AccessDenied, match="GenerateDataKey"):
        bucket_of(world).put(NewObject(key="k", media_type="a/b", kms_key=key), b"", sha256=sha(b""))


def test_a_missing_key_is_refused_where_listing_is() -> None:
    world = FakeAws.prepared()
    world.buckets[NAME].listing = False
    bucket = bucket_of(world)
    for ask in (lambda: bucket.head("a"), lambda: bucket.read("a", limit=1), lambda: list(bucket.list(""))):
        with pytest.raises(AccessDenied):
            ask()
    world.plant(NAME, "a", b"x")
    assert bucket.read("a", limit=1) == b"x"


def test_the_clock_moves_by_what_is_slept() -> None:
    clock = FakeClock()
    clock.sleep(1.5)
    clock.advance(58.5)
    assert (clock.now(), clock.monotonic(), clock.sleeps) == ("2026-01-31T12:01:00Z", 60.0, [1.5])


def test_the_reporter_gives_back_what_it_was_told_by_kind() -> None:
    reporter = RecordingReporter()
    reporter.tell(Started("a"))
    reporter.tell(Warned("b"))
    assert reporter.of(Warned) == [Warned("b")]
    assert reporter.events == [Started("a"), Warned("b")]
