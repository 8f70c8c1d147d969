"""The collaborators that every command gets as one argument."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from waybill.cancel import Cancellation
from waybill.domain.identity import Identity
from waybill.errors import Unavailable, WaybillError
from waybill.ports.account import Gateway
from waybill.ports.clock import Clock
from waybill.progress import Reporter, Waiting
from waybill.retry import Retry

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a command works with. `gateways` makes the way in for an identity; `run_id` names this run.

    `known_regions` are those that the SDK knows.
    """

    gateways: Callable[[Identity], Gateway]
    clock: Clock
    reporter: Reporter
    cancellation: Cancellation
    retry: Retry
    known_regions: frozenset[str]
    run_id: str

    def told(self, region: str) -> Callable[[Unavailable, float, float], None]:
        """Return what hears of a region's waits."""
        return lambda error, wait, left: self.reporter.tell(Waiting(region, error.what, wait, left))


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
