"""Trying again: growing waits with full jitter, within a budget of seconds that is printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from waybill.errors import Unavailable
from waybill.ports.clock import Clock

T = TypeVar("T")


SECONDS = 60.0
"""How long one call is tried again, unless something else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often, how long and with what waits a call that met `Unavailable` is tried again.

    `budget` and waits are seconds; `random` returns a number from 0 to 1; `told` hears of each wait (the error, the
    wait, what is left of the budget); `check` raises when the run is cancelled. Nothing but `Unavailable` is tried
    again: a refusal is permanent.
    """

    clock: Clock
    random: Callable[[], float]
    told: Callable[[Unavailable, float, float], None] = lambda error, wait, left: None
    check: Callable[[], None] = lambda: None
    budget: float = SECONDS
    attempts: int = 8
    base: float = 0.25
    cap: float = 8.0

    def call(self, attempt: Callable[[], T]) -> T:
        """Return what `attempt` returns, or raise its last `Unavailable` when the budget is spent."""
        started = self.clock.monotonic()
        end = started + self.budget
        for number in range(1, self.attempts + 1):
            try:
                return attempt()
            except Unavailable as error:
                wait = self.random() * min(self.cap, self.base * 2**number)
                left = end - self.clock.monotonic()
                if number == self.attempts or wait > left:
                    tried = self._tried(number, self.clock.monotonic() - started)
                    raise Unavailable(error.what, f"{tried} {error.advice}".rstrip()) from error
                self.told(error, wait, left)
                self.clock.sleep(wait)
                self.check()
        raise AssertionError("unreachable: the loop returns or raises")

    def _tried(self, number: int, seconds: float) -> str:
        tried = f"Tried {number} times in {seconds:.0f} s" if number > 1 else f"Tried once, for {seconds:.0f} s,"
        most = f"{self.attempts} tries" if self.attempts > 1 else "1 try"
        return f"{tried} and gave up: the limits are {most} and {self.budget:.0f} s."
