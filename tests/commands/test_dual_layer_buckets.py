"""A bucket whose default is dual-layer encryption never gets single-layer objects unasked."""

from __future__ import annotations

from pathlib import Path

from fakes.aws import PRODUCTION, FakeAws, bucket_name
from promises.stand import Stand
from waybill.errors import InputError
from waybill.ports import DefaultEncryption, Encryption


def dual(folder: Path) -> Stand:
    world = FakeAws.prepared(min_part_bytes=1)
    bucket = world.buckets[bucket_name(PRODUCTION, "us-west-2")]
    bucket.default = DefaultEncryption(Encryption.KMS_TWICE, bucket.default.key)
    return Stand(folder, world=world)


def test_it_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    stand = dual(tmp_path)
    ended = stand.end()
    assert isinstance(ended, InputError)
    assert [fault.name for fault in ended.faults] == ["kms-key"]
    assert bucket_name(PRODUCTION, "us-west-2") in str(ended)
    assert not stand.world.writes()
