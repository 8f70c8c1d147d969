"""What a request says of itself: the values of condition keys. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

Value = str | tuple[str, ...] | None


def _nothing(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Context:
    """What a request says of itself.

    `values` has it by lower-case key; None where this request has no such value. Of the keys that begin with one of
    `families` there are no others than those in `values`. Conditions on keys that `granted` says yes to are met. The
    values of `pathless` are ARNs of roles that may have a path, too.
    """

    values: Mapping[str, Value]
    families: tuple[str, ...] = ()
    granted: Callable[[str], bool] = _nothing
    pathless: frozenset[str] = frozenset()

    def within(self, values: Mapping[str, Value]) -> Context:
        """Return this context with more values, where it has none of its own."""
        return replace(self, values={**values, **self.values})

    def knows(self, key: str) -> bool:
        """Tell whether it is known what the request says of `key` (lower case)."""
        return key in self.values or key.startswith(self.families or ("\0",))

    def all_of(self, key: str) -> tuple[str, ...]:
        """Return every value of `key`; none where the request has no such value."""
        given = self.values.get(key)
        return () if given is None else given if isinstance(given, tuple) else (given,)
