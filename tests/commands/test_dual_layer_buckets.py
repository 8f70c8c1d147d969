"""A bucket whose default is dual-layer encryption never gets single-layer objects unasked."""

from __future__ import annotations

from pathlib import Path

from fakes.aws import PRODUCTION, FakeAws, bucket_name
from promises.stand import Stand
from waybill.errors import ExitCode
from waybill.ports.bucket import DefaultEncryption, Encryption


def dual(folder: Path) -> Stand:
    world = FakeAws.prepared(min_part_bytes=1)
    bucket = world.buckets[bucket_name(PRODUCTION, "us-west-2")]
    bucket.default = DefaultEncryption(Encryption.KMS_TWICE, bucket.default.key)
    return Stand(folder, world=world)


def test_it_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    stand = dual(tmp_path)
    result = stand.stage()
    assert result.exit_code == ExitCode.INPUT
    assert "kms-key" in str(result.error)
    assert bucket_name(PRODUCTION, "us-west-2") in str(result.error)
    assert not stand.world.writes()
