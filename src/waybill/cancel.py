"""Being told to stop: SIGINT and SIGTERM become a flag that everything looks at between two steps."""

from __future__ import annotations

import select
from collections.abc import Callable, Generator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import TextIO

from waybill.errors import Cancelled, WaybillError

GLANCE = 0.1
"""Seconds between two looks for a signal, while somebody thinks."""


class Cancellation:
    """Set once, by a signal's handler. `wait` is a sleep that ends early."""

    def __init__(self) -> None:
        # A handler interrupts its own thread anywhere, also where that holds a lock, and another handler. Putting
        # into a SimpleQueue is the one way to wake others that Python promises to be re-entrant.
        self._baton: SimpleQueue[None] = SimpleQueue()
        self._listeners: tuple[Callable[[], object], ...] = ()
        self._cancelled = False
        self._lock = Lock()
        self._guarded: dict[int, Callable[[], None]] = {}
        self.signal_number = 0

    def cancel(self, signal_number: int) -> None:
        """Ask everything to stop. Safe in a signal's handler; the first signal counts."""
        if not self.signal_number:
            self.signal_number = signal_number
        self._cancelled = True
        self._baton.put(None)
        for call in self._listeners:
            call()

    def listen(self, call: Callable[[], object]) -> None:
        """Have `cancel` call this, each time, in the handler: it must be re-entrant. Called at once where it is late.

        To be used by the main thread, where handlers run.
        """
        self._listeners = (*self._listeners, call)
        if self._cancelled:
            call()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._cancelled

    def wait(self, seconds: float) -> bool:
        """Sleep, unless and until cancelled; returns whether it is."""
        if not self._cancelled:
            try:
                self._baton.get(timeout=max(0.0, seconds))
            except Empty:
                return self._cancelled
            self._baton.put(None)  # for the next one who waits
        return True

    def check(self) -> None:
        """Raise `Cancelled` when somebody asked to stop."""
        if self._cancelled:
            raise self.error()

    def error(self) -> Cancelled:
        """Return the error that says so."""
        return Cancelled(
            "Cancelled before the end.",
            "Unfinished uploads were aborted, and no channel names a half-written version. Run again to finish.",
            signal_number=self.signal_number,
        )

    def cut_off(self, *, undone: bool) -> Cancelled:
        """Return the error of a run that did not end in time; `undone` is what `clean_up` returned."""
        left = (
            "The uploads known to be unfinished were aborted."
            if undone
            else "An unfinished upload may be left behind; the bucket's lifecycle rule removes it."
        )
        return Cancelled(
            "Cancelled, and cut off: a call that nobody answered did not end in time.",
            f"{left} No channel names a half-written version. Run again to finish.",
            signal_number=self.signal_number,
        )

    @contextmanager
    def guard(self, undo: Callable[[], None]) -> Generator[None, None, None]:
        """Keep `undo` for `clean_up`, should the work inside be stuck when the process must end."""
        key = id(undo)
        with self._lock:
            self._guarded[key] = undo
        try:
            yield
        finally:
            with self._lock:
                self._guarded.pop(key, None)

    def clean_up(self, seconds: float) -> bool:
        """Undo what is guarded, all at once, for at most so many seconds; returns whether all of it was undone."""
        with self._lock:
            undos = list(self._guarded.values())
        end = monotonic() + seconds
        undone: list[None] = []
        threads = [Thread(target=_quietly, args=(undo, undone), daemon=True) for undo in undos]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, end - monotonic()))
        return len(undone) == len(undos)


def _quietly(undo: Callable[[], None], undone: list[None]) -> None:
    from contextlib import suppress  # noqa: PLC0415

    with suppress(WaybillError):
        undo()
        undone.append(None)


def read_line(stream: TextIO, cancellation: Cancellation) -> str:
    """Return the line that somebody types, empty at the end of the input. What is asked, is asked before any change.

    Raises `Cancelled` when somebody asks to stop: a signal's handler does not end a read.
    """
    while not select.select([stream], [], [], GLANCE)[0]:
        if cancellation.cancelled:
            raise Cancelled(
                "Cancelled at a question.", "Nothing was changed.", signal_number=cancellation.signal_number
            )
    return stream.readline()
