"""The pipelines of all accounts and regions, and what makes them go: a thread for each action while it works.

Nothing runs while no action does. The lock is never held while an action works.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from waybill.sandbox.engine.codepipeline import actions, control, faults, validity
from waybill.sandbox.engine.codepipeline import definition as definitions
from waybill.sandbox.engine.codepipeline.execution import CANCELLED, IN_PROGRESS, ActionRun, Execution, Outcome
from waybill.sandbox.engine.codepipeline.faults import Fault, Faults
from waybill.sandbox.engine.codepipeline.jobs import JOB, Job
from waybill.sandbox.engine.codepipeline.machine import Line
from waybill.sandbox.engine.refusals import Refusal

_APPROVAL_MINUTES: Final = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Place:
    """An account and a region."""

    account: str
    region: str


class Service:
    """All pipelines. `clock` tells seconds since the epoch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._seconds = clock
        self.lock = threading.RLock()
        self.faults = Faults()
        self._lines: dict[tuple[Place, str], Line] = {}
        self._timers: dict[str, threading.Timer] = {}

    def clock(self) -> float:
        """Return the time as CodePipeline tells it: seconds since the epoch, with milliseconds."""
        return round(self._seconds(), 3)

    def lines(self, place: Place | None = None) -> Iterator[Line]:
        """Yield the pipelines (of one place) in the order of their names."""
        for where, name in sorted(self._lines, key=lambda each: each[1]):
            if place in (None, where):
                yield self._lines[where, name]

    def line(self, place: Place, name: str) -> Line:
        """Return a pipeline; raises `Refusal`."""
        if (place, name) not in self._lines:
            raise Refusal(
                "PipelineNotFoundException", f"Account '{place.account}' does not have a pipeline with name '{name}'"
            )
        return self._lines[place, name]

    def by_arn(self, arn: str) -> Line | None:
        """Return the pipeline of an ARN."""
        return next((line for line in self._lines.values() if line.arn == arn), None)

    def create(self, place: Place, declaration: dict[str, object]) -> Line:
        """Add a pipeline; raises `Refusal`. It is not started."""
        definition = definitions.read(declaration, 1, place.region)
        if (place, definition.name) in self._lines:
            raise Refusal(
                "PipelineNameInUseException", f"A pipeline with the name '{definition.name}' already exists in account"
            )
        validity.check(definition, declaration)
        now = self.clock()
        line = Line(
            arn=f"arn:aws:codepipeline:{place.region}:{place.account}:{definition.name}",
            definition=definition,
            created=now,
            updated=now,
            new_id=lambda: str(uuid4()),
            versions={1: definition},
        )
        self._lines[place, definition.name] = line
        return line

    def delete(self, place: Place, name: str) -> None:
        """Forget a pipeline; its executions go nowhere any more."""
        line = self._lines.pop((place, name), None)
        if line is not None:
            for each in list(line.under_way()):
                line.close(each, CANCELLED, self.clock())
            self._forget_timers(line)

    def go(self, line: Line) -> None:
        """Let a pipeline go as far as it can, and its new runs begin."""
        begun = line.advance(self.clock())
        while control.fall_back(line, self.clock()):
            begun += line.advance(self.clock())
        for run in begun:
            execution = next(each for each in line.executions if run in each.runs)
            self._begin(line, execution, run)
        self._forget_timers(line)

    def disturb(self, method: str, document: Mapping[str, Any]) -> None:
        """POST: let a fault happen to the next runs of an action; DELETE: forget, and release what it holds.

        Raises `Refusal`.
        """
        if method == "POST":
            self.faults.add(faults.read(document))
        elif method == "DELETE" and document.keys() <= {"pipeline", "action"}:
            self.faults.clear(document.get("pipeline"), document.get("action"))
        else:
            raise Refusal("ValidationException", "POST a fault, or DELETE those of a pipeline and an action", 405)

    def _begin(self, line: Line, execution: Execution, run: ActionRun) -> None:
        fault = self.faults.take(line.definition.name, run.action.name)
        if not run.action.is_approval:
            job = Job(run, execution)
            threading.Thread(target=self._work, args=(line, job, fault), daemon=True).start()
            return
        if fault is not None and fault.fail is not None:
            self._ended(line, run, Outcome(error=fault.fail, code=fault.code))
            return
        seconds = fault.seconds if fault else None
        timer = threading.Timer(
            (run.action.minutes or _APPROVAL_MINUTES) * 60 if seconds is None else seconds,
            self._ended,
            (line, run, Outcome(error="The approval action timed out: nobody answered it in time.", code=JOB)),
        )
        timer.daemon = True
        self._timers[run.id] = timer
        timer.start()

    def _work(self, line: Line, job: Job, fault: Fault | None) -> None:
        outcome: Outcome | None = None
        try:
            outcome = _disturbed(job, fault) or actions.run(job)
        finally:
            error = Outcome(error="Internal failure of the sandbox; its log says more.", code="InternalError")
            self._ended(line, job.run, outcome or error)

    def _ended(self, line: Line, run: ActionRun, outcome: Outcome) -> None:
        with self.lock:
            if line.end(run.id, outcome, self.clock()):
                self.go(line)

    def _forget_timers(self, line: Line) -> None:
        for each in line.executions:
            for run in each.runs:
                if run.status != IN_PROGRESS and run.id in self._timers:
                    self._timers.pop(run.id).cancel()


def _disturbed(job: Job, fault: Fault | None) -> Outcome | None:
    """Do what was asked for instead of the action's work, or before it."""
    if fault is None:
        return None
    if fault.hold or fault.seconds is not None:
        fault.released.wait(fault.seconds)
    if fault.fail is None:
        return None
    return Outcome(error=fault.fail, code=fault.code, external_id=job.run.id, external_url=fault.url, log=fault.log)
