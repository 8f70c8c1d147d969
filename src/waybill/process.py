"""The life of the process: signals become a cancellation, and the end comes within five seconds of one (P6)."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread
from time import monotonic
from types import FrameType
from typing import Generic, NoReturn, TypeVar

from waybill.cancel import Cancellation

T = TypeVar("T")

GRACE = 3.0
"""Seconds that the work has, once cancelled, to abort its uploads and report."""

CLEAN_UP = 1.2
"""Seconds for what the work could not abort itself, because it is stuck in a call that nobody answers."""


class SystemClock:
    """Implements `ports.Clock`; a cancelled run does not sleep."""

    def __init__(self, cancellation: Cancellation) -> None:
        self._cancellation = cancellation

    def now(self) -> str:
        """Return the time as ISO 8601 UTC, to the second."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def monotonic(self) -> float:
        """Return seconds from some moment on."""
        return monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait, unless and until cancelled."""
        self._cancellation.wait(seconds)


class Abandoned(Exception):
    """The work did not end within the grace; the process must end without it."""


class Supervised(Generic[T]):
    """Runs the work beside the main thread, which stays free to hear signals."""

    def __init__(self, cancellation: Cancellation) -> None:
        self._cancellation = cancellation

    def run(self, work: Callable[[], T]) -> T:
        """Return what `work` returns or raise what it raises; `Abandoned` where it does not end once cancelled."""
        future: Future[T] = Future()
        changed = Event()
        future.add_done_callback(lambda _: changed.set())
        with self._signals(changed):
            Thread(target=_carry, args=(work, future), name="work", daemon=True).start()
            changed.wait()
            if not future.done():
                end = monotonic() + GRACE
                while not future.done() and monotonic() < end:
                    changed.clear()
                    changed.wait(max(0.0, end - monotonic()))
            if future.done():
                return future.result()
            self._cancellation.clean_up(CLEAN_UP)
            raise Abandoned

    @contextmanager
    def _signals(self, changed: Event) -> Generator[None, None, None]:
        """PID 1 in a container ignores what it does not handle, so both signals are always handled."""

        def handle(number: int, frame: FrameType | None) -> None:
            self._cancellation.cancel(number)
            changed.set()

        before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _carry(work: Callable[[], T], future: Future[T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - handed to the main thread, whole
        future.set_exception(error)


def hurry() -> None:
    """Let the collector of cycles run seldom: a short run makes few, and looking for them is a tenth of its time."""
    gc.set_threshold(100_000, 50, 100)


def leave(code: int) -> NoReturn:
    """End the process without waiting for threads that are stuck, nor for the interpreter to be taken down."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
