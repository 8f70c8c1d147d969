"""What a pipeline in memory remembers of its executions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from fakes.clock import EPOCH
from waybill.domain.deploy.execution import ActionRun, ActionStatus, Execution, ExecutionStatus, Revision
from waybill.domain.deploy.pipeline import ActionDefinition
from waybill.ports.pipeline import Pin

if TYPE_CHECKING:
    from fakes.codepipeline import Script


def iso(seconds: float) -> str:
    """Return a moment, so many seconds after the epoch of the fakes, as ISO 8601 UTC to the millisecond."""
    return (EPOCH + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(slots=True, kw_only=True)
class ActionState:
    """One run of an action; `due` None: somebody decides."""

    id: str
    stage: int
    definition: ActionDefinition
    began: float
    due: float | None
    status: ActionStatus = ActionStatus.IN_PROGRESS
    updated: float = 0.0
    said: Script | None = None

    def end(self, time: float, script: Script, good: bool) -> None:
        """Note how it ended."""
        self.status = ActionStatus.SUCCEEDED if good else ActionStatus.FAILED
        self.updated = time
        self.said = script

    def run(self) -> ActionRun:
        """Return it as CodePipeline tells it."""
        said, failed = self.said, self.status is ActionStatus.FAILED
        return ActionRun(
            id=self.id,
            stage=self.definition.stage,
            action=self.definition.name,
            status=self.status,
            started=iso(self.began),
            updated=iso(max(self.began, self.updated)),
            external_id=said.external_id if said else "",
            external_url=said.external_url if said else "",
            summary=said.summary if said else "",
            error_code=(said.code or "JobFailed") if said and failed else "",
            error=(said.error or "It failed.") if said and failed else "",
            log=said.log if said else "",
        )


@dataclass(slots=True, kw_only=True)
class Run:
    """One execution. `stage` is where it is (`inside`) or waits, `last` the last that it goes through."""

    number: int
    trigger: str
    version: int
    token: str
    pins: dict[str, Pin]
    variables: dict[str, str]
    started: float
    updated: float
    arrived: float
    stage: int
    last: int
    rolls_back: str | None = None
    inside: bool = False
    status: ExecutionStatus = ExecutionStatus.IN_PROGRESS
    summary: str = ""
    revisions: list[Revision] = field(default_factory=list)
    actions: list[ActionState] = field(default_factory=list)
    succeeded: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        """Its id, as CodePipeline writes them."""
        return f"{self.number:08x}-0000-4000-8000-000000000000"

    def execution(self) -> Execution:
        """Return it as CodePipeline tells it."""
        return Execution(
            id=self.id,
            status=self.status,
            summary=self.summary,
            revisions=tuple(self.revisions),
            started=iso(self.started),
            updated=iso(self.updated),
            trigger=self.trigger,
            pipeline_version=self.version,
            rolls_back=self.rolls_back,
        )
