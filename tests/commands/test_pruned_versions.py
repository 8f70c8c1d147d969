"""A version that was pruned never comes back: stage says who pruned it and when, and writes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.aws import DEVELOPMENT, PRODUCTION, REGIONS, bucket_name
from promises.crossing import Crossing
from promises.downloading import Downloads
from promises.stand import KEY, LARGE, PROJECT, SMALL, VERSION, Stand, digests_of, small_parts
from waybill.domain.pruning.tombstone import Tombstone
from waybill.domain.result import Result
from waybill.domain.versions import Version
from waybill.errors import ExitCode, WaybillError


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)


def tombstone(body: bytes = SMALL) -> bytes:
    return Tombstone(
        project=PROJECT,
        version=Version(VERSION),
        sha256=digests_of(body).sha256,
        size=len(body),
        pruned_at="2026-01-30T00:00:00Z",
        pruned_by="arn:aws:iam::222222222222:user/ada",
        reason="old",
    ).to_bytes()


def plant_tombstones(stand: Stand, *regions: str, body: bytes = SMALL) -> None:
    for region in regions:
        bucket = bucket_name(PRODUCTION, region)
        stand.world.plant(bucket, f"{KEY}/tombstone.json", tombstone(body))
        stand.world.delete(bucket, KEY)


def said(end: Result | WaybillError) -> str:
    return f"{end.error}\n{end.advice}" if isinstance(end, Result) else str(end)


def code(end: Result | WaybillError) -> ExitCode:
    return end.exit_code


@pytest.mark.parametrize("body", [SMALL, b"other bytes", LARGE, None], ids=["same", "other", "large", "resume"])
@pytest.mark.parametrize("regions", [REGIONS, REGIONS[1:2]], ids=["everywhere", "cut off"])
def test_stage_of_a_pruned_version_is_a_conflict_that_says_by_whom_and_when(
    stand: Stand, body: bytes | None, regions: tuple[str, ...]
) -> None:
    stand.stage(SMALL)
    plant_tombstones(stand, *regions)
    before = len(stand.world.writes())
    with small_parts():
        end = stand.end(body)
    assert code(end) is ExitCode.CONFLICT
    assert "was pruned by arn:aws:iam::222222222222:user/ada at 2026-01-30T00:00:00Z (old)" in said(end)
    assert "Take another version" in said(end) or "Take the next version" in said(end)
    assert len(stand.world.writes()) == before


def test_a_tombstone_that_cannot_be_read_is_one_all_the_same(stand: Stand) -> None:
    stand.world.plant(bucket_name(PRODUCTION, REGIONS[0]), f"{KEY}/tombstone.json", b'{"schema": 9}')
    end = stand.end()
    assert code(end) is ExitCode.CONFLICT
    assert "was pruned" in said(end)
    assert not stand.world.writes()


def test_a_tombstone_that_is_written_while_the_artifact_is_sent_stops_every_channel(stand: Stand) -> None:
    """A rival staged and pruned the version between our look and our write."""
    bucket = bucket_name(PRODUCTION, REGIONS[0])

    def rival(_: object) -> None:
        stand.world.plant(bucket, KEY, SMALL)
        stand.world.plant(bucket, f"{KEY}/tombstone.json", tombstone())

    stand.world.on("put", rival, region=REGIONS[0], key=f"{KEY}$")
    end = stand.end()
    assert code(end) is ExitCode.CONFLICT
    assert stand.channels() == [None] * 3


@pytest.mark.parametrize("regions", [REGIONS, REGIONS[1:2]], ids=["everywhere", "cut off"])
def test_promote_to_where_it_was_pruned_is_a_conflict(tmp_path: Path, regions: tuple[str, ...]) -> None:
    crossing = Crossing(tmp_path)
    crossing.staged()
    crossing.stage(SMALL)
    plant_tombstones(crossing, *regions)
    before = len(crossing.world.writes())
    end = crossing.finish()
    assert code(end) is ExitCode.CONFLICT
    assert "was pruned by arn:aws:iam::222222222222:user/ada" in said(end)
    assert len(crossing.world.writes()) == before


def test_promote_from_where_it_was_pruned_is_a_conflict_that_says_so(tmp_path: Path) -> None:
    crossing = Crossing(tmp_path)
    crossing.staged()
    for region in REGIONS:
        bucket = bucket_name(DEVELOPMENT, region)
        crossing.world.plant(bucket, f"{KEY}/tombstone.json", tombstone())
        crossing.world.delete(bucket, KEY)
    end = crossing.finish()
    assert code(end) is ExitCode.CONFLICT
    assert "was pruned by arn:aws:iam::222222222222:user/ada" in said(end)


def test_download_of_what_was_pruned_says_so(stand: Stand, tmp_path: Path) -> None:
    stand.stage(SMALL)
    plant_tombstones(stand, *REGIONS)
    folder = tmp_path / "to"
    folder.mkdir()
    downloads = Downloads(stand, folder)
    end = downloads.end(VERSION)
    assert code(end) is ExitCode.CONFLICT
    assert "was pruned by" in said(end)
    assert downloads.names() == []


def test_a_range_passes_over_what_was_pruned(stand: Stand, tmp_path: Path) -> None:
    stand.stage(b"older", version="1.2.2")
    stand.stage(SMALL)
    plant_tombstones(stand, *REGIONS)
    result = Downloads(stand, tmp_path).run("^1.2")
    assert result.version == "1.2.2"


def test_a_tombstone_says_the_same_when_it_is_read_again() -> None:
    raw = tombstone()
    assert Tombstone.from_bytes(raw).to_bytes() == raw
    for wrong in (b"", b"[]", b"{}", raw.replace(b'"schema":1', b'"schema":2'), raw.replace(b'"size":8', b'"size":-8')):
        with pytest.raises(ValueError, match=r"\S"):
            Tombstone.from_bytes(wrong)
