"""P1 where somebody else writes to the buckets and parameters, before or during the run."""

from __future__ import annotations

import pytest

from fakes.aws import PRODUCTION, REGIONS, bucket_name
from fakes.calls import Call
from promises.stand import (
    CHANNEL,
    KEY,
    LARGE,
    METADATA,
    SMALL,
    Stand,
    broken_channels,
    plant_whole,
    plant_withdrawal,
    small_parts,
    waybill_of,
)
from waybill.domain.channel import UpdateChannel
from waybill.domain.require import Require
from waybill.domain.result import ChannelOutcome, Outcome, Result
from waybill.errors import ExitCode

EAST = bucket_name(PRODUCTION, "us-east-1")
bodies = pytest.mark.parametrize("body", [SMALL, LARGE], ids=["one part", "several parts"])


@bodies
def test_what_is_replaced_before_it_is_verified_moves_no_channel(body: bytes, stand: Stand) -> None:
    for call in ("put", "complete"):
        hook = lambda _: stand.world.plant(EAST, KEY, b"other" + body)  # noqa: E731 - two of them
        stand.world.on(call, hook, region="us-east-1", key=f"{KEY}$", when="after")
    with small_parts():
        result = stand.stage(body)
    assert result.exit_code != ExitCode.OK
    assert stand.channels() == [None] * 3
    assert "us-east-1" in (result.error or "")


def test_what_is_encrypted_with_another_key_than_was_sent_moves_no_channel(stand: Stand) -> None:
    digest = "6" * 64

    def reencrypt(call: Call) -> None:
        stand.world.plant(EAST, KEY, SMALL, sha256=digest, kms_key="arn:aws:kms:us-east-1:222222222222:key/other")

    stand.world.on("put", reencrypt, region="us-east-1", key=f"{KEY}$", when="after")
    result = stand.stage()
    assert result.regions[0].outcome is Outcome.FAILED
    assert "key/other" in (result.regions[0].error or "")
    assert stand.channels() == [None] * 3


@pytest.mark.parametrize("stored", [b'{"lang": "cobol"}', b'{"lang": "dotnet", "more": "1"}', b"not JSON"])
def test_metadata_that_is_not_what_its_waybill_says_is_not_whole(stored: bytes, stand: Stand) -> None:
    stand.stage(metadata=METADATA, update_channel=UpdateChannel.NEVER)
    stand.world.plant(EAST, f"{KEY}/metadata", stored)
    result = stand.end(metadata=METADATA)
    assert isinstance(result, Result)
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, ExitCode.ARTIFACT)
    assert "metadata" in str(result.regions[0].error)
    assert not broken_channels(stand.world)


def test_metadata_beside_a_waybill_that_knows_of_none_is_not_whole(stand: Stand) -> None:
    stand.stage(update_channel=UpdateChannel.NEVER)
    stand.world.plant(EAST, f"{KEY}/metadata", b'{"lang": "cobol"}')
    stand.end(require=Require("2"))
    assert stand.channels() == [None, "1.2.3", "1.2.3"]
    assert not broken_channels(stand.world)


def test_resume_takes_nothing_from_a_region_whose_metadata_is_not_its_own(stand: Stand) -> None:
    plant_whole(stand.world, "us-east-1")
    stand.world.plant(EAST, f"{KEY}/metadata", b'{"lang": "cobol"}')
    plant_whole(stand.world, "us-west-2")
    result = stand.stage(None, require=Require("2"))
    assert (result.outcome, result.exit_code) == (Outcome.PARTIAL, ExitCode.OK)
    assert stand.channels() == [None, "1.2.3", "1.2.3"]
    assert not broken_channels(stand.world)


@bodies
def test_an_artifact_that_is_there_and_then_gone_gets_no_waybill(body: bytes, stand: Stand) -> None:
    for call in ("put", "complete"):
        stand.world.on(call, lambda _: stand.world.plant(EAST, KEY, body), region="us-east-1", key=f"{KEY}$")
        gone = lambda _: stand.world.delete(EAST, KEY)  # noqa: E731 - two of them
        stand.world.on(call, gone, region="us-east-1", key=f"{KEY}$", when="after")
    with small_parts():
        result = stand.stage(body)
    assert not broken_channels(stand.world)
    assert stand.world.body(EAST, f"{KEY}/waybill.json") is None
    assert result.exit_code != ExitCode.OK


def test_a_rivals_metadata_that_came_in_between_is_not_taken_for_ours(stand: Stand) -> None:
    def rival(_: Call) -> None:
        stand.world.plant(EAST, KEY, SMALL)
        stand.world.plant(EAST, f"{KEY}/metadata", b'{"lang": "cobol"}')

    stand.world.on("put", rival, region="us-east-1", key=f"{KEY}$")
    result = stand.stage()
    assert (result.outcome, result.exit_code) == (Outcome.CONFLICT, ExitCode.CONFLICT)
    assert stand.channels() == [None] * 3
    assert stand.world.body(EAST, f"{KEY}/waybill.json") is None


def test_a_waybill_of_another_version_makes_nothing_whole(stand: Stand) -> None:
    plant_whole(stand.world, "us-east-1")
    stand.world.plant(EAST, f"{KEY}/waybill.json", waybill_of(SMALL, "9.9.9"))
    end = stand.end(None)
    assert not isinstance(end, Result) or end.exit_code != ExitCode.OK
    assert not stand.world.writes()


def test_a_rollbacks_target_is_not_named_where_it_is_not_stored(stand: Stand) -> None:
    """A region that was prepared later holds the hotfix of an old version, and not what was rolled back to."""
    for region in ("us-east-1", "us-west-2"):
        for version in ("2.0.0", "3.0.0"):
            plant_whole(stand.world, region, version=version)
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, "2.0.0", "3.0.0", "2.0.0")
        plant_withdrawal(stand.world, region, "3.0.0", "2.0.0")
    result = stand.stage(version="1.9.0")
    assert not broken_channels(stand.world)
    assert stand.channels() == ["2.0.0", "2.0.0", None]
    late = result.regions[2]
    assert (late.channel, late.channel_after) == (ChannelOutcome.NOT_REACHED, None)
    assert "2.0.0" in (late.error or "")
    assert result.exit_code == ExitCode.PARTIAL


def test_a_channel_is_not_healed_to_a_version_that_was_deleted(stand: Stand) -> None:
    for region in REGIONS:
        plant_whole(stand.world, region, version="3.0.0")
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, "2.0.0", "3.0.0")
        plant_withdrawal(stand.world, region, "3.0.0", "2.0.0")
    stand.stage(version="1.9.0")
    assert stand.channels() == ["3.0.0"] * 3


def test_a_channel_is_healed_to_what_startifact_staged_and_named(stand: Stand) -> None:
    for region in REGIONS:
        stand.world.plant(bucket_name(PRODUCTION, region), "SugarWater@2.0.0", b"of Startifact")
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, "2.0.0", "1.0.0")
    stand.stage(version="1.9.0")
    assert stand.channels() == ["2.0.0"] * 3
