"""P4: running again finishes, running what is finished changes nothing, and `resume` never needs the build."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest

from fakes.aws import PRODUCTION, REGIONS, bucket_name
from promises.stand import KEY, LARGE, METADATA, SMALL, Stand, broken_channels, plant_whole, small_parts
from waybill.domain.channel import UpdateChannel
from waybill.domain.require import Require
from waybill.domain.result import ChannelOutcome, Outcome
from waybill.errors import AccessDenied, ArtifactError, ExitCode, Unavailable, WaybillError

bodies = pytest.mark.parametrize("body", [SMALL, LARGE], ids=["one part", "several parts"])


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


@bodies
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"metadata": METADATA, "keep_filename": True},
        {"update_channel": UpdateChannel.NEVER},
        {"version": "2.0.0-rc.1"},
        {"version": "2.0.0-rc.1", "update_channel": UpdateChannel.PRERELEASE},
        {"version": "2.0.0+build.7"},
        {"reinstate": True},
        {"require": Require("1")},
    ],
    ids=str,
)
def test_the_second_run_changes_nothing_and_says_so(body: bytes, asked: dict[str, Any], stand: Stand) -> None:
    first = stand.stage(body, **asked)
    assert (first.outcome, first.changed) == (Outcome.CREATED, True)
    stand.world.calls.forget()
    stand.clock.advance(3600)

    second = stand.stage(body, **asked)

    assert (second.outcome, second.changed, second.exit_code) == (Outcome.ALREADY, False, ExitCode.OK)
    assert {region.outcome for region in second.regions} == {Outcome.ALREADY}
    assert ChannelOutcome.MOVED not in {region.channel for region in second.regions}
    assert second.resume is None
    assert not stand.world.writes()


@bodies
def test_resuming_what_is_finished_changes_nothing(body: bytes, stand: Stand) -> None:
    stand.stage(body, metadata=METADATA)
    stand.world.calls.forget()
    result = stand.stage(None)
    assert (result.outcome, result.changed) == (Outcome.ALREADY, False)
    assert not stand.world.writes()
    assert "stream" not in {call.call for call in stand.world.calls.log()}


@bodies
@pytest.mark.parametrize("region", REGIONS)
def test_resume_finishes_from_the_one_region_that_is_whole(body: bytes, region: str, stand: Stand) -> None:
    plant_whole(stand.world, region, body, metadata=METADATA)
    theirs = stand.world.body(bucket_name(PRODUCTION, region), f"{KEY}/waybill.json")
    result = stand.stage(None)
    assert (result.outcome, result.exit_code, result.changed) == (Outcome.CREATED, ExitCode.OK, True)
    assert all(map(stand.holds, REGIONS))
    assert stand.channels() == ["1.2.3"] * 3
    for name in REGIONS:
        assert stand.world.body(bucket_name(PRODUCTION, name), f"{KEY}/waybill.json") == theirs


@bodies
@pytest.mark.parametrize(
    "error",
    [Unavailable("down"), AccessDenied("no", action="kms:Decrypt", resource="key"), ArtifactError("damaged")],
    ids=lambda error: type(error).__name__,
)
def test_resume_takes_another_region_where_the_first_gives_no_bytes(
    body: bytes, error: WaybillError, stand: Stand
) -> None:
    for region in REGIONS[:2]:
        plant_whole(stand.world, region, body)
    for call in ("read", "stream"):
        stand.world.fail(call=call, region=REGIONS[0], key=f"{KEY}$", error=error, times=None)
    result = stand.stage(None)
    assert result.exit_code == ExitCode.OK
    assert all(map(stand.holds, REGIONS))


@bodies
@pytest.mark.parametrize("order", list(permutations(REGIONS))[::2], ids=str)
def test_resume_passes_over_regions_that_are_not_whole(body: bytes, order: tuple[str, ...], stand: Stand) -> None:
    none, some, whole = order
    assert none
    stand.world.plant(bucket_name(PRODUCTION, some), KEY, body)
    plant_whole(stand.world, whole, body)
    result = stand.stage(None)
    assert result.exit_code == ExitCode.OK
    assert all(map(stand.holds, REGIONS))
    assert not broken_channels(stand.world)


def test_resume_with_nothing_whole_says_that_only_the_same_bytes_help(stand: Stand) -> None:
    for region in REGIONS:
        stand.world.plant(bucket_name(PRODUCTION, region), KEY, SMALL)
    with pytest.raises(ArtifactError) as caught:
        stand.stage(None)
    assert caught.value.exit_code == ExitCode.ARTIFACT
    assert "No region holds this version whole" in caught.value.what
    assert "next version" in caught.value.advice
    assert not stand.world.writes()


def test_resume_does_not_send_away_while_a_region_that_may_be_whole_is_down(stand: Stand) -> None:
    plant_whole(stand.world, REGIONS[0])
    stand.world.fail(call="get-parameter", region=REGIONS[0], key="buckets", times=None)
    with pytest.raises(ArtifactError) as caught:
        stand.stage(None)
    assert f"Nothing is known of {REGIONS[0]}" in caught.value.advice


@bodies
def test_resume_never_passes_on_damaged_bytes(body: bytes, stand: Stand) -> None:
    """The stored bytes rot while S3 still reports the checksum of what they were."""
    plant_whole(stand.world, REGIONS[0], body)
    state = stand.world.buckets[bucket_name(PRODUCTION, REGIONS[0])]
    kept = state.current(KEY)
    assert kept is not None
    rotten = bytes([body[0] ^ 1]) + body[1:]
    state.store(KEY, type(kept)(body=rotten, media_type="a/b", version_id="r", sha256=kept.sha256))
    end = stand.end(None)
    assert isinstance(end, ArtifactError) or getattr(end, "exit_code", None) == ExitCode.ARTIFACT
    assert stand.channels() == [None] * 3
    assert not any(map(stand.holds, REGIONS[1:]))
    assert not stand.world.unfinished()
