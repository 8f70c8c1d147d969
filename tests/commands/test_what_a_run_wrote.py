"""Copies and deletions count as writes of a run, also where it is not known what became of them."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from dataclasses import replace

import pytest
from awscrt.checksums import crc64nvme

from fakes.aws import DEVELOPMENT, PRODUCTION, FakeAws, bucket_name
from waybill.commands.release.watch import Effect, Watch, _Bucket
from waybill.domain.digests import Digests, crc_text
from waybill.errors import AccessDenied, ArtifactError, Unavailable
from waybill.ports.bucket import Exists, NewObject
from waybill.ports.copying import Copying, CopySource

REGION, KEY, BODY = "us-east-1", "p@1.0.0", b"hello"
NAME = bucket_name(PRODUCTION, REGION)
THEIRS = bucket_name(DEVELOPMENT, REGION)
DIGESTS = Digests(hashlib.sha256(BODY).hexdigest(), crc_text(crc64nvme(BODY)), len(BODY))
SOURCE = CopySource(bucket=THEIRS, owner=DEVELOPMENT, region=REGION, key=KEY, version_id=None, size=len(BODY))
NEW = NewObject(key=KEY, media_type="application/zip", kms_key=None)
QUIET = Copying(told=lambda size: None, check=lambda: None, guard=lambda undo: nullcontext())


@pytest.fixture
def world() -> FakeAws:
    found = FakeAws.prepared()
    found.share(DEVELOPMENT, with_account=PRODUCTION)
    found.plant(THEIRS, KEY, BODY)
    return found


def watched(world: FakeAws) -> tuple[Watch, _Bucket]:
    watch = Watch()
    return watch, _Bucket(world.account().bucket(REGION, NAME, owner=PRODUCTION), watch, REGION)


def test_a_copy_that_was_made_is_a_write(world: FakeAws) -> None:
    watch, bucket = watched(world)
    bucket.copy(NEW, SOURCE, DIGESTS, QUIET)
    assert watch.effect(REGION, KEY) is Effect.SURE


def test_a_copy_that_found_something_there_is_none(world: FakeAws) -> None:
    watch, bucket = watched(world)
    world.plant(NAME, KEY, b"mine")
    assert bucket.copy(NEW, SOURCE, DIGESTS, QUIET) == Exists()
    assert not watch.changed


def test_a_copy_whose_answer_was_lost_may_be_one(world: FakeAws) -> None:
    watch, bucket = watched(world)
    world.fail(call="copy", when="after")
    with pytest.raises(Unavailable):
        bucket.copy(NEW, SOURCE, DIGESTS, QUIET)
    assert watch.effect(REGION, KEY) is Effect.UNSURE


def test_a_copy_of_other_bytes_may_stand_there(world: FakeAws) -> None:
    watch, bucket = watched(world)
    with pytest.raises(ArtifactError):
        bucket.copy(NEW, SOURCE, replace(DIGESTS, sha256="0" * 64), QUIET)
    assert world.body(NAME, KEY) == BODY
    assert watch.changed


def test_a_refused_copy_is_none(world: FakeAws) -> None:
    watch, bucket = watched(world)
    world.deny("copy")
    with pytest.raises(AccessDenied):
        bucket.copy(NEW, SOURCE, DIGESTS, QUIET)
    assert not watch.changed


def test_a_deletion_is_a_write(world: FakeAws) -> None:
    watch, bucket = watched(world)
    world.plant(NAME, KEY, BODY)
    bucket.delete(KEY)
    assert watch.effect(REGION, KEY) is Effect.SURE
    assert world.body(NAME, KEY) is None


def test_looking_around_writes_nothing(world: FakeAws) -> None:
    watch, bucket = watched(world)
    assert (list(bucket.entries("")), list(bucket.unfinished(""))) == ([], [])
    assert not watch.changed
