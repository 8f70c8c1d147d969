"""The account's CloudFront: what its caches are told to forget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidationState:
    """An invalidation that CloudFront has taken; `done`: no cache has the old files any more."""

    id: str
    done: bool


class Distributions(Protocol):
    """The account's distributions."""

    def invalidate(self, distribution: str, paths: Sequence[str], *, reference: str) -> InvalidationState | None:
        """Have a distribution's caches forget `paths`; None where too many invalidations are under way.

        The same `reference` with the same paths is the same invalidation. Raises `InputError` where there is no such
        distribution, or CloudFront does not take the paths.
        """

    def look(self, distribution: str, invalidation: str) -> InvalidationState:
        """Return how an invalidation stands now."""
