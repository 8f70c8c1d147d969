"""P6: cancelled at any call, a run aborts its uploads, moves no channel, and ends with the signal's code."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Event

import pytest

from fakes.aws import REGIONS
from fakes.calls import Call, When
from promises.faults import SCENARIOS, Scenario, steps_of_a_stage
from promises.stand import LARGE, METADATA, SMALL, Stand, broken_channels, plant_whole, small_parts
from waybill import process
from waybill.cancel import Cancellation
from waybill.domain.result import Outcome, Result
from waybill.errors import Cancelled, ExitCode, Unavailable, exit_code_of
from waybill.process import Abandoned, Supervised, attentive

scenarios = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
bodies = pytest.mark.parametrize("body", [SMALL, LARGE], ids=["one part", "several parts"])


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    with small_parts():
        yield


def code_of(end: object) -> ExitCode:
    if isinstance(end, Result):
        return end.exit_code
    assert isinstance(end, Cancelled)
    return exit_code_of(end)


@scenarios
@pytest.mark.parametrize("when", ["before", "after"])
def test_cancelled_at_any_call(scenario: Scenario, when: When, tmp_path: Path) -> None:
    found: list[str] = []
    for step in steps_of_a_stage(scenario, tmp_path):
        stand, cancellation, late = Stand(tmp_path), Cancellation(), Event()

        def cancel(_: Call, cancellation: Cancellation = cancellation) -> None:
            cancellation.cancel(signal.SIGTERM)

        def watch(_: Call, cancellation: Cancellation = cancellation, late: Event = late) -> None:
            if cancellation.cancelled:
                late.set()

        stand.world.on("put-parameter", watch, times=None)
        stand.world.on(step.call, cancel, region=step.region, key=step.pattern, when=when, skip=step.occurrence)
        end = stand.end(scenario.body, metadata=scenario.metadata, cancellation=cancellation)
        finished = stand.channels() == ["1.2.3"] * 3 and code_of(end) == ExitCode.OK
        if not finished and code_of(end) != ExitCode.TERMINATED:
            found.append(f"{step}: ended with {code_of(end)!r}")
        if finished and step.call not in {"put-parameter", "history", "list"}:
            found.append(f"{step}: went on to its end")
        if late.is_set() and step.call != "put-parameter":
            found.append(f"{step}: a channel was put after the signal")
        if stand.world.unfinished():
            found.append(f"{step}: {stand.world.unfinished()} uploads left")
        found += [f"{step}: {broken}" for broken in broken_channels(stand.world)]
        again = stand.end(scenario.body, metadata=scenario.metadata)
        if code_of(again) != ExitCode.OK or stand.channels() != ["1.2.3"] * 3:
            found.append(f"{step}: running again ended with {again}")
    assert not found, "\n".join(found)


@bodies
def test_a_signal_before_the_run_writes_nothing(body: bytes, stand: Stand) -> None:
    cancellation = Cancellation()
    cancellation.cancel(signal.SIGINT)
    assert code_of(stand.end(body, cancellation=cancellation)) == ExitCode.INTERRUPTED
    assert not stand.world.writes()


def test_the_first_signal_is_the_one_that_counts() -> None:
    cancellation = Cancellation()
    cancellation.cancel(signal.SIGINT)
    cancellation.cancel(signal.SIGTERM)
    assert exit_code_of(cancellation.error()) == ExitCode.INTERRUPTED


def test_cancelled_between_the_last_write_and_the_channel_is_not_a_success(stand: Stand) -> None:
    """Everything is stored, and only the channels are missing: the run says that it was cancelled, and how to go on."""
    cancellation = Cancellation()
    puts = count(1)

    def third(_: Call) -> None:
        if next(puts) == len(REGIONS):
            cancellation.cancel(signal.SIGTERM)

    stand.world.on("put", third, key="waybill", when="after", times=None)
    result = stand.stage(cancellation=cancellation)
    assert all(map(stand.holds, REGIONS))
    assert (result.outcome, result.exit_code) == (Outcome.PARTIAL, ExitCode.TERMINATED)
    assert stand.channels() == [None] * 3
    assert result.resume == "waybill stage --resume"


def test_cancelled_while_one_region_was_whole_before_offers_to_resume(stand: Stand) -> None:
    plant_whole(stand.world, REGIONS[0], LARGE)
    cancellation = Cancellation()
    stand.world.on("send", lambda _: cancellation.cancel(signal.SIGTERM), when="after")
    result = stand.stage(LARGE, cancellation=cancellation)
    assert result.exit_code == ExitCode.TERMINATED
    assert result.resume == "waybill stage --resume"
    assert not stand.world.unfinished()


@pytest.mark.parametrize("call", ["send", "complete"])
@pytest.mark.parametrize("error", [Unavailable("down"), Cancelled("stop", signal_number=15), OSError("disk")], ids=repr)
def test_uploads_are_aborted_whatever_ends_them(call: str, error: Exception, stand: Stand) -> None:
    def fail(_: Call) -> None:
        raise error

    stand.world.on(call, fail, region=REGIONS[0], times=None)
    if isinstance(error, OSError):
        with pytest.raises(OSError, match="disk"):
            stand.stage(LARGE, metadata=METADATA)
    else:
        assert stand.stage(LARGE, metadata=METADATA).exit_code != ExitCode.OK
    assert not stand.world.unfinished()


def test_an_upload_that_cannot_be_aborted_is_told(stand: Stand) -> None:
    stand.world.fail(call="send", region=REGIONS[0], times=None)
    stand.world.deny("abort", region=REGIONS[0])
    stand.stage(LARGE)
    assert stand.world.unfinished() == 1
    assert any("could not be aborted" in getattr(event, "text", "") for event in stand.reporter.events)


def test_a_file_that_changes_while_it_is_sent_leaves_no_upload(stand: Stand) -> None:
    body = LARGE * 8
    path = stand.packed(body).path
    stand.world.on("begin", lambda _: os.truncate(path, len(body) // 2))
    end = stand.end(body)
    assert getattr(end, "exit_code", None) == ExitCode.ARTIFACT
    assert not stand.world.unfinished()
    assert stand.channels() == [None] * 3


def test_work_that_ends_in_its_grace_ends_as_it_says() -> None:
    cancellation = Cancellation()

    def work() -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        assert cancellation.wait(60)
        return "reported"

    with attentive(cancellation):
        assert Supervised[str](cancellation).run(work) == "reported"
    assert cancellation.signal_number == signal.SIGTERM


def test_work_that_is_stuck_is_abandoned_and_its_uploads_are_aborted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "GRACE", 0.3)
    cancellation, stuck, undone = Cancellation(), Event(), Event()

    def work() -> None:
        with cancellation.guard(undone.set):
            os.kill(os.getpid(), signal.SIGINT)
            stuck.wait(60)

    with attentive(cancellation), pytest.raises(Abandoned):
        Supervised[None](cancellation).run(work)
    stuck.set()
    assert undone.is_set()
    assert cancellation.signal_number == signal.SIGINT


def test_an_abort_that_is_stuck_too_holds_nobody_up() -> None:
    cancellation, stuck, undone = Cancellation(), Event(), Event()

    def never() -> None:
        stuck.wait(60)

    def refused() -> None:
        raise Unavailable("down")

    with cancellation.guard(never), cancellation.guard(refused), cancellation.guard(undone.set):
        cancellation.clean_up(0.05)
    assert undone.wait(60)
    stuck.set()


def test_what_ended_by_itself_is_not_undone() -> None:
    cancellation, undone = Cancellation(), Event()
    with cancellation.guard(undone.set):
        pass
    cancellation.clean_up(1)
    assert not undone.is_set()
