"""Three-valued truth: what is not known of a request is neither met nor failed. Pure.

`min` of several is their and, `max` their or.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Truth(IntEnum):
    """Whether something is so."""

    NO = 0
    MAYBE = 1
    YES = 2

    @classmethod
    def of(cls, said: bool) -> Truth:
        """Return YES or NO."""
        return cls.YES if said else cls.NO

    def turned(self) -> Truth:
        """Return its opposite; what is not known stays so."""
        return Truth(Truth.YES - self)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that an answer hangs on and that is not known.

    `about` is a condition key as the policy writes it (then `operator` and `wanted` are what the policy asks of it), or
    words: `the name of the session`. `unread`: it is a policy, which nobody could read.
    """

    about: str
    operator: str = ""
    wanted: tuple[str, ...] = ()
    unread: bool = False

    @property
    def is_key(self) -> bool:
        """Whether it is a condition key, which a request can be given a value of."""
        return bool(self.operator)

    def __str__(self) -> str:
        return f"{self.operator} {self.about}" if self.operator else self.about

    def to_json(self) -> dict[str, Any]:
        """Return it as a member of the result document's `depends_on`."""
        key = {"key": self.about, "operator": self.operator, "wanted": list(self.wanted)}
        return key if self.operator else {"about": self.about} | ({"unread": True} if self.unread else {})
