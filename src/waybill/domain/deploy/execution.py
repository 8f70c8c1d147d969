"""What CodePipeline says of one execution: how it stands, what it deploys, and how each of its actions goes. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile


class ExecutionStatus(StrEnum):
    """How an execution stands. Cancelled: the definition changed while it ran."""

    IN_PROGRESS = "InProgress"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    SUCCEEDED = "Succeeded"
    SUPERSEDED = "Superseded"
    FAILED = "Failed"
    CANCELLED = "Cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self not in {ExecutionStatus.IN_PROGRESS, ExecutionStatus.STOPPING}


class ActionStatus(StrEnum):
    """How an action stands. Abandoned: the execution was stopped and did not wait for it."""

    IN_PROGRESS = "InProgress"
    ABANDONED = "Abandoned"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What an execution takes from a source action. `id` is the version id of an S3 object.

    `summary` is what the object's metadata says, `url` a link to it.
    """

    action: str
    id: str
    summary: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One execution. Times as ISO 8601 UTC; `trigger` says what started it, `rolls_back` to which one it goes back."""

    id: str
    status: ExecutionStatus
    summary: str = ""
    revisions: tuple[Revision, ...] = ()
    started: str = ""
    updated: str = ""
    trigger: str = ""
    pipeline_version: int | None = None
    rolls_back: str | None = None

    def revision(self, action: str) -> Revision | None:
        """Return what it takes from a source action."""
        return next((revision for revision in self.revisions if revision.action == action), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRun:
    """One run of an action in an execution. Times as ISO 8601 UTC, with milliseconds where AWS has them.

    `summary`, `external_id` and `external_url` are what the provider says; `error_code` and `error` why it failed;
    `log` the ARN of its log stream.
    """

    id: str
    stage: str
    action: str
    status: ActionStatus
    started: str = ""
    updated: str = ""
    external_id: str = ""
    external_url: str = ""
    summary: str = ""
    error_code: str = ""
    error: str = ""
    log: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A manual approval that waits: `note` and `link` are what its author wrote for whoever decides."""

    stage: str
    action: str
    note: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageState:
    """How a stage stands: which execution is in it or waits before it, and whether the way in is open.

    `reason` and `by` say why and by whom it was closed. `waiting` are its approvals that wait for a person.
    """

    name: str
    execution: str | None = None
    inbound: str | None = None
    open: bool = True
    reason: str = ""
    by: str = ""
    waiting: tuple[Approval, ...] = ()


def newer_than(newest_first: Iterable[Execution], execution: str) -> list[Execution]:
    """Return those that began after one, newest first; all of them where it is not among them."""
    return list(takewhile(lambda one: one.id != execution, newest_first))
