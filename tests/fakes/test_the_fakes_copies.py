from __future__ import annotations

import hashlib
from contextlib import nullcontext
from dataclasses import replace

import pytest
from awscrt.checksums import crc64nvme

from fakes.aws import DEVELOPMENT, PRODUCTION, FakeAws, bucket_name
from fakes.clock import FakeClock
from fakes.state import CopyLimits
from waybill.domain.digests import Digests, crc_text
from waybill.errors import AccessDenied, Cancelled, Unavailable
from waybill.ports.bucket import Bucket, Created, Exists, NewObject
from waybill.ports.copying import Copying, CopySource

REGION = "us-east-1"
NAME = bucket_name(PRODUCTION, REGION)
THEIRS = bucket_name(DEVELOPMENT, "eu-west-1")
BODY = b"twelve bytes"
NEW = NewObject(key="p@1.0.0", media_type="application/zip", kms_key=None)
DIGESTS = Digests(hashlib.sha256(BODY).hexdigest(), crc_text(crc64nvme(BODY)), len(BODY))
SOURCE = CopySource(
    bucket=THEIRS, owner=DEVELOPMENT, region="eu-west-1", key="p@1.0.0", version_id=None, size=len(BODY)
)
QUIET = Copying(told=lambda size: None, check=lambda: None, guard=lambda undo: nullcontext())


def shared() -> FakeAws:
    world = FakeAws.prepared(min_part_bytes=1)
    world.share(DEVELOPMENT, with_account=PRODUCTION)
    world.plant(THEIRS, "p@1.0.0", BODY)
    return world


def bucket_of(world: FakeAws) -> Bucket:
    return world.account().bucket(REGION, NAME, owner=PRODUCTION)


def copy(world: FakeAws, copying: Copying = QUIET) -> Created | Exists:
    return bucket_of(world).copy(NEW, SOURCE, DIGESTS, copying)


def test_what_is_not_shared_is_not_copied() -> None:
    world = FakeAws.prepared()
    world.plant(THEIRS, "p@1.0.0", BODY)
    with pytest.raises(AccessDenied, match="s3:GetObject"):
        copy(world)
    assert world.contents(NAME) == {}


def test_a_shared_bucket_whose_key_is_closed_is_refused_by_that_key() -> None:
    world = shared()
    key = world.add_key("eu-west-1", DEVELOPMENT)
    world.plant(THEIRS, "p@1.0.0", BODY, kms_key=key.text)
    with pytest.raises(AccessDenied, match=r"kms:Decrypt"):
        copy(world)
    world.share(DEVELOPMENT, with_account=PRODUCTION)
    assert isinstance(copy(world), Created)


def test_every_step_of_a_copy_in_parts_is_logged_and_may_fail() -> None:
    world = shared()
    world.copy_limits = CopyLimits(whole=1, part=5)
    assert isinstance(copy(world), Created)
    assert [call.call for call in world.writes()] == ["begin", "copy-part", "copy-part", "copy-part", "complete"]
    world.delete(NAME, "p@1.0.0")
    world.fail(call="copy-part", skip=1)
    with pytest.raises(Unavailable):
        copy(world)
    assert world.unfinished() == 0
    assert world.contents(NAME) == {}


def test_a_lost_answer_of_a_copy_leaves_the_copy() -> None:
    world = shared()
    world.fail(call="copy", when="after")
    with pytest.raises(Unavailable):
        copy(world)
    assert copy(world) == Exists()
    assert world.body(NAME, "p@1.0.0") == BODY


def test_a_copy_stops_where_it_is_told_to() -> None:
    world = shared()

    def stop() -> None:
        raise Cancelled("Stop.")

    with pytest.raises(Cancelled):
        copy(world, replace(QUIET, check=stop))
    assert not world.writes()


def test_what_is_listed_has_the_worlds_time() -> None:
    world, clock = shared(), FakeClock()
    world.now = clock.now
    clock.advance(60)
    copy(world)
    assert [entry.modified for entry in bucket_of(world).entries("p@")] == ["2026-01-31T12:01:00Z"]
    bucket_of(world).begin(NEW)
    assert [upload.begun for upload in bucket_of(world).unfinished("p@")] == ["2026-01-31T12:01:00Z"]
