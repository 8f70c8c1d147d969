"""Waits for calls that may hang, for so many seconds in all and not one more."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from waybill.errors import Unavailable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class End(Generic[T]):
    """How a call ended: with a value, or with what it raised, whatever that is."""

    value: T | None = None
    error: BaseException | None = None


class Patience:
    """Runs calls one after the other in a thread of its own, which is left behind where one hangs.

    A timeout of a request would not do: it counts anew with every byte that trickles in.
    """

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._left = seconds
        self._monotonic = monotonic
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="patience")
        self._over = False

    @property
    def over(self) -> bool:
        """Whether a call was told that the time ran out: nothing is waited for any more."""
        return self._over

    def run(self, work: Callable[[], T]) -> End[T]:
        """Return how `work` ended; `Unavailable`, once and for all, where the time runs out or ran out before."""
        started = self._monotonic()
        if self._left <= 0:
            return self._ran_out()
        future = self._pool.submit(work)
        try:
            error = future.exception(self._left)
        except TimeoutError:
            return self._ran_out()
        self._left -= self._monotonic() - started
        return End(error=error) if error is not None else End(value=future.result())

    def _ran_out(self) -> End[T]:
        self._over = True
        self._pool.shutdown(wait=False, cancel_futures=True)
        return End(error=Unavailable("GitHub did not answer in time."))
