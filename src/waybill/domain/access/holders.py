"""Who has identity policies: users, roles, and the groups of users. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class HolderKind(StrEnum):
    """What somebody with policies of their own is, as IAM's calls name it."""

    USER = "user"
    ROLE = "role"
    GROUP = "group"


@dataclass(frozen=True, slots=True, order=True)
class Holder:
    """A user, a role or a group of an account. `name` is without a path."""

    kind: HolderKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind.value} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A user or a role as IAM has it. `boundary` is the ARN of its permissions boundary, empty where it has none."""

    arn: str
    boundary: str = ""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
