"""P5: each region's end is told when it ends, not when all have."""

from __future__ import annotations

from threading import Event

import pytest

from fakes.aws import REGIONS
from fakes.calls import Call
from fakes.reporter import RecordingReporter
from promises.stand import LARGE, SMALL, Stand, plant_whole, small_parts
from waybill.domain.result import Outcome
from waybill.progress import Event as Told
from waybill.progress import RegionEnded, Step, Stepped

bodies = pytest.mark.parametrize("body", [SMALL, LARGE], ids=["one part", "several parts"])


class Waking(RecordingReporter):
    """Says when so many regions have ended."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.all_others = Event()
        self._count = count

    def tell(self, event: Told) -> None:
        super().tell(event)
        if len(self.of(RegionEnded)) == self._count:
            self.all_others.set()


@bodies
def test_a_region_s_end_is_told_while_another_still_works(body: bytes, stand: Stand) -> None:
    stand.reporter = Waking(2)
    heard: list[bool] = []

    def slow(_: Call) -> None:
        heard.append(stand.reporter.all_others.wait(20))  # type: ignore[attr-defined]

    stand.world.on("put", slow, region=REGIONS[0], key="waybill")
    with small_parts():
        stand.stage(body)
    assert heard == [True]
    assert [event.result.region for event in stand.reporter.of(RegionEnded)][2:] == [REGIONS[0]]


@bodies
def test_every_region_ends_once_whole_or_failed_and_before_its_channel_moves(body: bytes, stand: Stand) -> None:
    plant_whole(stand.world, REGIONS[0], body)
    stand.world.deny("put", region=REGIONS[1], key="waybill")
    with small_parts():
        stand.stage(body)
    ends = {event.result.region: event.result.outcome for event in stand.reporter.of(RegionEnded)}
    assert len(stand.reporter.of(RegionEnded)) == 3
    assert ends == {REGIONS[0]: Outcome.ALREADY, REGIONS[1]: Outcome.FAILED, REGIONS[2]: Outcome.CREATED}


def test_a_region_that_could_not_be_looked_at_ends_too_and_the_channel_is_not_told_before_it_moved(
    stand: Stand,
) -> None:
    stand.world.fail(call="*", region=REGIONS[1], times=None)
    stand.stage()
    events = stand.reporter.of(RegionEnded)
    assert sorted(event.result.region for event in events) == sorted(REGIONS)
    assert {(event.result.channel_before, event.result.channel_after) for event in events} == {(None, None)}


def test_a_channel_moves_after_all_ends(stand: Stand) -> None:
    stand.stage()
    seen = [
        event
        for event in stand.reporter.events
        if isinstance(event, RegionEnded) or (isinstance(event, Stepped) and event.step is Step.CHANNEL)
    ]
    assert [isinstance(event, RegionEnded) for event in seen] == [True] * 3 + [False] * 3
