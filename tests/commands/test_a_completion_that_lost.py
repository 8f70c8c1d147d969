"""Another write won while our upload was completed: what stands there decides, and nothing there is no success."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.aws import PRODUCTION, bucket_name
from fakes.calls import Call
from promises.stand import KEY, LARGE, Stand, small_parts
from waybill.domain.result import Outcome
from waybill.errors import ExitCode

REGION = "us-west-2"
BUCKET = bucket_name(PRODUCTION, REGION)


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)


def lose(stand: Stand, body: bytes) -> None:
    """Have another write win just before our completion in one region."""
    stand.world.on("complete", lambda _: stand.world.plant(BUCKET, KEY, body), region=REGION)


def test_where_nothing_stands_there_afterwards_the_region_failed_and_is_to_be_run_again(stand: Stand) -> None:
    lose(stand, LARGE)

    def undo(_: Call) -> None:
        stand.world.delete(BUCKET, KEY)

    stand.world.on("complete", undo, region=REGION, when="after")
    with small_parts():
        result = stand.stage(LARGE)
    ended = {region.region: region.error for region in result.regions if region.error}
    assert set(ended) == {REGION}
    assert "is gone" in str(ended[REGION])
    assert result.resume, "and it is said how"
    assert (result.outcome, result.exit_code) == (Outcome.PARTIAL, ExitCode.PARTIAL)
    assert stand.world.unfinished() == 0
    assert stand.channels() == [None] * 3
    with small_parts():
        assert stand.stage(LARGE).exit_code == ExitCode.OK
    assert stand.holds(REGION)


def test_where_the_same_stands_there_it_is_finished(stand: Stand) -> None:
    lose(stand, LARGE)
    with small_parts():
        assert stand.stage(LARGE).exit_code == ExitCode.OK
    assert stand.holds(REGION)
    assert stand.world.unfinished() == 0


def test_p2_where_something_else_stands_there_it_is_a_conflict(stand: Stand) -> None:
    lose(stand, LARGE[::-1])
    with small_parts():
        result = stand.stage(LARGE)
    assert (result.outcome, result.exit_code) == (Outcome.CONFLICT, ExitCode.CONFLICT)
    assert stand.world.body(BUCKET, KEY) == LARGE[::-1]
    assert stand.world.unfinished() == 0
