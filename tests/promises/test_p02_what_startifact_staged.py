"""P2 for what has no waybill: what Startifact staged, and what a run of ours left when it was cut off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fakes.aws import PRODUCTION, REGIONS, bucket_name
from fakes.state import Item
from promises.stand import KEY, LARGE, METADATA, SMALL, Stand, broken_channels, digests_of, small_parts
from waybill.domain.result import Outcome
from waybill.errors import ExitCode

bodies = pytest.mark.parametrize("body", [SMALL, LARGE], ids=["one part", "several parts"])
checksums = pytest.mark.parametrize("checksum", ["none", "crc64nvme"])


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


def plant(stand: Stand, region: str, body: bytes, checksum: str) -> None:
    """Store an object as a tool does that sends no SHA-256."""
    crc = digests_of(body).crc64nvme if checksum == "crc64nvme" else None
    item = Item(body=body, media_type="binary/octet-stream", version_id="s", crc64nvme=crc)
    stand.world.buckets[bucket_name(PRODUCTION, region)].store(KEY, item)


def streams(stand: Stand) -> list[str]:
    return sorted(call.region for call in stand.world.calls.log() if call.call == "stream")


@bodies
@checksums
def test_the_same_bytes_are_read_once_and_gain_a_waybill(body: bytes, checksum: str, stand: Stand) -> None:
    """What has no checksum at all is read by every run: nothing else tells whether somebody replaced it."""
    for region in REGIONS:
        plant(stand, region, body, checksum)
    result = stand.stage(body)
    assert (result.outcome, result.changed, result.exit_code) == (Outcome.ALREADY, True, ExitCode.OK)
    assert streams(stand) == sorted(REGIONS)
    assert all(map(stand.holds, REGIONS))
    assert stand.channels() == ["1.2.3"] * 3
    stand.world.calls.forget()
    again = stand.stage(body)
    assert (again.outcome, again.changed) == (Outcome.ALREADY, False)
    assert streams(stand) == (sorted(REGIONS) if checksum == "none" else [])


@bodies
@checksums
def test_other_bytes_are_a_conflict(body: bytes, checksum: str, stand: Stand) -> None:
    plant(stand, "us-west-2", bytes([body[0] ^ 1]) + body[1:], checksum)
    result = stand.stage(body)
    assert (result.outcome, result.exit_code) == (Outcome.CONFLICT, ExitCode.CONFLICT)
    assert not stand.world.writes()


def test_bytes_of_another_size_are_a_conflict_that_needs_no_reading(stand: Stand) -> None:
    plant(stand, "us-west-2", LARGE + b"x", "none")
    assert stand.stage(LARGE).outcome is Outcome.CONFLICT
    assert not streams(stand)


@bodies
def test_its_metadata_is_ours_or_a_conflict(body: bytes, stand: Stand) -> None:
    for region in REGIONS:
        plant(stand, region, body, "none")
        stand.world.plant(bucket_name(PRODUCTION, region), f"{KEY}/metadata", b'{"lang":   "dotnet"}')
    assert stand.stage(body).outcome is Outcome.CONFLICT
    assert stand.stage(body, metadata={"lang": "cobol"}).outcome is Outcome.CONFLICT
    assert not stand.world.writes()
    result = stand.stage(body, metadata=METADATA)
    assert (result.outcome, result.changed) == (Outcome.ALREADY, True)
    assert not broken_channels(stand.world)
    assert stand.world.body(bucket_name(PRODUCTION, "us-east-1"), f"{KEY}/metadata") == b'{"lang":   "dotnet"}'


@bodies
def test_what_a_run_left_that_was_cut_off_is_read_where_only_its_bytes_tell(body: bytes, stand: Stand) -> None:
    """One part carries its SHA-256 and is not read; several parts have a CRC64NVME only, and are read once."""
    stand.world.fail(call="put", key="waybill", times=None)
    stand.stage(body)
    stand.world.calls.forget()
    fresh = Stand(stand.folder)
    fresh.world.buckets = stand.world.buckets
    result = fresh.stage(body)
    assert (result.outcome, result.changed) == (Outcome.ALREADY, True)
    assert streams(fresh) == ([] if body == SMALL else sorted(REGIONS))
    assert all(map(fresh.holds, REGIONS))


def test_a_full_read_that_fails_is_one_regions_failure(stand: Stand) -> None:
    for region in REGIONS:
        plant(stand, region, LARGE, "none")
    stand.world.fail(call="stream", region="us-west-2", when="during", times=None)
    result = stand.stage(LARGE)
    assert result.exit_code == ExitCode.PARTIAL
    assert result.regions[1].outcome is Outcome.FAILED
    assert [stand.holds(region) for region in REGIONS] == [True, False, True]
    assert stand.channels() == [None] * 3
