"""`invalidate`: after success, CloudFront's caches forget what was deployed before; waited for until they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from waybill.commands.together import together
from waybill.commands.tools import Tools
from waybill.domain.deploy.delivery import Invalidation
from waybill.domain.deploy.invalidating import reference
from waybill.errors import AccessDenied, Fault, InputError, TimedOut, Unavailable, WaybillError
from waybill.ports.distributions import Distributions, InvalidationState
from waybill.progress import Waiting

SHORTEST, LONGEST, GROWTH = 2.0, 20.0, 1.5
"""Seconds between two looks: an invalidation takes from some seconds to some minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """A distribution whose caches have forgotten the paths, and the id of the invalidation that did it."""

    distribution: str
    id: str


def invalidate(
    invalidations: Sequence[Invalidation], places: Sequence[Distributions], tools: Tools, *, seed: str, end: float
) -> tuple[Forgotten, ...]:
    """Invalidate, and wait; `end` is on the monotonic clock. What has the same `seed` is done once: a deploy's is its
    execution. `places` are the accounts in which each distribution may be, in the order in which they are asked.

    Raises `InputError` where there is no such distribution, `AccessDenied`, `TimedOut`, `Cancelled`. All are begun
    before the first is waited for.
    """
    pending: dict[str, InvalidationState | None] = {one.distribution: None for one in invalidations}
    work = _Work(places, seed, tools, end)
    pause = SHORTEST
    while True:
        for one in invalidations:
            tools.cancellation.check()
            pending[one.distribution] = work.step(one, pending[one.distribution])
        left = [name for name, state in pending.items() if state is None or not state.done]
        if not left:
            return tuple(Forgotten(distribution=name, id=state.id) for name, state in pending.items() if state)
        remaining = end - tools.clock.monotonic()
        if remaining <= 0:
            raise _over({name: pending[name] for name in left})
        # Spread out, so that many repositories do not look at the same moments.
        tools.clock.sleep(min(remaining, pause * (0.8 + 0.4 * tools.retry.random())))
        pause = min(LONGEST, pause * GROWTH)


class _Work:
    """What is done about one invalidation at a time."""

    def __init__(self, places: Sequence[Distributions], seed: str, tools: Tools, end: float) -> None:
        self._places = places
        self._found: dict[str, Distributions] = {}
        self._seed = seed
        self._tools = tools
        self._end = end

    def step(self, one: Invalidation, state: InvalidationState | None) -> InvalidationState | None:
        """Begin it, or look at it; None: it could not be begun yet."""
        if state is not None and state.done:
            return state
        try:
            if state is not None:
                return self._found[one.distribution].look(one.distribution, state.id)
            begun = self._begin(one)
        except Unavailable as error:
            self._tell(one, error.what)
            return state
        if begun is None:
            self._tell(one, "too many invalidations are under way; CloudFront takes the next when some are done")
        return begun

    def _begin(self, one: Invalidation) -> InvalidationState | None:
        """Begin it in the first account that has the distribution; None: it could not be begun yet."""
        errors: list[WaybillError] = []
        for place in self._places:
            try:
                begun = place.invalidate(one.distribution, one.paths, reference=reference(one, self._seed))
            except (InputError, AccessDenied) as error:
                errors.append(error)
                continue
            self._found[one.distribution] = place
            return begun
        raise _nowhere(one, errors)

    def _tell(self, one: Invalidation, why: str) -> None:
        left = self._end - self._tools.clock.monotonic()
        self._tools.reporter.tell(Waiting(f"CloudFront {one.distribution}", why, LONGEST, left))


def _nowhere(one: Invalidation, errors: Sequence[WaybillError]) -> WaybillError:
    """Return the error of what no account took, with what each of them says of it."""
    faults = [fault for error in errors if isinstance(error, InputError) for fault in error.faults]
    if len(faults) < len(errors):
        return together([error for error in errors if not isinstance(error, InputError)])
    rules = dict.fromkeys(fault.rule.rstrip(".") for fault in faults)
    advice = "The pipeline itself succeeded. Run again with the right id, or forget the paths by hand."
    return InputError([Fault("invalidate", one.distribution, f"{' and '.join(rules)}.", faults[0].example)], advice)


def _over(left: dict[str, InvalidationState | None]) -> TimedOut:
    begun = [f"{state.id} of {name}" for name, state in left.items() if state]
    never = [name for name, state in left.items() if state is None]
    said = [f"invalidation {', '.join(begun)} was not completed"] if begun else []
    said += [f"CloudFront took no invalidation for {', '.join(never)}"] if never else []
    return TimedOut(
        f"invalidate: {'; '.join(said)} within the time limit (`timeout`).",
        "The pipeline itself succeeded, and what was begun goes on by itself. Run again, with a longer `timeout`.",
    )
