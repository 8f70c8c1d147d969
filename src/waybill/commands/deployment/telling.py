"""Tells what is new since an execution was last looked at: stages and actions that began or ended, and what waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from waybill.domain.console import approval_url
from waybill.domain.deploy.execution import ActionRun, ActionStatus, Approval, StageState
from waybill.domain.deploy.pipeline import Pipeline
from waybill.domain.deploy.telling import (
    ActionBegan,
    ActionEnded,
    ApprovalWaits,
    Deploying,
    StageBegan,
    StageEnded,
    TransitionClosed,
)
from waybill.domain.moments import between

LONGEST_APPROVAL = 7 * 24 * 60
"""Minutes after which CodePipeline fails an approval that says nothing else."""


@dataclass(slots=True)
class Telling:
    """What was told of one execution so far, so that nothing is told twice."""

    pipeline: Pipeline
    partition: str
    _began: dict[str, None] = field(default_factory=dict)
    _ended: dict[str, None] = field(default_factory=dict)
    _stages: dict[str, bool] = field(default_factory=dict)
    _waits: set[tuple[str, str, str]] = field(default_factory=set)

    def actions(self, runs: Sequence[ActionRun], *, over: bool) -> Iterator[Deploying]:
        """Yield what is new of the actions; `over`: the execution has ended, and with it every stage."""
        for run in runs:
            if run.stage not in self._stages:
                yield from self._close(runs, but=run.stage)
                self._stages[run.stage] = True
                yield StageBegan(run.stage)
            if run.id not in self._began:
                self._began[run.id] = None
                yield ActionBegan(run)
            if run.status is not ActionStatus.IN_PROGRESS and run.id not in self._ended:
                self._ended[run.id] = None
                yield ActionEnded(run, between(run.started, run.updated))
        if over:
            yield from self._close(runs, but=None)

    def _close(self, runs: Sequence[ActionRun], *, but: str | None) -> Iterator[Deploying]:
        """Yield the ends of the stages that are open still; an execution is in one at a time."""
        for stage, is_open in self._stages.items():
            if is_open and stage != but:
                self._stages[stage] = False
                own = [run for run in runs if run.stage == stage]
                good = all(run.status is ActionStatus.SUCCEEDED for run in own)
                began = min((run.started for run in own if run.started), default="")
                ended = max((run.updated for run in own if run.updated), default="")
                yield StageEnded(stage, good, between(began, ended))

    def waits(self, stages: Sequence[StageState], execution: str) -> Iterator[Deploying]:
        """Yield what an execution waits for that was not told yet: a person, or a way that is closed."""
        for stage in stages:
            if stage.execution == execution:
                for approval in stage.waiting:
                    if self._is_new("approval", approval.stage, approval.action):
                        yield self._approval(approval)
            if stage.inbound == execution and not stage.open and self._is_new("transition", stage.name, stage.reason):
                yield TransitionClosed(stage.name, stage.reason, stage.by)

    def _is_new(self, *what: str) -> bool:
        known = what in self._waits
        self._waits.add((what[0], what[1], what[2]))
        return not known

    def _approval(self, approval: Approval) -> ApprovalWaits:
        defined = self.pipeline.action(approval.stage, approval.action)
        says = defined.configuration if defined else {}
        return ApprovalWaits(
            stage=approval.stage,
            action=approval.action,
            url=approval_url(self.partition, self.pipeline.region, self.pipeline.name),
            note=approval.note or says.get("CustomData", ""),
            link=approval.link or says.get("ExternalEntityLink", ""),
            minutes=(defined.minutes if defined else None) or LONGEST_APPROVAL,
        )
