"""Being told to stop: SIGINT and SIGTERM become a flag that everything looks at between two steps."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from time import monotonic

from waybill.errors import Cancelled, WaybillError


class Cancellation:
    """Set once, by a signal's handler. `wait` is a sleep that ends early."""

    def __init__(self) -> None:
        self._event = Event()
        self._lock = Lock()
        self._guarded: dict[int, Callable[[], None]] = {}
        self.signal_number = 0

    def cancel(self, signal_number: int) -> None:
        """Ask everything to stop. Safe in a signal's handler; the first signal counts."""
        if not self.signal_number:
            self.signal_number = signal_number
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep, unless and until cancelled; returns whether it is."""
        return self._event.wait(seconds)

    def check(self) -> None:
        """Raise `Cancelled` when somebody asked to stop."""
        if self._event.is_set():
            raise self.error()

    def error(self) -> Cancelled:
        """Return the error that says so."""
        return Cancelled(
            "Cancelled before the end.",
            "Unfinished uploads were aborted, and no channel names a half-written version. Run again to finish.",
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

    def clean_up(self, seconds: float) -> None:
        """Undo what is guarded, all at once, for at most so many seconds."""
        with self._lock:
            undos = list(self._guarded.values())
        end = monotonic() + seconds
        threads = [Thread(target=_quietly, args=(undo,), daemon=True) for undo in undos]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, end - monotonic()))


def _quietly(undo: Callable[[], None]) -> None:
    from contextlib import suppress  # noqa: PLC0415

    with suppress(WaybillError):
        undo()
