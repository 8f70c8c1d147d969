"""Time, so that tests need not wait for it."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Time, so that tests need not wait for it."""

    def now(self) -> str:
        """Return the time as ISO 8601 UTC to the second: `2026-01-31T12:00:00Z`."""

    def monotonic(self) -> float:
        """Return seconds from some moment on."""

    def sleep(self, seconds: float) -> None:
        """Wait; returns early when the run is cancelled."""
