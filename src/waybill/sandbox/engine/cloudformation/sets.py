"""What a StackSet is: one template in many accounts and regions. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from waybill.sandbox.engine.cloudformation.stack import Where
from waybill.sandbox.engine.refusals import Refusal

SELF_MANAGED: Final = "SELF_MANAGED"
SERVICE_MANAGED: Final = "SERVICE_MANAGED"
RUNNING, SUCCEEDED, FAILED, CANCELLED = "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"
CURRENT, OUTDATED = "CURRENT", "OUTDATED"


@dataclass(slots=True, kw_only=True, eq=False)
class Instance:
    """A stack that a StackSet has in one place; `stack_id` is empty before there is one."""

    where: Where
    unit: str = ""
    stack_id: str = ""
    status: str = OUTDATED
    detail: str = "PENDING"
    reason: str = ""
    overrides: dict[str, str] = field(default_factory=dict)
    operation: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class SetOperation:
    """Something that is done to a StackSet's stacks. `results` has a status and a reason for each place."""

    id: str
    action: str
    created: float
    preferences: Mapping[str, Any]
    retain: bool = False
    status: str = RUNNING
    reason: str = ""
    ended: float | None = None
    results: dict[Where, tuple[str, str]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, eq=False)
class StackSet:
    """A StackSet, at home in `where`. `values` and `tags` are those of all its stacks."""

    id: str
    name: str
    where: Where
    text: str
    values: dict[str, str]
    tags: dict[str, str]
    capabilities: list[str]
    description: str = ""
    model: str = SELF_MANAGED
    auto: dict[str, Any] = field(default_factory=dict)
    administration_role: str = ""
    execution_role: str = ""
    managed_execution: bool = False
    gone: bool = False
    instances: dict[Where, Instance] = field(default_factory=dict)
    operations: list[SetOperation] = field(default_factory=list)

    @property
    def arn(self) -> str:
        """Return its ARN."""
        return f"arn:aws:cloudformation:{self.where.region}:{self.where.account}:stackset/{self.id}"

    def operation(self, name: str) -> SetOperation | None:
        """Return an operation by its id."""
        return next((each for each in self.operations if each.id == name), None)


@dataclass(slots=True)
class Sets:
    """The StackSets of all places, in the order of their creation. `members` are the organisation's accounts."""

    management: str
    members: tuple[str, ...]
    all: list[StackSet] = field(default_factory=list)

    def of(self, where: Where) -> Iterator[StackSet]:
        """Yield the StackSets that are at home in a place; those that are deleted, too."""
        return (each for each in self.all if each.where == where)

    def find(self, where: Where, name: str) -> StackSet | None:
        """Return a StackSet by its name, its id or its ARN."""
        for each in self.of(where):
            if not each.gone and name in (each.name, each.id, each.arn):
                return each
        return None

    def get(self, where: Where, name: str) -> StackSet:
        """Return a StackSet; raises `Refusal`."""
        found = self.find(where, name)
        if found is None:
            raise Refusal("StackSetNotFoundException", f"StackSet {name} not found", 404)
        return found
