"""The collaborators that every command gets as one argument."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Lock
from typing import TypeVar

from waybill.cancel import Cancellation
from waybill.domain.identity import Identity
from waybill.errors import Unavailable, WaybillError
from waybill.ports.account import Gateway
from waybill.ports.clock import Clock
from waybill.progress import Event, Reporter, Step, Stepped, Waiting
from waybill.retry import Retry

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a command works with. `gateways` makes the way in for an identity; `run_id` names this run.

    `known_regions` are those that the SDK knows. `console`: what is done shows in AWS's console; in the sandbox it does
    not.
    """

    gateways: Callable[[Identity], Gateway]
    clock: Clock
    reporter: Reporter
    cancellation: Cancellation
    retry: Retry
    known_regions: frozenset[str]
    run_id: str
    console: bool = True

    def told(self, region: str) -> Callable[[Unavailable, float, float], None]:
        """Return what hears of a region's waits."""
        return lambda error, wait, left: self.reporter.tell(Waiting(region, error.what, wait, left))


def observing_once(tools: Tools) -> Tools:
    """Return the same tools, which tell of each region once that it is observed, however often a command looks."""
    return replace(tools, reporter=_ObservingOnce(tools.reporter))


class _ObservingOnce:
    """Implements `Reporter`."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._lock = Lock()
        self._observed: set[str] = set()

    def tell(self, event: Event) -> None:
        """Take one event, and pass it on unless it was told before that this region is observed."""
        if isinstance(event, Stepped) and event.step is Step.OBSERVE:
            with self._lock:
                if event.region in self._observed:
                    return
                self._observed.add(event.region)
        self._reporter.tell(event)


def everywhere(
    task: Callable[[T], R], places: Sequence[T], *, limit: int = 40
) -> tuple[Mapping[T, R], Mapping[T, WaybillError]]:
    """Run `task` for all places at once: exactly one end each, an answer or an error of ours.

    Anything that is not a `WaybillError` is a bug and is raised, after all have ended.
    """
    answers: dict[T, R] = {}
    errors: dict[T, WaybillError] = {}
    if not places:
        return answers, errors
    with ThreadPoolExecutor(min(limit, len(places)), thread_name_prefix="region") as pool:
        futures = {place: pool.submit(task, place) for place in places}
    for place, future in futures.items():
        try:
            answers[place] = future.result()
        except WaybillError as error:
            errors[place] = error
    return answers, errors
