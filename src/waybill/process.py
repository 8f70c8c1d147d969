"""The life of the process: signals become a cancellation, and the end comes within five seconds of one (P6)."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from types import FrameType
from typing import Generic, NoReturn, TextIO, TypeVar

from waybill.cancel import Cancellation, read_line

T = TypeVar("T")

GRACE = 3.0
"""Seconds that the work has, once cancelled, to abort its uploads and report."""

CLEAN_UP = 1.2
"""Seconds for what the work could not abort itself, because it is stuck in a call that nobody answers."""

LIMIT = 4.7
"""Seconds from the first signal to the end of the process, whatever it is at (P6)."""

GLANCE = 0.1
"""Seconds between two looks for a signal that woke nobody."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)

_OVER = 0
"""No signal's number."""


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
    """The work did not end within the grace; the process must end without it. `undone`: all uploads were aborted."""

    def __init__(self, *, undone: bool) -> None:
        self.undone = undone
        super().__init__("cut off")


class Supervised(Generic[T]):
    """Runs the work beside the main thread, which stays free to hear signals."""

    def __init__(self, cancellation: Cancellation) -> None:
        self._cancellation = cancellation

    def run(self, work: Callable[[], T]) -> T:
        """Return what `work` returns or raise what it raises; `Abandoned` where it does not end once cancelled."""
        future: Future[T] = Future()
        changed: SimpleQueue[None] = SimpleQueue()
        future.add_done_callback(lambda _: changed.put(None))
        self._cancellation.listen(lambda: changed.put(None))
        Thread(target=_carry, args=(work, future), name="work", daemon=True).start()
        # Not without a timeout: a signal that arrives just before the wait begins wakes nobody, and its handler would
        # run only when the wait ends.
        while not future.done() and not self._cancellation.cancelled:
            with suppress(Empty):
                changed.get(timeout=GLANCE)
        end = monotonic() + GRACE
        while not future.done() and monotonic() < end:
            with suppress(Empty):
                changed.get(timeout=max(0.0, end - monotonic()))
        if future.done():
            return future.result()
        raise Abandoned(undone=self._cancellation.clean_up(CLEAN_UP))


def _carry(work: Callable[[], T], future: Future[T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - handed to the main thread, whole
        future.set_exception(error)


@contextmanager
def attentive(
    cancellation: Cancellation, *, limit: float = LIMIT, end: Callable[[int], object] = os._exit
) -> Generator[None, None, None]:
    """Hear SIGINT and SIGTERM as a cancellation, which interrupts nothing; PID 1 ignores what it does not handle.

    Whatever is done inside, writing of what there is to tell included, has `limit` seconds from the first signal on;
    then `end` is called with the signal's exit code.
    """
    heard: SimpleQueue[int] = SimpleQueue()

    def handle(number: int, frame: FrameType | None) -> None:
        cancellation.cancel(number)
        heard.put(number)

    Thread(target=_watch, args=(heard, limit, end), name="watch", daemon=True).start()
    before = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield
    finally:
        heard.put(_OVER)
        for number, handler in before.items():
            signal.signal(number, handler)


def _watch(heard: SimpleQueue[int], limit: float, end: Callable[[int], object]) -> None:
    first = number = heard.get()
    latest = monotonic() + limit
    while number != _OVER:
        try:
            number = heard.get(timeout=max(0.0, latest - monotonic()))
        except Empty:
            end(128 + first)
            return


def end_at_once() -> None:
    """Let SIGINT and SIGTERM end the process there and then, with 130 or 143: nothing was begun yet."""

    def handle(number: int, frame: FrameType | None) -> NoReturn:
        os._exit(128 + number)

    for number in SIGNALS:
        signal.signal(number, handle)


def hurry() -> None:
    """Let the collector of cycles run seldom: a short run makes few, and looking for them is a tenth of its time."""
    gc.set_threshold(100_000, 50, 100)


def stand_in() -> None:
    """Put something in the place of standard streams that were closed before the process began (`>&-`)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            # For as long as the process lives.
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


def asker(stdin: TextIO | None, stream: TextIO, cancellation: Cancellation) -> Callable[[str], str] | None:
    """Return what asks the person at the terminal; None where there is none, or no one who would see the question."""
    if stdin is None or not stdin.isatty() or not stream.isatty():
        return None

    def ask(question: str) -> str:
        stream.write(question)
        stream.flush()
        return read_line(stdin, cancellation)

    return ask


def say(stream: TextIO, text: str) -> None:
    """Write text for a person. Where the reader went away nobody is left to tell, and the exit code stands."""
    with suppress(BrokenPipeError):
        stream.write(text)
        stream.flush()


def heard(main: Callable[[], int]) -> int:
    """Return what `main` returns; where it met a reader that went away, what a shell says of a tool that did."""
    try:
        return main()
    except BrokenPipeError:
        return 128 + signal.SIGPIPE


def leave(code: int) -> NoReturn:
    """End the process without waiting for threads that are stuck, nor for the interpreter to be taken down."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # a reader that went away
            stream.flush()
    os._exit(code)
