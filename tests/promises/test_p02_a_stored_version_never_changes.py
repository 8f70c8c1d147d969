"""P2: create-only, the same bytes again are a success, other bytes a conflict that touches nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fakes.aws import PRODUCTION, REGIONS, bucket_name
from fakes.calls import Call
from promises.stand import (
    KEY,
    LARGE,
    METADATA,
    SMALL,
    Stand,
    broken_channels,
    digests_of,
    plant_whole,
    small_parts,
)
from waybill.domain.require import Require
from waybill.domain.result import ChannelOutcome, Outcome, Result
from waybill.errors import ExitCode

EAST = bucket_name(PRODUCTION, "us-east-1")
bodies = pytest.mark.parametrize("body", [SMALL, LARGE], ids=["one part", "several parts"])
requirements = pytest.mark.parametrize("require", ["all", "majority", "1"])


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


def other(body: bytes) -> bytes:
    """Return other bytes of the same length."""
    return bytes([body[0] ^ 1]) + body[1:]


def is_a_conflict(result: Result) -> None:
    assert (result.outcome, result.exit_code) == (Outcome.CONFLICT, ExitCode.CONFLICT)
    assert result.resume is None
    assert ChannelOutcome.MOVED not in {region.channel for region in result.regions}


@bodies
@requirements
@pytest.mark.parametrize("where", [["us-east-1"], ["eu-west-1"], list(REGIONS)], ids=str)
def test_other_bytes_are_a_conflict_and_nothing_is_touched(
    body: bytes, require: str, where: list[str], stand: Stand
) -> None:
    for region in where:
        plant_whole(stand.world, region, other(body))
    before = {name: stand.world.contents(name) for name in stand.world.buckets}

    result = stand.stage(body, require=Require(require))

    is_a_conflict(result)
    assert not stand.world.writes()
    assert before == {name: stand.world.contents(name) for name in stand.world.buckets}
    said = f"{result.error}\n{result.advice}"
    assert digests_of(body).sha256 in said
    assert digests_of(other(body)).sha256 in said
    assert "eve" in said
    assert "rebuild" in said


@bodies
@pytest.mark.parametrize(
    ("first", "second", "named"),
    [
        ({"metadata": METADATA}, {"metadata": {"lang": "cobol"}}, "metadata"),
        ({"metadata": METADATA}, {}, "metadata"),
        ({}, {"metadata": METADATA}, "metadata"),
        ({"media_type": "text/plain"}, {}, "content-type"),
        ({"keep_filename": True}, {}, "filename"),
        ({}, {"keep_filename": True}, "filename"),
    ],
    ids=str,
)
def test_the_same_bytes_told_otherwise_are_a_conflict(
    body: bytes, first: dict[str, Any], second: dict[str, Any], named: str, stand: Stand
) -> None:
    stand.stage(body, **first)
    stand.world.calls.forget()
    result = stand.stage(body, **second)
    is_a_conflict(result)
    assert named in (result.error or "")
    assert not stand.world.writes()


def test_a_conflict_is_seen_by_a_dry_run(stand: Stand) -> None:
    plant_whole(stand.world, "us-east-1", other(SMALL))
    is_a_conflict(stand.stage(dry_run=True))


def plant_artifact(stand: Stand, body: bytes) -> Callable[[Call], object]:
    return lambda _: stand.world.plant(EAST, KEY, body)


def plant_all(stand: Stand, body: bytes) -> Callable[[Call], object]:
    return lambda _: plant_whole(stand.world, "us-east-1", body)


@bodies
@requirements
@pytest.mark.parametrize("rival", [plant_artifact, plant_all])
def test_a_rival_with_other_bytes_in_between_stops_every_channel(
    body: bytes, require: str, rival: Callable[[Stand, bytes], Callable[[Call], object]], stand: Stand
) -> None:
    for call in ("put", "complete"):
        stand.world.on(call, rival(stand, other(body)), region="us-east-1", key=f"{KEY}$")
    result = stand.stage(body, require=Require(require))
    is_a_conflict(result)
    assert stand.channels() == [None] * 3
    assert stand.world.body(EAST, KEY) == other(body)
    assert not stand.world.unfinished()
    theirs, ours = digests_of(other(body)), digests_of(body)
    assert ours.sha256 in (result.error or "")
    assert theirs.sha256 in (result.error or "") or theirs.crc64nvme in (result.error or "")
    assert "us-east-1" in (result.error or "")
    assert result.regions[0].outcome is Outcome.CONFLICT


@bodies
@pytest.mark.parametrize("rival", [plant_artifact, plant_all])
def test_a_rival_with_the_same_bytes_in_between_is_a_success(
    body: bytes, rival: Callable[[Stand, bytes], Callable[[Call], object]], stand: Stand
) -> None:
    for call in ("put", "complete"):
        stand.world.on(call, rival(stand, body), region="us-east-1", key=f"{KEY}$")
    result = stand.stage(body)
    assert (result.outcome, result.exit_code, result.changed) == (Outcome.CREATED, ExitCode.OK, True)
    assert result.regions[0].outcome is Outcome.ALREADY
    assert stand.channels() == ["1.2.3"] * 3
    assert not broken_channels(stand.world)
    assert not stand.world.unfinished()


@pytest.mark.parametrize("at", ["metadata", "waybill.json"])
@pytest.mark.parametrize("changes", [{"metadata": {"lang": "cobol"}}, {"media_type": "text/plain"}], ids=str)
def test_a_rival_with_other_records_in_between_stops_every_channel(
    at: str, changes: dict[str, Any], stand: Stand
) -> None:
    hook = lambda _: plant_whole(stand.world, "us-east-1", SMALL, **changes)  # noqa: E731
    stand.world.on("put", hook, region="us-east-1", key=f"{at}$")
    result = stand.stage(metadata=METADATA, require=Require("1"))
    is_a_conflict(result)
    assert stand.channels() == [None] * 3


@bodies
def test_two_runs_of_the_same_bytes_at_once_both_succeed(body: bytes, stand: Stand) -> None:
    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(lambda _: stand.end(body, metadata=METADATA), range(4)))
    assert [getattr(end, "exit_code", end) for end in ends] == [ExitCode.OK] * 4
    assert all(map(stand.holds, REGIONS))
    assert stand.channels() == ["1.2.3"] * 3
    assert not stand.world.unfinished()
    stand.world.calls.forget()
    assert not stand.stage(body, metadata=METADATA).changed
    for bucket in stand.world.buckets.values():
        assert all(len(versions) == 1 for versions in bucket.objects.values())


@bodies
def test_of_two_runs_of_other_bytes_at_once_one_wins_in_each_region(body: bytes, stand: Stand) -> None:
    with ThreadPoolExecutor(2) as pool:
        ends = list(pool.map(stand.end, [body, other(body)]))
    assert ExitCode.CONFLICT in [getattr(end, "exit_code", end) for end in ends]
    assert not broken_channels(stand.world)
    assert not stand.world.unfinished()
    for bucket in stand.world.buckets.values():
        assert all(len(versions) == 1 for versions in bucket.objects.values())


@bodies
def test_an_existing_waybill_is_copied_byte_for_byte(body: bytes, stand: Stand) -> None:
    plant_whole(stand.world, "eu-west-1", body)
    stand.world.plant(EAST, KEY, body)
    theirs = stand.world.body(bucket_name(PRODUCTION, "eu-west-1"), f"{KEY}/waybill.json")
    result = stand.stage(body)
    assert (result.outcome, result.exit_code) == (Outcome.CREATED, ExitCode.OK)
    held = {stand.world.body(bucket_name(PRODUCTION, region), f"{KEY}/waybill.json") for region in REGIONS}
    assert held == {theirs}
