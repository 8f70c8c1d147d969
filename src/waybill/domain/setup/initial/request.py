"""What `setup init` is asked for, and what it wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class InitRequest:
    """`path` is the file to write; `answers` what it shall say, None where a person is asked.

    `suggested` are regions that the environment names. `schema`: where editors find the schema.
    """

    path: str
    schema: str
    answers: Mapping[str, Any] | None = None
    suggested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The file that was written (a `Body`): its path, and how much is in it."""

    path: str
    accounts: int
    regions: int
    pipelines: int

    def to_json(self) -> dict[str, Any]:
        """Return the members that the result document has more."""
        return {"config": self.path, "accounts": self.accounts, "pipelines": self.pipelines}
