"""Signals, from the first line of the process to its last: heard anywhere, and never a traceback (P6)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from types import FrameType
from typing import Any

import pytest

import waybill
from waybill import process
from waybill.cancel import Cancellation
from waybill.process import Supervised, attentive

SOURCE = str(Path(waybill.__file__).parent.parent)


def interrupted_at_every_line(cancellation: Cancellation, action: Callable[[], object]) -> bool:
    """Cancel within every line that `action` runs, in its own thread, as handlers do; whether it then ends."""
    inside = False

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal inside
        if not inside and event == "line":
            inside = True
            cancellation.cancel(signal.SIGTERM)
            inside = False
        return trace

    def run() -> None:
        sys.settrace(trace)
        try:
            action()
        finally:
            sys.settrace(None)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(20)
    return not thread.is_alive()


def test_a_handler_may_interrupt_a_sleep_of_its_own_thread_anywhere() -> None:
    cancellation = Cancellation()
    assert interrupted_at_every_line(cancellation, lambda: cancellation.wait(60))


def test_a_handler_may_interrupt_another_handler_anywhere() -> None:
    cancellation = Cancellation()
    assert interrupted_at_every_line(cancellation, lambda: cancellation.cancel(signal.SIGINT))


def test_everybody_who_sleeps_is_woken() -> None:
    cancellation, woken = Cancellation(), SimpleQueue[bool]()
    threads = [Thread(target=lambda: woken.put(cancellation.wait(60)), daemon=True) for _ in range(5)]
    for thread in threads:
        thread.start()
    cancellation.cancel(signal.SIGINT)
    assert [woken.get(timeout=20) for _ in threads] == [True] * 5
    assert cancellation.wait(60)


def test_nobody_is_woken_for_nothing() -> None:
    assert not Cancellation().wait(0)


def test_who_listens_late_hears_too() -> None:
    cancellation, heard = Cancellation(), SimpleQueue[None]()
    cancellation.cancel(signal.SIGINT)
    cancellation.listen(lambda: heard.put(None))
    assert not heard.empty()


def test_a_signal_before_the_work_is_begun_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "GRACE", 0.05)
    cancellation, stuck = Cancellation(), Event()
    with attentive(cancellation):
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(process.Abandoned):
            Supervised[bool](cancellation).run(lambda: stuck.wait(60))
    stuck.set()


def test_a_signal_after_the_work_interrupts_no_writing() -> None:
    cancellation = Cancellation()
    with attentive(cancellation):
        assert Supervised[str](cancellation).run(lambda: "done") == "done"
        os.kill(os.getpid(), signal.SIGTERM)
        written = "whole"
    assert (written, cancellation.signal_number) == ("whole", signal.SIGTERM)


def test_writing_that_is_stuck_ends_with_the_first_signals_code() -> None:
    cancellation, ended = Cancellation(), SimpleQueue[int]()
    with attentive(cancellation, limit=0.05, end=ended.put):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        assert ended.get(timeout=20) == 130


def test_what_ends_in_time_is_not_ended_again() -> None:
    ended: list[int] = []
    with attentive(Cancellation(), limit=0.05, end=ended.append):
        os.kill(os.getpid(), signal.SIGINT)
    Event().wait(0.2)
    assert not ended


@pytest.mark.parametrize("face", ["waybill.cli", "waybill.action"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_before_the_work_a_signal_ends_the_process_without_a_word(face: str, number: int, code: int) -> None:
    """The process stops where it first asks for what is slow, and hears the signal there."""
    script = (
        f"import os, sys, {face} as face\n"
        "class Slow:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == 'waybill.redaction': os.kill(os.getpid(), {int(number)})\n"
        "sys.meta_path.insert(0, Slow())\n"
        "sys.argv = ['waybill', 'stage']\n"
        "face.run()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env={"PYTHONPATH": SOURCE}
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (code, "", "")
