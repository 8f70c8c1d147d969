"""The machine: which execution may enter which stage, which actions start, how executions end. Pure: no I/O, no clock.

    lock        a stage is in the hands of one execution (not with PARALLEL)
    SUPERSEDED  of those that wait before a stage only the newest stays
    QUEUED      they enter in the order in which they began

https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from waybill.sandbox.engine.codepipeline import execution as states
from waybill.sandbox.engine.codepipeline.definition import PARALLEL, SUPERSEDED, Action, Definition
from waybill.sandbox.engine.codepipeline.execution import ActionRun, Execution, Outcome, Override, StageRun, Trigger
from waybill.sandbox.engine.codepipeline.variables import resolved


@dataclass(frozen=True, slots=True)
class Transition:
    """The way into a stage: closed with a reason, or open again."""

    open: bool
    reason: str
    by: str
    changed: float


@dataclass(slots=True, kw_only=True)
class Line:
    """A pipeline with all of its executions, oldest first. `new_id` makes UUIDs.

    `entered` has, for each stage, the execution that entered it last; `tokens` the executions by request token.
    """

    arn: str
    definition: Definition
    created: float
    updated: float
    new_id: Callable[[], str]
    versions: dict[int, Definition] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)
    transitions: dict[str, Transition] = field(default_factory=dict)
    entered: dict[str, Execution] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def find(self, execution: str) -> Execution | None:
        """Return an execution by its id."""
        return next((each for each in self.executions if each.id == execution), None)

    def under_way(self) -> Iterator[Execution]:
        """Yield the executions that have not ended, oldest first."""
        return (each for each in self.executions if each.under_way)

    def waiting(self, stage: str) -> list[Execution]:
        """Return the executions that wait before a stage, oldest first."""
        return [each for each in self.under_way() if each.waiting and each.stage.name == stage]

    def inside(self, stage: str) -> list[Execution]:
        """Return the executions that are in a stage."""
        return [each for each in self.under_way() if not each.waiting and each.stage.name == stage]

    def add(
        self,
        trigger: Trigger,
        now: float,
        *,
        variables: Mapping[str, str] | None = None,
        overrides: Mapping[str, Override] | None = None,
    ) -> Execution:
        """Add an execution of the present definition; it waits before the first stage."""
        made = Execution(
            id=self.new_id(),
            number=len(self.executions) + 1,
            definition=self.definition,
            trigger=trigger,
            started=now,
            updated=now,
            variables=dict(variables or {}),
            overrides=dict(overrides or {}),
        )
        self.executions.append(made)
        return made

    def advance(self, now: float) -> list[ActionRun]:
        """Let everything go as far as it can; return the runs that have begun by it."""
        begun: list[ActionRun] = []
        moved = True
        while moved:
            moved = False
            # Oldest first: so they enter in the order in which they began.
            for each in list(self.under_way()):
                moved = self._enter(each, now) or self._step(each, now, begun) or moved
            self._supersede(now)
        return begun

    def end(self, run_id: str, outcome: Outcome, now: float) -> bool:
        """Take how a run ended; False where it is not expected any more."""
        for each in self.executions:
            run = next((run for run in each.runs if run.id == run_id), None)
            if run is None or run.status != states.IN_PROGRESS:
                continue
            run.status = states.SUCCEEDED if outcome.error is None else states.FAILED
            run.outcome, run.updated, each.updated = outcome, now, now
            each.artifacts.update(outcome.artifacts)
            if outcome.revision is not None:
                each.revisions.append(outcome.revision)
            if run.action.namespace:
                each.exported[run.action.namespace] = outcome.variables
            return True
        return False

    def close(self, ending: Execution, status: str, now: float) -> None:
        """End an execution, abandoning what still runs of it."""
        stage = ending.stage_run
        if stage is not None and stage.status in (states.IN_PROGRESS, states.STOPPING):
            for run in stage.running():
                run.status, run.updated = states.ABANDONED, now
            stage.status = status
        ending.status, ending.updated = status, now

    def _enter(self, each: Execution, now: float) -> bool:
        if not each.under_way or not each.waiting:
            return False
        if each.status == states.STOPPING:
            self.close(each, states.STOPPED, now)
            return True
        stage = each.stage.name
        transition = self.transitions.get(stage)
        if transition is not None and not transition.open and each.type == states.STANDARD:
            return False
        if each.definition.mode != PARALLEL and self.inside(stage):
            return False
        each.waiting = False
        each.stages[stage] = StageRun(stage)
        self.entered[stage] = each
        return True

    def _supersede(self, now: float) -> None:
        if self.definition.mode != SUPERSEDED:
            return
        for stage in self.definition.stages:
            for older in self.waiting(stage.name)[:-1]:
                self.close(older, states.SUPERSEDED, now)

    def _step(self, each: Execution, now: float, begun: list[ActionRun]) -> bool:
        stage = each.stage_run
        if stage is None or not each.under_way:
            return False
        for group in each.stage.groups:
            missing = [action for action in group if action.name not in stage.runs]
            if missing and each.status == states.IN_PROGRESS:
                begun.extend(self._begin(each, stage, action, now) for action in missing)
                return True
            if next(stage.running(), None) is not None:
                return False
            if missing:
                self.close(each, states.STOPPED, now)
                return True
            if any(stage.runs[action.name].status == states.FAILED for action in group):
                self._leave(each, stage, states.STOPPED if each.status == states.STOPPING else states.FAILED, now)
                return True
        self._leave(each, stage, states.STOPPED if each.status == states.STOPPING else states.SUCCEEDED, now)
        return True

    def _leave(self, each: Execution, stage: StageRun, status: str, now: float) -> None:
        stage.status, each.updated = status, now
        last = each.at + 1 == len(each.definition.stages) or each.type == states.ROLLBACK
        if status == states.SUCCEEDED and not last:
            each.at += 1
            each.waiting = True
            return
        each.status = status

    def _begin(self, each: Execution, stage: StageRun, action: Action, now: float) -> ActionRun:
        configuration = {name: resolved(value, each) for name, value in action.configuration.items()}
        run = ActionRun(
            id=self.new_id(),
            action=action,
            token=self.new_id(),
            started=now,
            updated=now,
            configuration=configuration,
            inputs={name: each.artifacts[name] for name in action.inputs if name in each.artifacts},
        )
        stage.runs[action.name] = run
        each.runs.append(run)
        each.updated = now
        return run
