"""A value that regions agree on: more than half of all of them say it, or nobody does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def majority(answers: Mapping[str, T], regions: int) -> T | None:
    """Return what more than half of all `regions` answered; None where nothing has that many.

    Of two regions one answer is no majority, also where the other did not answer.
    """
    counts: dict[T, int] = {}
    for value in answers.values():
        counts[value] = counts.get(value, 0) + 1
    return next((value for value, count in counts.items() if count * 2 > regions), None)
