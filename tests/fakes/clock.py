"""A clock that nobody waits for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock

EPOCH = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


class FakeClock:
    """Implements `ports.Clock`: sleeping moves it on at once. `sleeps` are the seconds of every sleep, in order.

    `on_sleep` is called before the time moves, with the seconds.
    """

    def __init__(self, on_sleep: Callable[[float], object] = lambda seconds: None) -> None:
        self._lock = Lock()
        self._elapsed = 0.0
        self._on_sleep = on_sleep
        self.sleeps: list[float] = []

    def now(self) -> str:
        """Return the time as ISO 8601 UTC to the second."""
        with self._lock:
            moment = EPOCH + timedelta(seconds=self._elapsed)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def monotonic(self) -> float:
        """Return the seconds since the clock was made."""
        with self._lock:
            return self._elapsed

    def sleep(self, seconds: float) -> None:
        """Move the time on."""
        self._on_sleep(seconds)
        with self._lock:
            self.sleeps.append(seconds)
            self._elapsed += seconds

    def advance(self, seconds: float) -> None:
        """Let time pass without anybody sleeping."""
        with self._lock:
            self._elapsed += seconds
