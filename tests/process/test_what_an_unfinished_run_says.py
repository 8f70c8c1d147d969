"""A run that makes no result of its own tells all the same what it did, and how to go on (P4, P5, P6)."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from threading import Event

import pytest

from fakes.aws import REGIONS
from fakes.calls import Call
from process.working import FinalRecording, Working
from promises.stand import KEY, LARGE, SMALL, digests_of, small_parts
from waybill import process
from waybill.domain.result import Outcome
from waybill.errors import ExitCode, Unavailable
from waybill.progress import Event as Told
from waybill.progress import Finished, RegionEnded, Warned

bodies = pytest.mark.parametrize("body", [SMALL, LARGE], ids=["one part", "several parts"])


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(process, "GRACE", 1.0)
    with small_parts():
        yield


class Stuck:
    """A call that nobody answers; the signal comes when all other regions have ended, or at once (`now`)."""

    def __init__(self, others: int, *, now: bool = False) -> None:
        self._now = now
        self.over = Event()
        self.reporter = Interrupting(others)

    def __call__(self, _: Call) -> None:
        if self._now:
            os.kill(os.getpid(), signal.SIGINT)
        self.reporter.there.set()
        self.over.wait(60)


class Interrupting(FinalRecording):
    """Sends SIGTERM when so many regions have ended and another is stuck."""

    def __init__(self, others: int) -> None:
        super().__init__()
        self.there = Event()
        self._others = others
        self._sent = False

    def tell(self, event: Told) -> None:
        super().tell(event)
        if len(self.of(RegionEnded)) == self._others and not self._sent:
            self._sent = True
            assert self.there.wait(20)
            os.kill(os.getpid(), signal.SIGTERM)


@bodies
@pytest.mark.parametrize("call", ["put", "head"])
def test_cut_off_with_regions_whole_it_names_them_and_the_command_that_resumes(
    body: bytes, call: str, working: Working
) -> None:
    stuck = Stuck(2)
    key = "waybill" if call == "put" else f"{KEY}$"
    working.stand.world.on(call, stuck, region=REGIONS[1], key=key)
    ended, reporter = working.carry(body, reporter=stuck.reporter)
    stuck.over.set()
    result = ended.result
    assert (result.outcome, result.exit_code) == (Outcome.PARTIAL, ExitCode.TERMINATED)
    assert [region.region for region in result.regions if region.whole] == [REGIONS[0], REGIONS[2]]
    assert (result.project, result.version, result.key, result.size) == ("SugarWater", "1.2.3", KEY, len(body))
    assert result.sha256 == (digests_of(body).sha256 if body == SMALL else None)
    assert result.caller
    assert result.changed
    assert result.resume == "waybill stage --resume"
    assert result.regions[1].bucket
    assert "not known" in (result.regions[1].note or "")
    assert [event.result for event in reporter.of(Finished)] == [result]


def test_cut_off_while_a_channel_moves_it_does_not_claim_to_know_where_it_is(working: Working) -> None:
    stuck = Stuck(3)
    stuck.reporter.there.set()
    working.stand.world.on("put-parameter", stuck, region=REGIONS[1])
    ended, _ = working.carry(reporter=stuck.reporter)
    stuck.over.set()
    result = ended.result
    assert result.exit_code == ExitCode.TERMINATED
    assert all(region.whole for region in result.regions)
    assert result.resume == "waybill stage --resume"


def test_cut_off_in_an_upload_of_parts_nothing_is_changed_and_the_abort_is_said_as_it_was(working: Working) -> None:
    stuck = Stuck(0, now=True)
    working.stand.world.on("send", stuck, times=None)
    ended, _ = working.carry(LARGE)
    left = working.stand.world.unfinished()
    stuck.over.set()
    result = ended.result
    assert (result.outcome, result.exit_code, result.changed) == (Outcome.FAILED, ExitCode.INTERRUPTED, False)
    assert result.resume == "waybill stage --path FILE"
    assert left == 0
    assert "aborted" in (result.advice or "")


def test_an_upload_that_could_not_be_aborted_is_not_said_to_be(working: Working) -> None:
    stuck = Stuck(0, now=True)
    working.stand.world.on("send", stuck, times=None)
    working.stand.world.fail(call="abort", error=Unavailable("down"), times=None)
    ended, _ = working.carry(LARGE)
    stuck.over.set()
    assert "may be left" in (ended.result.advice or "")
    assert "were aborted" not in (ended.result.advice or "")


def test_a_bug_after_regions_are_whole_hides_none_of_them(working: Working) -> None:
    def bug(_: Call) -> None:
        raise KeyError("a bug of ours")

    working.stand.world.on("history", bug, skip=3, times=None)
    ended, _ = working.carry()
    assert isinstance(ended.bug, KeyError)
    assert (ended.result.exit_code, ended.result.changed) == (ExitCode.BUG, True)
    assert all(region.whole for region in ended.result.regions)
    assert len(ended.result.regions) == 3
    assert ended.result.resume == "waybill stage --resume"


def test_a_failure_before_the_plan_says_who_we_are_and_what_to_run_again(working: Working) -> None:
    working.stand.world.fail(call="list", times=None)
    ended, reporter = working.carry(None)
    assert ended.result.caller
    assert ended.result.exit_code == ExitCode.UNAVAILABLE
    assert ended.result.resume == "waybill stage --path FILE"
    assert not ended.result.changed
    assert len(reporter.failures) == 1
    assert reporter.closed


def test_what_was_warned_of_is_in_the_result_once(working: Working) -> None:
    working.stand.world.fail(call="get-parameter", region=REGIONS[0], key="/startifact", times=1)
    ended, reporter = working.carry()
    told = [event.text for event in reporter.of(Warned)]
    assert len(told) == 1
    assert list(ended.result.warnings) == told


def test_what_was_warned_of_before_a_failure_is_in_its_result(working: Working) -> None:
    working.stand.world.fail(call="get-parameter", region=REGIONS[0], key="/startifact", times=1)
    working.stand.world.deny("list")
    ended, reporter = working.carry(None)
    assert ended.result.exit_code != ExitCode.OK
    assert list(ended.result.warnings) == [event.text for event in reporter.of(Warned)] != []


def test_a_bug_in_showing_the_end_does_not_hide_what_was_done(working: Working) -> None:
    class Broken(FinalRecording):
        def tell(self, event: Told) -> None:
            if isinstance(event, Finished):
                raise KeyError("a bug in a table")
            super().tell(event)

    ended, reporter = working.carry(reporter=Broken())
    assert isinstance(ended.bug, KeyError)
    assert (ended.result.outcome, ended.result.exit_code) == (Outcome.CREATED, ExitCode.BUG)
    assert len(ended.result.regions) == 3
    assert reporter.closed
