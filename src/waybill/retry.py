"""Trying again: growing waits with full jitter, within a budget of seconds that is printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from waybill.errors import Unavailable
from waybill.ports import Clock

T = TypeVar("T")


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
    budget: float = 60.0
    attempts: int = 8
    base: float = 0.25
    cap: float = 8.0

    def call(self, attempt: Callable[[], T]) -> T:
        """Return what `attempt` returns, or raise its last `Unavailable` when the budget is spent."""
        end = self.clock.monotonic() + self.budget
        for number in range(1, self.attempts + 1):
            try:
                return attempt()
            except Unavailable as error:
                wait = self.random() * min(self.cap, self.base * 2**number)
                left = end - self.clock.monotonic()
                if number == self.attempts or wait > left:
                    raise Unavailable(
                        error.what,
                        f"Tried {number} times within a budget of {self.budget:.0f} s. {error.advice}".rstrip(),
                    ) from error
                self.told(error, wait, left)
                self.clock.sleep(wait)
                self.check()
        raise AssertionError("unreachable: the loop returns or raises")
