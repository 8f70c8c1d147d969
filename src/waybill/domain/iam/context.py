"""What a request says of itself: the values of condition keys. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Value = str | tuple[str, ...] | None


def _nothing(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Context:
    """What a request says of itself.

    `values` has it by lower-case key; None where this request has no such value. Of the keys that begin with one of
    `families` there are no others than those in `values`. Conditions on keys that `granted` says yes to are met.
    """

    values: Mapping[str, Value]
    families: tuple[str, ...] = ()
    granted: Callable[[str], bool] = _nothing

    def within(self, values: Mapping[str, Value]) -> Context:
        """Return this context with more values, where it has none of its own."""
        return Context({**values, **self.values}, self.families, self.granted)

    def knows(self, key: str) -> bool:
        """Tell whether it is known what the request says of `key` (lower case)."""
        return key in self.values or key.startswith(self.families or ("\0",))

    def all_of(self, key: str) -> tuple[str, ...]:
        """Return every value of `key`; none where the request has no such value."""
        given = self.values.get(key)
        return () if given is None else given if isinstance(given, tuple) else (given,)
