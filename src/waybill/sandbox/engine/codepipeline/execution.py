"""An execution of a pipeline, its stages and the runs of its actions: what the machine keeps of them. Pure.

Times are seconds since the epoch. The statuses are those of CodePipeline's service model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from waybill.sandbox.engine.codepipeline.definition import Action, Definition, Stage

IN_PROGRESS: Final = "InProgress"
STOPPING: Final = "Stopping"
STOPPED: Final = "Stopped"
SUCCEEDED: Final = "Succeeded"
SUPERSEDED: Final = "Superseded"
FAILED: Final = "Failed"
CANCELLED: Final = "Cancelled"
ABANDONED: Final = "Abandoned"
STANDARD: Final = "STANDARD"
ROLLBACK: Final = "ROLLBACK"


@dataclass(frozen=True, slots=True)
class Trigger:
    """What started an execution: a type of the service model, and who or what."""

    type: str
    detail: str


@dataclass(frozen=True, slots=True)
class Location:
    """Where an artifact lies."""

    bucket: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a source action found: `id` is an S3 version id, `created` when it was written."""

    action: str
    artifact: str
    id: str
    summary: str
    url: str
    created: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What a start says of one source action."""

    version: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run of an action ended. `error` None: well. `variables` are what it exports, `artifacts` what it made."""

    error: str | None = None
    code: str = ""
    summary: str = ""
    external_id: str = ""
    external_url: str = ""
    log: str = ""
    by: str = ""
    artifacts: Mapping[str, Location] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    revision: Revision | None = None


@dataclass(slots=True, kw_only=True)
class ActionRun:
    """One run of an action. `token` is what an approval is answered with; `configuration` has variables resolved."""

    id: str
    action: Action
    token: str
    started: float
    updated: float
    configuration: Mapping[str, str]
    inputs: Mapping[str, Location]
    status: str = IN_PROGRESS
    outcome: Outcome = field(default_factory=Outcome)


@dataclass(slots=True)
class StageRun:
    """How an execution goes through one stage. `runs` has the last run of each action of this attempt."""

    name: str
    status: str = IN_PROGRESS
    runs: dict[str, ActionRun] = field(default_factory=dict)
    retries: int = 0

    def running(self) -> Iterator[ActionRun]:
        """Yield the runs that have not ended."""
        return (run for run in self.runs.values() if run.status == IN_PROGRESS)


@dataclass(slots=True, kw_only=True)
class Execution:
    """One execution. `number` counts them; `at` is the stage it is in, or `waiting` before.

    `target` is the execution that it rolls back to; `fell_back`: its failure has been answered by the pipeline itself.
    """

    id: str
    number: int
    definition: Definition
    trigger: Trigger
    started: float
    updated: float
    variables: Mapping[str, str]
    overrides: Mapping[str, Override]
    status: str = IN_PROGRESS
    type: str = STANDARD
    target: str | None = None
    stop_reason: str | None = None
    fell_back: bool = False
    at: int = 0
    waiting: bool = True
    stages: dict[str, StageRun] = field(default_factory=dict)
    runs: list[ActionRun] = field(default_factory=list)
    artifacts: dict[str, Location] = field(default_factory=dict)
    revisions: list[Revision] = field(default_factory=list)
    exported: dict[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def under_way(self) -> bool:
        """Whether more comes."""
        return self.status in (IN_PROGRESS, STOPPING)

    @property
    def stage(self) -> Stage:
        """The stage that it is in, or waits for."""
        return self.definition.stages[self.at]

    @property
    def stage_run(self) -> StageRun | None:
        """How the stage that it is in goes; None while it waits."""
        return None if self.waiting else self.stages.get(self.stage.name)

    def succeeded_in(self, stage: str) -> bool:
        """Tell whether it has gone through a stage well."""
        run = self.stages.get(stage)
        return run is not None and run.status == SUCCEEDED
