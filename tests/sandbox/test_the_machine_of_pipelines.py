"""The rules of executions, whatever people do and in whatever order: the machine alone, without a server."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.pipelines import STORE, action, deploy, source, stages
from waybill.sandbox import layout
from waybill.sandbox.engine.codepipeline import control
from waybill.sandbox.engine.codepipeline.definition import Definition, read
from waybill.sandbox.engine.codepipeline.execution import ActionRun, Execution, Outcome, Trigger
from waybill.sandbox.engine.codepipeline.machine import Line
from waybill.sandbox.engine.refusals import Refusal

SOMEBODY = Trigger("StartPipelineExecution", "somebody")
MODES = ("SUPERSEDED", "QUEUED", "PARALLEL")
ENDS = {"Succeeded", "Failed", "Stopped", "Superseded", "Cancelled"}
ACTIONS = ("start", "start", "succeed", "succeed", "succeed", "fail", "stop", "abandon", "retry", "close", "open",
           "roll back", "update")  # fmt: skip


def definition(mode: str, version: int = 1) -> Definition:
    late = action("Test", "CodeBuild", configuration={}, runOrder=2)
    declaration = {
        "name": "p",
        "roleArn": layout.PIPELINE_ROLE_ARN,
        "pipelineType": "V2",
        "executionMode": mode,
        "artifactStore": STORE,
        "stages": stages(
            source("bucket", "key"),
            [action("Build", "CodeBuild", configuration={}), action("Lint", "CodeBuild", configuration={}), late],
            deploy("output"),
        ),
    }
    return read(declaration, version, layout.HOME_REGION)


class Shift:
    """A line, and somebody who does things to it, chosen by numbers."""

    def __init__(self, mode: str) -> None:
        ids, first = count(1), definition(mode)
        self.mode = mode
        self.now = 0.0
        self.began: list[str] = []
        self.line = Line(
            arn="arn", definition=first, created=0.0, updated=0.0, new_id=lambda: f"id-{next(ids)}", versions={1: first}
        )

    def do(self, what: str, which: int) -> None:
        """Do one thing, to the `which`th of what it can be done to; what is refused changes nothing."""
        self.now += 1
        before = [each.status for each in self.line.executions]
        try:
            self._do(what, which)
        except Refusal:
            assert [each.status for each in self.line.executions] == before
        self.advance()

    def _do(self, what: str, which: int) -> None:
        line, stage = self.line, self.line.definition.stages[which % 3].name
        running = self.running()
        if what == "start":
            line.add(SOMEBODY, self.now)
        elif what in ("succeed", "fail") and running:
            outcome = Outcome(error=None if what == "succeed" else "no")
            assert line.end(running[which % len(running)].id, outcome, self.now)
        elif what in ("close", "open"):
            control.close_transition(line, stage, out=False, opened=what == "open", reason="r", by="me", now=self.now)
        elif what == "update":
            control.update(line, definition(self.mode, line.definition.version + 1), self.now)
        elif line.executions:
            execution = line.executions[which % len(line.executions)].id
            if what in ("stop", "abandon"):
                control.stop(line, execution, abandon=what == "abandon", reason="r", now=self.now)
            elif what == "retry":
                control.retry(line, stage, execution, everything=which % 2 == 0, now=self.now)
            elif what == "roll back":
                control.roll_back(line, stage, execution, SOMEBODY, self.now)

    def advance(self) -> None:
        for run in self.line.advance(self.now):
            self.check_order(run)
        self.check()

    def running(self) -> list[ActionRun]:
        return [run for each in self.line.executions for run in each.runs if run.status == "InProgress"]

    def check_order(self, begun: ActionRun) -> None:
        """What has begun has no action before it that has not succeeded."""
        execution = next(each for each in self.line.executions if begun in each.runs)
        stage = execution.stages[begun.action.stage]
        earlier = [run for run in stage.runs.values() if run.action.order < begun.action.order]
        assert {run.status for run in earlier} <= {"Succeeded"}

    def check(self) -> None:
        for stage in self.line.definition.stages:
            if self.mode != "PARALLEL":
                assert len(self.line.inside(stage.name)) <= 1
            if self.mode == "SUPERSEDED":
                assert len(self.line.waiting(stage.name)) <= 1
        for each in self.line.executions:
            self.check_execution(each)

    def check_execution(self, each: Execution) -> None:
        busy = [run for run in each.runs if run.status == "InProgress"]
        if not each.under_way:
            assert each.status in ENDS
            assert busy == []
            assert all(stage.status not in ("InProgress", "Stopping") for stage in each.stages.values())
        elif not each.waiting:
            assert busy, "it is in a stage, and nothing of it runs"
        if each.status == "Succeeded" and each.type == "STANDARD":
            assert all(each.succeeded_in(stage.name) for stage in each.definition.stages)
        if each.status == "Superseded":
            newer = [other for other in self.line.executions if other.number > each.number]
            assert self.mode == "SUPERSEDED"
            assert newer

    def finish(self) -> None:
        """Open every way, and let every action succeed."""
        for number in range(3):
            self.do("open", number)
        while self.running():
            self.do("succeed", 0)


@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=150, deadline=None)
@given(deeds=st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 11)), max_size=40))
def test_whatever_is_done_the_rules_hold_and_all_comes_to_an_end(mode: str, deeds: Sequence[tuple[str, int]]) -> None:
    shift = Shift(mode)
    for what, which in deeds:
        shift.do(what, which)
    shift.finish()
    assert {each.status for each in shift.line.executions} <= ENDS


@settings(max_examples=100, deadline=None)
@given(deeds=st.lists(st.tuples(st.sampled_from(("start", "succeed", "fail", "stop")), st.integers(0, 5)), max_size=40))
def test_a_queue_never_overtakes(deeds: Sequence[tuple[str, int]]) -> None:
    shift = Shift("QUEUED")
    for what, which in deeds:
        shift.do(what, which)
    shift.finish()
    for stage in shift.line.definition.stages:
        began: list[Any] = [
            (each.runs[at].started, each.number)
            for each in shift.line.executions
            for at in [next((at for at, run in enumerate(each.runs) if run.action.stage == stage.name), None)]
            if at is not None
        ]
        assert sorted(began, key=lambda pair: pair[0]) == sorted(began, key=lambda pair: pair[1])


def test_going_back_is_not_kept_by_those_that_wait_before_a_closed_way() -> None:
    shift = Shift("QUEUED")
    shift.do("start", 0)
    while shift.running():
        shift.do("succeed", 0)
    shift.do("close", 2)
    shift.do("start", 0)
    while shift.running():
        shift.do("succeed", 0)
    back = control.roll_back(shift.line, "Deploy", shift.line.executions[0].id, SOMEBODY, shift.now)
    shift.advance()
    shift.do("succeed", 0)
    assert [each.status for each in shift.line.executions] == ["Succeeded", "InProgress", "Succeeded"]
    assert back.type == "ROLLBACK"


def test_a_run_that_ends_twice_or_late_changes_nothing() -> None:
    shift = Shift("SUPERSEDED")
    shift.do("start", 0)
    run = shift.running()[0]
    control.stop(shift.line, shift.line.executions[0].id, abandon=True, reason="", now=2.0)
    assert not shift.line.end(run.id, Outcome(), 3.0)
    assert (run.status, shift.line.executions[0].status) == ("Abandoned", "Stopped")
