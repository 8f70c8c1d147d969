"""CloudFormation in one account and region, as far as setup needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from waybill.domain.setup.plan import Change


class Standing(Enum):
    """How a stack stands."""

    REVIEW = "review"
    """Only change sets of it were made, nothing else."""
    WHOLE = "whole"
    BUSY = "busy"
    BROKEN = "broken"
    """Its creation or its deletion failed: it can only be deleted."""
    HALTED = "halted"
    """An update's rollback failed: it can be continued, and nothing else can be done before."""
    STUCK = "stuck"
    """Something failed that only a person can go on with."""
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One stack. `word` is AWS's own of its status, `reason` what AWS says about it."""

    name: str
    id: str
    standing: Standing
    word: str
    reason: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


class Readiness(Enum):
    """How far a change set is."""

    MAKING = "making"
    READY = "ready"
    EMPTY = "empty"
    """Nothing would change."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """What CloudFormation would change. `stack_id` is that of its stack, which it may have made."""

    id: str
    stack_id: str
    readiness: Readiness
    reason: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent:
    """One event. `resource` is the logical id, the stack's own name where it is about all of it."""

    id: str
    resource: str
    type: str
    status: str
    reason: str = ""
    physical_id: str = ""

    @property
    def failed(self) -> bool:
        """Whether it tells a failure."""
        return self.status.endswith("_FAILED")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackResource:
    """What a stack has, or had. `kept`: it was left when the stack was deleted."""

    logical_id: str
    physical_id: str
    type: str
    kept: bool = False


class Stacks(Protocol):
    """One account's CloudFormation in one region."""

    def every(self) -> Sequence[Stack]:
        """Return every stack that stands."""

    def gone(self, prefix: str) -> Sequence[Stack]:
        """Return the stacks of such names that were deleted, as long as CloudFormation knows of them (90 days)."""

    def look(self, name: str) -> Stack | None:
        """Return a stack by its name, or by its id; None where there is none. A deleted one has its id only."""

    def prepare(
        self,
        name: str,
        change_set: str,
        template: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        *,
        new: bool,
    ) -> ChangeSet:
        """Begin to make a change set whose name begins so; `new`: the stack is not there, or in `REVIEW` only.

        Raises `ConflictError` where it is otherwise by now: somebody else is setting up.
        """

    def change_set(self, change_set: ChangeSet) -> ChangeSet:
        """Return how a change set stands now."""

    def causes(self, change_set: ChangeSet) -> Sequence[str]:
        """Return why a change set failed, a sentence for each resource; empty where CloudFormation says no more."""

    def execute(self, change_set: ChangeSet) -> None:
        """Begin to do what a change set says; what it creates in vain goes again. Raises `ConflictError` when stale."""

    def discard(self, change_set: ChangeSet, *, fresh: bool) -> bool:
        """Delete a change set, and with `fresh` its stack, in `REVIEW` and without another. Neither need be there.

        Returns whether the stack goes.
        """

    def events(self, stack_id: str, after: str) -> Sequence[StackEvent]:
        """Return the events after the one of that id (all, where empty), oldest first."""

    def newest(self, stack_id: str) -> str:
        """Return the id of a stack's newest event, without reading all that came before; empty where it has none."""

    def continue_rollback(self, stack_id: str) -> None:
        """Begin to continue a rollback that failed. Raises `ConflictError` where none is to be continued by now."""

    def delete(self, stack_id: str) -> None:
        """Begin to delete a stack; what its template retains stays."""

    def resources(self, stack_id: str) -> Sequence[StackResource]:
        """Return what a stack has; of a deleted one what it had."""
