"""`require`: how many regions must succeed before any channel moves (P5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

RULE = "must be `all`, `majority` or a number of regions, 1 or more."

_NUMBER = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class Require:
    """`all`, `majority`, or a number, as it was given."""

    text: str = "all"

    @classmethod
    def parse(cls, text: str) -> Require:
        """Raise `ValueError` when the text is none of the three."""
        if text in {"all", "majority"} or (_NUMBER.fullmatch(text) and 1 <= int(text) <= 1000):
            return cls(text)
        raise ValueError(RULE)

    def count(self, regions: int) -> int:
        """Return how many of so many regions must succeed. More than there are is a fault: see `fault`."""
        if self.text == "all":
            return regions
        if self.text == "majority":
            return regions // 2 + 1
        return int(self.text)

    def fault(self, regions: int) -> str | None:
        """Return the rule that is broken where more regions are required than there are."""
        if self.count(regions) > regions:
            return f"asks for more regions than there are ({regions})."
        return None
