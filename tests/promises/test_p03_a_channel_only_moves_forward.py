"""P3, through whole runs of stage: rivals at every point, rollbacks, and what is not a version."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.aws import PRODUCTION
from fakes.calls import Call, When
from promises.floors import off_the_floor
from promises.stand import CHANNEL, Stand, broken_channels, plant_whole
from waybill.domain.channel import UpdateChannel
from waybill.domain.result import ChannelOutcome, Outcome, Result
from waybill.errors import ExitCode, Unavailable

POINTS = ("history", "list", "put-parameter")


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("skip", range(4))
@pytest.mark.parametrize("rivals", [["1.0.0"], ["2.0.0"], ["2.0.0", "1.0.0"]], ids=str)
def test_a_rival_that_runs_to_its_end_in_the_middle_of_ours(
    point: str, when: When, skip: int, rivals: list[str], stand: Stand
) -> None:
    def rival(_: Call) -> None:
        for version in rivals:
            stand.stage(version=version)

    stand.world.on(point, rival, when=when, skip=skip)
    assert stand.stage(version="1.2.3").exit_code == ExitCode.OK
    assert not off_the_floor(stand)
    assert not broken_channels(stand.world)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("skip", range(6))
def test_a_rival_that_puts_a_lower_version_late_and_dies_is_healed_by_the_next(
    point: str, skip: int, stand: Stand
) -> None:
    stand.stage(version="1.0.0")

    def late(call: Call) -> None:
        region = call.region or "us-east-1"
        stand.world.set_parameter(region, PRODUCTION, CHANNEL, "1.0.0")

    stand.world.on(point, late, when="after", skip=skip)
    stand.stage(version="1.2.3")
    stand.stage(version="1.1.0")
    assert stand.channels() == ["1.2.3"] * 3
    assert not off_the_floor(stand)


rivals = st.tuples(
    st.sampled_from(["1.0.0", "1.1.0", "1.2.3-rc.1", "1.2.3", "1.2.3+b", "3.0.0"]),
    st.sampled_from([*POINTS, "put"]),
    st.integers(0, 8),
    st.none() | st.tuples(st.sampled_from([*POINTS, "put"]), st.integers(0, 4)),
)


@settings(max_examples=40)
@given(st.lists(rivals, min_size=1, max_size=3))
def test_rivals_inside_rivals_some_of_which_die_leave_a_channel_that_the_next_run_heals(
    tmp_path_factory: pytest.TempPathFactory, planned: list[tuple[str, str, int, tuple[str, int] | None]]
) -> None:
    """Each rival begins at some call of whoever runs then, its own kind included, and may lose a call of its own."""
    stand, peace = Stand(tmp_path_factory.mktemp("rivals")), Event()

    def lose(_: Call) -> None:
        if not peace.is_set():
            raise Unavailable("The network was pulled out.")

    def begin(version: str, loses: tuple[str, int] | None) -> Callable[[Call], object]:
        def rival(_: Call) -> None:
            if peace.is_set():
                return
            if loses is not None:
                stand.world.on(loses[0], lose, region="us-east-1", skip=loses[1], when="after")
            stand.end(version=version)

        return rival

    for version, point, skip, loses in planned:
        stand.world.on(point, begin(version, loses), region="us-east-1", when="after", skip=skip)
    first = stand.end()
    if isinstance(first, Result) and first.exit_code == ExitCode.OK and all(loses is None for *_, loses in planned):
        assert not off_the_floor(stand)
    peace.set()
    assert stand.stage(version="0.9.0").exit_code == ExitCode.OK
    assert not off_the_floor(stand)
    assert not broken_channels(stand.world)


@pytest.mark.parametrize("turn", range(3))
def test_stages_at_once_leave_the_highest(turn: int, stand: Stand) -> None:
    order = ["1.0.0", "3.0.0", "2.0.0-rc.1", "2.0.0", "2.0.0+b", "3.0.0"]
    order = order[turn:] + order[:turn]
    with ThreadPoolExecutor(len(order)) as pool:
        ends = list(pool.map(lambda version: stand.end(version=version), order))
    assert [getattr(end, "exit_code", end) for end in ends] == [ExitCode.OK] * len(order)
    assert stand.channels() == ["3.0.0"] * 3
    assert not broken_channels(stand.world)


def test_a_pre_release_leaves_an_absent_channel_absent(stand: Stand) -> None:
    result = stand.stage(version="1.0.0-rc.1")
    assert result.outcome is Outcome.CREATED
    assert stand.channels() == [None] * 3
    assert {region.channel for region in result.regions} == {ChannelOutcome.KEPT}


def test_a_pre_release_moves_the_channel_where_that_is_said(stand: Stand) -> None:
    stand.stage(version="1.0.0-rc.1", update_channel=UpdateChannel.PRERELEASE)
    assert stand.channels() == ["1.0.0-rc.1"] * 3
    stand.stage(version="1.0.0")
    stand.stage(version="1.0.0-rc.2", update_channel=UpdateChannel.PRERELEASE)
    assert stand.channels() == ["1.0.0"] * 3


def test_build_metadata_alone_moves_nothing(stand: Stand) -> None:
    stand.stage(version="1.0.0+a")
    result = stand.stage(version="1.0.0+b")
    assert stand.channels() == ["1.0.0+a"] * 3
    assert {region.channel for region in result.regions} == {ChannelOutcome.KEPT}


def test_an_absent_channel_is_created_and_never_overwritten_by_that(stand: Stand) -> None:
    """A rival creates the parameter just before our own creation: ours is refused, and the rival's higher one stays."""
    plant_whole(stand.world, "us-east-1", version="9.0.0")
    rival = lambda _: stand.world.set_parameter("us-east-1", PRODUCTION, CHANNEL, "9.0.0")  # noqa: E731
    stand.world.on("put-parameter", rival, region="us-east-1")
    stand.stage()
    assert stand.world.history("us-east-1", PRODUCTION, CHANNEL) == ["9.0.0"]


@pytest.mark.parametrize("value", ["main", "v1.0.0", " 1.0.0", "01.0.0", "{}"])
def test_what_is_not_a_version_is_never_overwritten(value: str, stand: Stand) -> None:
    stand.world.set_parameter("us-west-2", PRODUCTION, CHANNEL, "0.1.0", value)
    result = stand.end()
    assert isinstance(result, Result)
    assert result.exit_code == ExitCode.CONFLICT
    assert result.resume, "it goes on once the parameter is put right"
    assert CHANNEL in (result.error or "")
    assert not stand.world.writes()


def test_what_is_not_a_version_and_came_in_between_is_not_overwritten_either(stand: Stand) -> None:
    foreign = lambda _: stand.world.set_parameter("us-west-2", PRODUCTION, CHANNEL, "main")  # noqa: E731
    stand.world.on("put", foreign, region="us-west-2", key="waybill")
    result = stand.stage()
    assert stand.channels() == ["1.2.3", "main", "1.2.3"]
    assert result.exit_code == ExitCode.CONFLICT
    assert result.regions[1].channel is ChannelOutcome.NOT_REACHED
    assert "main" in (result.regions[1].error or "")
