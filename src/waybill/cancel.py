"""Being told to stop: SIGINT and SIGTERM become a flag that everything looks at between two steps."""

from __future__ import annotations

from threading import Event

from waybill.errors import Cancelled


class Cancellation:
    """Set once, by a signal's handler. `wait` is a sleep that ends early."""

    def __init__(self) -> None:
        self._event = Event()
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
            raise Cancelled(
                "Cancelled before the end.",
                "Unfinished uploads were aborted and no half-written version is visible. Run the same again to finish.",
                signal_number=self.signal_number,
            )
