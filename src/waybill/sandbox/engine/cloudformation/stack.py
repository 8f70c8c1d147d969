"""What a stack is: its resources, its events, its change sets. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from waybill.sandbox.engine.cloudformation.kinds import Made
from waybill.sandbox.engine.cloudformation.template import Resource, Template

TYPE: Final = "AWS::CloudFormation::Stack"
# What a stack, a resource or an event of either can be.
CREATE, UPDATE, DELETE, ROLLBACK, UPDATE_ROLLBACK = "CREATE", "UPDATE", "DELETE", "ROLLBACK", "UPDATE_ROLLBACK"
IN_PROGRESS: Final = "IN_PROGRESS"
COMPLETE: Final = "COMPLETE"
FAILED: Final = "FAILED"
DELETE_COMPLETE: Final = "DELETE_COMPLETE"
DELETE_SKIPPED: Final = "DELETE_SKIPPED"
DELETE_FAILED: Final = "DELETE_FAILED"
REVIEW: Final = "REVIEW_IN_PROGRESS"
# From these a stack may be updated; from any other not under way it can only be deleted.
UPDATABLE: Final = frozenset(
    ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "CREATE_FAILED", "UPDATE_FAILED"]
)


@dataclass(frozen=True, slots=True)
class Where:
    """An account and a region."""

    account: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a stack should be: a template, with values for its parameters.

    `values` are as given, `resolved` as `Ref` gives them (pseudo parameters too); `tags` are the stack's.
    """

    template: Template
    values: Mapping[str, str]
    resolved: Mapping[str, Any]
    conditions: Mapping[str, bool]
    tags: Mapping[str, str]
    capabilities: tuple[str, ...] = ()

    def resources(self) -> dict[str, Resource]:
        """Return those that the conditions let be."""
        return {
            name: each
            for name, each in self.template.resources.items()
            if each.condition is None or self.conditions[each.condition]
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A resource that a stack has. `properties` are resolved, `tags` the stack's when it was made or last changed."""

    declared: Resource
    made: Made
    properties: Mapping[str, Any]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """What was done: `before` None is a resource that was made, else one changed, or replaced by `after`.

    A change that fails midway is a step, too: who knows how far it came.
    """

    before: Kept | None
    after: Kept
    replaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a stack or to one of its resources; `time` in seconds since the epoch."""

    id: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    time: float
    reason: str = ""
    properties: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A value that a stack gives out, and the name of its export."""

    value: str
    description: str = ""
    export: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class ChangeSet:
    """What an execution would change. `changes` are as the answers have them, with the values of properties.

    `invalid`: why early validation refused resources, by their logical ids.
    """

    id: str
    name: str
    type: str
    created: float
    target: Target
    changes: list[dict[str, Any]]
    invalid: dict[str, str] = field(default_factory=dict)
    status: str = "CREATE_COMPLETE"
    execution: str = "AVAILABLE"
    reason: str = ""
    description: str = ""
    on_failure: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Stuck:
    """Where a way back stopped: the steps that are still to be undone, and all of its steps."""

    undo: list[Step]
    steps: list[Step]


@dataclass(slots=True, kw_only=True, eq=False)
class Stack:
    """A stack. `rows` has what was told last about each resource; `tokens` what each request token asked for.

    `target` is what it was last made to be (None while it is only reviewed). `superseded` are resources that others
    have replaced and that an update without rollback left behind; `stuck` what a way back has not taken back (`undo`),
    of all that it should.
    """

    id: str
    name: str
    where: Where
    created: float
    status: str
    reason: str = ""
    updated: float | None = None
    deleted: float | None = None
    target: Target | None = None
    resources: dict[str, Kept] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)
    imports: frozenset[str] = frozenset()
    rows: dict[str, Event] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
    change_set_id: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    disable_rollback: bool = False
    retain_except_on_create: bool = False
    protected: bool = False
    role: str = ""
    topics: list[str] = field(default_factory=list)
    minutes: int | None = None
    superseded: list[Kept] = field(default_factory=list)
    stuck: Stuck | None = None

    @property
    def is_gone(self) -> bool:
        """Tell whether it is deleted: then only its id finds it."""
        return self.status == DELETE_COMPLETE

    @property
    def under_way(self) -> bool:
        """Tell whether it is being worked at."""
        return self.status.endswith(IN_PROGRESS) and self.status != REVIEW

    def outdate(self) -> None:
        """Let the change sets that could have been executed be obsolete: the stack has changed."""
        for each in self.change_sets.values():
            if each.execution == "AVAILABLE":
                each.execution = "OBSOLETE"
