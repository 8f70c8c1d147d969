"""CloudFront of one account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fakes.calls import Call
from fakes.world import World
from waybill.errors import Fault, InputError
from waybill.ports.distributions import InvalidationState

MOST_UNDER_WAY = 3000
"""Paths of one distribution."""

LOOKS = 2
"""An invalidation is done when it is looked at so often."""


@dataclass(slots=True)
class FakeInvalidation:
    """One invalidation."""

    id: str
    reference: str
    paths: tuple[str, ...]
    looks: int = 0


@dataclass(slots=True)
class DistributionState:
    """One distribution; `busy` paths of others are under way. `stuck`: nothing is ever done."""

    invalidations: list[FakeInvalidation] = field(default_factory=list)
    busy: int = 0
    stuck: bool = False


class FakeDistributions:
    """Implements `ports.Distributions`. Distributions are `world.distributions[account, id]`."""

    def __init__(self, world: World, *, account: str) -> None:
        self._world = world
        self._account = account

    def invalidate(self, distribution: str, paths: Sequence[str], *, reference: str) -> InvalidationState | None:
        """Take an invalidation, or find the one of this reference."""
        with self._world.calls.making(Call(region="", call="invalidate", name=distribution, account=self._account)):
            state = self._state(distribution)
            for one in state.invalidations:
                if one.reference == reference:
                    return InvalidationState(id=one.id, done=self._done(state, one))
            if state.busy + len(paths) > MOST_UNDER_WAY:
                return None
            one = FakeInvalidation(f"I{len(state.invalidations) + 1:013d}", reference, tuple(paths))
            state.invalidations.append(one)
            return InvalidationState(id=one.id, done=False)

    def look(self, distribution: str, invalidation: str) -> InvalidationState:
        """Look once more."""
        call = Call(region="", call="look-invalidation", name=distribution, account=self._account)
        with self._world.calls.making(call):
            state = self._state(distribution)
            one = next(one for one in state.invalidations if one.id == invalidation)
            one.looks += 1
            return InvalidationState(id=one.id, done=self._done(state, one))

    @staticmethod
    def _done(state: DistributionState, one: FakeInvalidation) -> bool:
        return not state.stuck and one.looks >= LOOKS

    def _state(self, distribution: str) -> DistributionState:
        found = self._world.distributions.get((self._account, distribution))
        if found is None:
            rule = f"is not the id of a distribution of account {self._account}."
            raise InputError([Fault("invalidate", distribution, rule)])
        return found
