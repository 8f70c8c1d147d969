"""A pipeline in memory that really runs: its executions move on with the world's clock, whenever somebody looks.

    pipe = add_site(world)                                # site.py: development's crossaccountdeploy, with its buckets
    world.now, world.seconds = clock.now, clock.monotonic # a FakeClock: sleeping moves the executions on
    pipe.scripts["Push"] = Script(seconds=30)             # by the action's name; unsaid: 10 s, sources 2 s, Succeeded
    pipe.scripts["Push"] = Script(status=ActionStatus.FAILED, error="no such bucket", code="JobFailed")
    pipe.at(60, lambda: pipe.decide("Manual", approve=True))   # what others do, so many seconds from now
    pipe.at(5, lambda: pipe.begin("StartPipelineExecution"))   # somebody else's start, of the newest object
    pipe.close("Deploy", reason="freeze", by="ada"); pipe.open("Deploy")
    pipe.update(definition)                               # cancels what runs
    pipe.watched_by = "CloudWatchEvent"                   # a write to the source key starts it, `watch_delay` later
    pipe.appears_after = 3                                # a new execution cannot be read before
    pipe.delivers = False                                 # S3 deploy actions put nothing anywhere (else: really unzip)

`test_the_fake_pipelines.py` holds what is said here to the letter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from fakes.delivering import deliver
from fakes.pipeline_runs import ActionState, Run
from fakes.world import World
from waybill.domain.deploy.execution import ActionStatus, ExecutionStatus, Revision
from waybill.domain.deploy.pipeline import ActionDefinition, Mode, Pipeline
from waybill.ports.pipeline import Pin

FAR = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """How an action goes: seconds, how it ends, and what its provider says. `does` runs where it succeeds."""

    seconds: float = 10.0
    status: ActionStatus = ActionStatus.SUCCEEDED
    code: str = ""
    error: str = ""
    summary: str = ""
    external_id: str = ""
    external_url: str = ""
    log: str = ""
    does: Callable[[Run], object] = lambda run: None


QUICK = Script(seconds=2.0)
USUAL = Script()


@dataclass(slots=True, kw_only=True)
class Closed:
    """A transition into a stage that somebody closed."""

    reason: str
    by: str


@dataclass(slots=True, kw_only=True)
class FakePipeline:
    """One pipeline. Fields may be set by a test at any time; what is done goes by the world's clock."""

    world: World
    definition: Pipeline
    scripts: dict[str, Script] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    closed: dict[str, Closed] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    rules_known: bool = True
    watched_by: Literal["", "CloudWatchEvent", "PollForSourceChanges"] = ""
    watch_delay: float = 0.0
    appears_after: float = 0.0
    delivers: bool = True
    plan: list[tuple[float, Callable[[], object]]] = field(default_factory=list)
    time: float = 0.0
    settling: bool = False

    def at(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something so many seconds from now."""
        self.plan.append((self.world.seconds() + seconds, act))

    def begin(
        self,
        trigger: str,
        *,
        pins: tuple[Pin, ...] = (),
        variables: Mapping[str, str] | None = None,
        token: str = "",
        rolls_back: Run | None = None,
        stage: int = 0,
    ) -> str:
        """Begin an execution; returns its id. Without pins it takes the newest object."""
        self.settle()
        run = Run(
            number=len(self.runs) + 1,
            trigger=trigger,
            version=self.definition.version,
            token=token,
            pins={} if self.definition.mode is Mode.PARALLEL else {pin.action: pin for pin in pins},
            variables=dict(variables or {}),
            started=self.time,
            updated=self.time,
            arrived=self.time,
            stage=stage,
            last=stage if rolls_back else len(self.definition.stages) - 1,
            rolls_back=rolls_back.id if rolls_back else None,
            revisions=list(rolls_back.revisions) if rolls_back else [],
        )
        self.runs.append(run)
        self.settle()
        return run.id

    def run(self, execution: str) -> Run | None:
        """Return an execution's state, once it can be read."""
        self.settle()
        seen = (run for run in self.runs if self.time >= run.started + self.appears_after)
        return next((run for run in seen if run.id == execution), None)

    def decide(self, action: str, *, approve: bool, says: str = "") -> None:
        """Decide the approvals that wait at an action."""
        self.settle()
        for run in self.runs:
            for state in run.actions:
                if state.definition.name == action and state.status is ActionStatus.IN_PROGRESS:
                    state.end(self.time, Script(error="" if approve else says or "Rejected.", summary=says), approve)
        self.settle()

    def close(self, stage: str, *, reason: str = "", by: str = "") -> None:
        """Close the way into a stage."""
        self.settle()
        self.closed[stage] = Closed(reason=reason, by=by)

    def open(self, stage: str) -> None:
        """Open it again."""
        self.settle()
        self.closed.pop(stage, None)
        self.settle()

    def update(self, definition: Pipeline | None = None) -> None:
        """Define the pipeline anew: what is under way is cancelled, and nothing before can be rolled back to."""
        self.settle()
        for run in self.under_way():
            self._end(run, ExecutionStatus.CANCELLED)
        self.definition = replace(definition or self.definition, version=self.definition.version + 1)

    def stop(self, run: Run, reason: str) -> None:
        """Stop an execution once its running actions are done."""
        run.status, run.summary, run.updated = ExecutionStatus.STOPPING, reason, self.time
        self.settle()

    def wrote(self, bucket: str, key: str) -> None:
        """Hear that somebody wrote an object."""
        trigger = self.watched_by
        if trigger and any((source.bucket, source.key) == (bucket, key) for source in self.definition.s3_sources):
            self.at(self.watch_delay, lambda: self.begin(trigger))
            self.settle()

    def under_way(self) -> list[Run]:
        """Return the executions that have not ended."""
        return [run for run in self.runs if not run.status.ended]

    def settle(self) -> None:
        """Do all that was due until now, each at its own time."""
        if self.settling:
            # What is done at its time begins and decides things itself.
            return
        now, self.settling = self.world.seconds(), True
        try:
            while True:
                while self._move():
                    pass
                due, act = min(self._due(), key=lambda item: item[0], default=(FAR, None))
                if act is None or due > now:
                    break
                self.time = max(self.time, due)
                act()
        finally:
            self.settling = False
        self.time = max(self.time, now)

    def _due(self) -> list[tuple[float, Callable[[], None]]]:
        found: list[tuple[float, Callable[[], None]]] = [(item[0], partial(self._do, item)) for item in self.plan]
        for run in self.under_way():
            for state in run.actions:
                if state.status is ActionStatus.IN_PROGRESS and state.due is not None:
                    found.append((state.due, partial(self._finish, run, state)))
        return found

    def _do(self, item: tuple[float, Callable[[], object]]) -> None:
        self.plan.remove(item)
        item[1]()

    def _finish(self, run: Run, state: ActionState) -> None:
        script = self._script(state.definition)
        run.updated = self.time
        if script.status is not ActionStatus.SUCCEEDED or not state.definition.is_s3_source:
            good = script.status is ActionStatus.SUCCEEDED
            wrong = ""
            if good:
                script.does(run)
                if state.definition.is_s3_deploy and self.delivers:
                    wrong = deliver(self.world, self.definition, run, state.definition)
            state.end(self.time, replace(script, error=wrong or script.error), good and not wrong)
            return
        revision = self._revision(run, state.definition)
        if revision is not None:
            run.revisions.append(revision)
        missing = "" if revision else f"The object {state.definition.key} is not in {state.definition.bucket}."
        state.end(self.time, replace(script, error=missing), revision is not None)

    def _revision(self, run: Run, source: ActionDefinition) -> Revision | None:
        pin = run.pins.get(source.name)
        bucket = self.world.buckets.get(source.bucket)
        key = pin.key if pin and pin.key else source.key
        item = bucket.version(key, pin.version_id if pin else None) if bucket else None
        if item is None:
            return None
        return Revision(action=source.name, id=item.version_id or "", summary=item.summary)

    def _move(self) -> bool:
        """Take one step that takes no time; returns whether there was one."""
        return any(self._step(run) for run in self.under_way()) or self._enter()

    def _step(self, run: Run) -> bool:
        here = [state for state in run.actions if state.stage == run.stage] if run.inside else []
        if any(state.status is ActionStatus.IN_PROGRESS for state in here):
            return False
        if run.status is ExecutionStatus.STOPPING:
            return self._end(run, ExecutionStatus.STOPPED)
        if not run.inside:
            return False
        if any(state.status is ActionStatus.FAILED for state in here):
            return self._end(run, ExecutionStatus.FAILED)
        stage = self.definition.stages[run.stage]
        begun = {state.definition.name for state in here}
        left = [one for one in self.definition.actions if one.stage == stage and one.name not in begun]
        if left:
            order = min(one.run_order for one in left)
            for one in left:
                if one.run_order == order:
                    run.actions.append(self._begun(run, one))
            return True
        run.succeeded.add(stage)
        run.inside = False
        if run.stage == run.last:
            return self._end(run, ExecutionStatus.SUCCEEDED)
        run.stage, run.arrived, run.updated = run.stage + 1, self.time, self.time
        return True

    def _enter(self) -> bool:
        """Let somebody into a stage; what waits there and is older is superseded."""
        for index, stage in enumerate(self.definition.stages):
            waiting = [run for run in self.under_way() if not run.inside and run.stage == index]
            waiting.sort(key=lambda run: (run.arrived, run.number))
            mode = self.definition.mode
            if mode is Mode.SUPERSEDED and len(waiting) > 1:
                return self._end(waiting[0], ExecutionStatus.SUPERSEDED)
            taken = any(run.inside and run.stage == index for run in self.under_way())
            closed = stage in self.closed and not (waiting and waiting[0].rolls_back)
            if waiting and not closed and (mode is Mode.PARALLEL or not taken):
                waiting[0].inside, waiting[0].updated = True, self.time
                return True
        return False

    def _begun(self, run: Run, definition: ActionDefinition) -> ActionState:
        seconds = None if definition.is_approval else self._script(definition).seconds
        due = None if seconds is None else self.time + seconds
        return ActionState(
            id=f"{run.id}-{len(run.actions) + 1}", stage=run.stage, definition=definition, began=self.time, due=due
        )

    def _script(self, definition: ActionDefinition) -> Script:
        return self.scripts.get(definition.name, QUICK if definition.category == "Source" else USUAL)

    def _end(self, run: Run, status: ExecutionStatus) -> bool:
        run.status, run.updated, run.inside = status, self.time, False
        for state in run.actions:
            if state.status is ActionStatus.IN_PROGRESS:
                state.status, state.updated = ActionStatus.ABANDONED, self.time
        return True
