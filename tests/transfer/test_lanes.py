from __future__ import annotations

import os
from threading import Barrier, Event, current_thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.calls import Call
from fakes.clock import FakeClock
from transfer.rig import NOISE, BytesSource, Rig, digests
from waybill.domain.digests import Digests
from waybill.errors import AccessDenied, ArtifactError, Cancelled, Unavailable
from waybill.transfer.feed import FedPart, Lane


@pytest.mark.parametrize("part", [16, 48])
@pytest.mark.parametrize("error", [AccessDenied("no", action="a", resource="b"), ArtifactError("bad")])
def test_a_region_that_fails_for_good_holds_nobody_up(part: int, error: Exception) -> None:
    body = NOISE[:320]
    rig, source = Rig(), BytesSource(body)
    rig.world.fail(call="send", region="us-west-2", error=error, times=None, skip=1)  # type: ignore[arg-type]
    found, ends = rig.run(rig.feed(source, part_bytes=part, block_bytes=16, buffers=2), source)
    assert isinstance(ends["us-west-2"], type(error))
    for region in ("us-east-1", "eu-west-1"):
        assert ends[region] is None
        assert rig.sent[region] == len(body)
    assert found == digests(body)


@pytest.mark.parametrize("part", [16, 48])
def test_a_region_that_is_closed_before_it_begins_holds_nobody_up(part: int) -> None:
    rig, source = Rig(), BytesSource(NOISE[:320])
    rig.lanes["us-west-2"].close()
    found, ends = rig.run(rig.feed(source, part_bytes=part, block_bytes=16, buffers=1), source)
    assert found == digests(NOISE[:320])
    assert ends == dict.fromkeys(rig.regions)
    assert [rig.sent[region] for region in rig.regions] == [320, 0, 320]


class ClosesAtTheDoor(Lane):
    """Closes just when a part is handed over."""

    def offer(self, part: FedPart) -> bool:
        self.close()
        return super().offer(part)


@pytest.mark.parametrize("part", [16, 48])
def test_a_region_that_closes_while_it_is_handed_a_part_holds_nobody_up(part: int) -> None:
    rig, source = Rig(), BytesSource(NOISE[:320])
    rig.lanes["us-west-2"] = ClosesAtTheDoor()
    found, _ = rig.run(rig.feed(source, part_bytes=part, block_bytes=16, buffers=1), source)
    assert found == digests(NOISE[:320])
    assert [rig.sent[region] for region in rig.regions] == [320, 0, 320]


@settings(max_examples=30)
@given(st.integers(0, 40), st.sampled_from([16, 48]), st.integers(1, 3))
def test_a_region_that_closes_at_any_moment_holds_nobody_up(moment: int, part: int, buffers: int) -> None:
    rig, source = Rig(), BytesSource(NOISE[:320])
    closing = rig.lanes["us-west-2"]
    rig.world.on("send", lambda call: closing.close(), skip=moment)
    found, ends = rig.run(rig.feed(source, part_bytes=part, block_bytes=16, buffers=buffers), source)
    assert found == digests(NOISE[:320])
    assert ends["us-east-1"] is None
    assert rig.sent["us-east-1"] == rig.sent["eu-west-1"] == 320


@pytest.mark.parametrize("when", ["before", "during", "after"])
@pytest.mark.parametrize("part", [16, 48])
def test_a_part_that_fails_is_read_again_and_sent(when: str, part: int) -> None:
    body = NOISE[:200]
    rig, source = Rig(), BytesSource(body)
    rig.world.fail(call="send", region="us-west-2", times=2, skip=1, when=when)  # type: ignore[arg-type]
    found, ends = rig.run(rig.feed(source, part_bytes=part, block_bytes=16, buffers=2), source, connections=1)
    assert ends == dict.fromkeys(rig.regions)
    assert isinstance(found, Digests)
    rig.complete("us-west-2", found)
    assert rig.stored("us-west-2") == body
    assert rig.sent["us-west-2"] == len(body), "bytes are counted once, however often they went"
    assert set(source.again_reads) == {(part, 2 * part)}
    assert source.position == len(body), "the other regions' reading is not disturbed"


def test_a_part_that_keeps_failing_ends_its_region_within_the_budget() -> None:
    rig, source = Rig(), BytesSource(NOISE[:64])
    rig.world.fail(call="send", region="us-west-2", times=None)
    _, ends = rig.run(rig.feed(source, part_bytes=16, block_bytes=16), source, connections=1)
    assert isinstance(ends["us-west-2"], Unavailable)
    assert "Tried" in ends["us-west-2"].advice
    assert 0 < sum(rig.clock.sleeps) <= 60


def test_while_a_part_waits_to_be_tried_again_the_other_regions_go_on() -> None:
    """The sleep ends when another region got its next part, which one buffer allows only if it was given back."""
    went_on = Event()
    slept: list[bool] = []
    rig, source = Rig(("us-east-1", "us-west-2")), BytesSource(NOISE[:32])
    rig.clock = FakeClock(on_sleep=lambda seconds: slept.append(went_on.wait(10)))
    rig.world.fail(call="send", region="us-west-2")
    rig.world.on("send", lambda call: went_on.set(), region="us-east-1", skip=1)
    rig.run(rig.feed(source, part_bytes=16, block_bytes=16, buffers=1), source, connections=1)
    assert slept == [True]


@pytest.mark.parametrize("tries", [0, 1, 2])
def test_p6_a_cancelled_run_begins_no_part_and_no_further_try_of_one(tries: int) -> None:
    rig, source = Rig(("us-east-1",)), BytesSource(NOISE[:160])
    rig.world.fail(call="send", times=None)
    asked = iter(range(100))

    def check() -> None:
        if next(asked) >= tries:
            raise Cancelled("Cancelled before the end.")

    feed = rig.feed(source, part_bytes=16, block_bytes=16, buffers=2)
    _, ends = rig.run(feed, source, connections=1, check=check)
    assert isinstance(ends["us-east-1"], Cancelled)
    assert [call.call for call in rig.world.writes()].count("send") == tries


def test_the_failure_that_was_first_is_the_one_that_is_told() -> None:
    """One refused part ends the lane; what then becomes of the parts on their way is noise."""
    rig, source = Rig(("us-east-1",)), BytesSource(NOISE[:32])
    both = Barrier(2)

    def refused_or_noise(call: Call) -> None:
        both.wait(10)
        if not current_thread().name.endswith("_0"):
            raise AccessDenied("no", action="a", resource="b")
        while not rig.lanes["us-east-1"].closed:
            os.sched_yield()
        raise ArtifactError("noise")

    rig.world.on("send", refused_or_noise, times=2)
    _, ends = rig.run(rig.feed(source, part_bytes=16, block_bytes=16), source, connections=2)
    assert isinstance(ends["us-east-1"], AccessDenied)


@pytest.mark.xfail(strict=True, reason="the feed reads on for nobody, so a refusal is told only after the last byte")
def test_when_no_lane_wants_anything_any_more_the_source_is_not_read_to_its_end() -> None:
    rig, source = Rig(), BytesSource(NOISE)
    rig.world.fail(call="send", error=AccessDenied("no", action="a", resource="b"), times=None)
    rig.run(rig.feed(source, part_bytes=16, block_bytes=16, buffers=2), source)
    assert source.position < len(NOISE)


def test_lanes_end_when_there_is_nothing_to_send() -> None:
    lane = Lane()
    lane.end()
    assert lane.take() is None
