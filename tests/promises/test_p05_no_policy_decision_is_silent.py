"""P5: `require` is checked before any channel moves, and a failure says who holds what and how to go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from os import truncate

import pytest

from fakes.aws import PRODUCTION, REGIONS, bucket_name
from promises.harms import LAST, WHILE_WRITING, Harm, denied_waybill, denied_writes, down, harms
from promises.stand import KEY, LARGE, METADATA, SLICE, SMALL, Stand, broken_channels, plant_whole, small_parts
from waybill.domain.channel import UpdateChannel
from waybill.domain.require import Require
from waybill.domain.result import ChannelOutcome, Outcome, Result
from waybill.errors import ExitCode, Unavailable

bodies = pytest.mark.parametrize("body", [SMALL, LARGE], ids=["one part", "several parts"])


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


def check_story(stand: Stand, result: Result) -> None:
    """The result speaks of every region, and says the truth of each."""
    assert [region.region for region in result.regions] == list(REGIONS)
    for region in result.regions:
        if region.whole:
            assert stand.holds(region.region)
        assert (region.error is None) == (region.region not in (result.error or "").split("failed:")[-1])
        named = stand.channels()[REGIONS.index(region.region)]
        if region.channel is ChannelOutcome.MOVED:
            assert named == "1.2.3"
    assert not broken_channels(stand.world)
    json.dumps(result.to_json())


@bodies
@harms
@pytest.mark.parametrize("require", ["majority", "2", "1"])
def test_enough_regions_move_their_channels_and_the_rest_is_told(
    body: bytes, harm: Harm, require: str, stand: Stand
) -> None:
    harm(stand, LAST)
    result = stand.stage(body, require=Require(require))
    assert (result.outcome, result.exit_code) == (Outcome.PARTIAL, ExitCode.OK)
    assert stand.channels() == ["1.2.3", "1.2.3", None]
    assert result.resume == "waybill stage --resume"
    assert result.warnings
    assert LAST in result.warnings[0]
    assert "2 of 3" in result.warnings[0]
    check_story(stand, result)


@bodies
@pytest.mark.parametrize("harm", [down, *WHILE_WRITING])
@pytest.mark.parametrize(("require", "harmed"), [("all", 1), ("3", 1), ("majority", 2), ("2", 2)])
def test_too_few_regions_move_no_channel_at_all(
    body: bytes, harm: Harm, require: str, harmed: int, stand: Stand
) -> None:
    for region in REGIONS[-harmed:]:
        harm(stand, region)
    result = stand.stage(body, require=Require(require))
    assert (result.outcome, result.exit_code) == (Outcome.PARTIAL, ExitCode.PARTIAL)
    assert stand.channels() == [None] * 3
    assert stand.holds(REGIONS[0])
    assert result.resume == "waybill stage --resume"
    assert all(region in (result.error or "") for region in REGIONS[-harmed:])
    check_story(stand, result)


@bodies
@harms
@pytest.mark.parametrize("require", ["all", "majority"])
def test_what_is_printed_finishes_the_work_once_the_harm_is_gone(
    body: bytes, harm: Harm, require: str, stand: Stand
) -> None:
    """`resume` is taken at its word: without the build where it says so, with it where it does not."""
    harm(stand, LAST)
    result = stand.end(body, metadata=METADATA, require=Require(require))
    assert isinstance(result, Result)
    healed = Stand(stand.folder)
    healed.world.buckets, healed.world.parameters = stand.world.buckets, stand.world.parameters
    healed.world.kms = stand.world.kms
    again = healed.stage(None) if result.resume == "waybill stage --resume" else healed.stage(body, metadata=METADATA)
    assert again.exit_code == ExitCode.OK
    assert all(map(healed.holds, REGIONS))
    assert healed.channels() == ["1.2.3"] * 3


def test_a_half_written_region_is_called_so(stand: Stand) -> None:
    denied_waybill(stand, LAST)
    result = stand.stage()
    assert result.regions[2].outcome is Outcome.FAILED
    assert "artifact is stored" in (result.regions[2].note or "")
    assert stand.world.body(bucket_name(PRODUCTION, LAST), KEY) == SMALL


def test_everything_half_written_is_a_change_and_only_the_same_bytes_finish_it(stand: Stand) -> None:
    for region in REGIONS:
        denied_waybill(stand, region)
    result = stand.stage()
    assert (result.outcome, result.exit_code, result.changed) == (Outcome.FAILED, ExitCode.IDENTITY, True)
    assert result.resume == "waybill stage --path FILE"
    assert "same bytes" in (result.advice or "")
    assert "next version" in (result.advice or "")


def test_a_dry_run_writes_nothing_and_says_what_would_be(stand: Stand) -> None:
    plant_whole(stand.world, REGIONS[0])
    result = stand.stage(dry_run=True)
    assert (result.outcome, result.changed, result.exit_code) == (Outcome.PLANNED, False, ExitCode.OK)
    assert [region.channel_after for region in result.regions] == ["1.2.3"] * 3
    assert not stand.world.writes()


def test_nothing_is_said_of_a_channel_that_was_not_to_move(stand: Stand) -> None:
    denied_writes(stand, LAST)
    result = stand.stage(require=Require("2"), update_channel=UpdateChannel.NEVER)
    assert result.outcome is Outcome.PARTIAL
    assert "channel moved" not in result.warnings[0]
    assert stand.channels() == [None] * 3


def test_a_channel_that_was_put_and_not_seen_again_is_told_as_it_is(stand: Stand) -> None:
    stand.world.fail(call="history", region=LAST, error=Unavailable("down"), skip=2, times=None)
    result = stand.stage()
    assert result.exit_code == ExitCode.PARTIAL
    assert stand.channels() == ["1.2.3"] * 3
    assert [region.channel_after for region in result.regions] == ["1.2.3"] * 3
    assert [region.error is None for region in result.regions] == [True, True, False]


def test_a_region_that_was_whole_before_is_told_so_when_the_others_cannot_be_fed(stand: Stand) -> None:
    body = LARGE * 8
    plant_whole(stand.world, REGIONS[0], body)
    path = stand.packed(body).path
    stand.world.on("begin", lambda _: truncate(path, SLICE))
    result = stand.stage(body)
    assert (result.outcome, result.exit_code) == (Outcome.PARTIAL, ExitCode.PARTIAL)
    assert [region.outcome for region in result.regions] == [Outcome.ALREADY, Outcome.FAILED, Outcome.FAILED]
    assert result.resume == "waybill stage --resume"
    assert not stand.world.unfinished()


def test_the_artifact_is_read_no_further_than_anybody_takes_it(stand: Stand) -> None:
    """All regions refuse their first part: a terabyte would not be read to its end for that."""
    stand.world.deny("begin")
    stand.packed(LARGE * 8)
    result = stand.stage(LARGE * 8)
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, ExitCode.IDENTITY)
    assert {region.exit_code for region in result.regions} == {ExitCode.IDENTITY}
    assert result.sha256 is None
