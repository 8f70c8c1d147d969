"""One region's CodePipeline as one caller sees it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from fakes.calls import Call
from fakes.codepipeline import FakePipeline
from fakes.pipeline_runs import Run
from fakes.world import World
from waybill.domain.deploy.execution import ActionRun, ActionStatus, Approval, Execution, ExecutionStatus, StageState
from waybill.domain.deploy.pipeline import Mode, Pipeline, PipelineType
from waybill.errors import Fault, InputError, PipelineError
from waybill.ports.pipeline import Start, Watchers

MOST_AT_ONCE = 50


class FakePipelines:
    """Implements `ports.Pipelines`. The calls are named in the log: definition, start, executions, succeeded-in,
    execution, actions, stages, stop, roll-back, watchers; their `name` is the pipeline's."""

    def __init__(self, world: World, *, region: str, account: str) -> None:
        self._world = world
        self._region = region
        self._account = account

    def definition(self, name: str) -> Pipeline | None:
        """Return a pipeline as it is defined now."""
        with self._making("definition", name), self._world.lock:
            self._world.must_have(self._region)
            found = self._find(name)
            return found.definition if found else None

    def start(self, start: Start) -> str:
        """Start an execution, or return the one that the same token started."""
        with self._making("start", start.pipeline), self._world.lock:
            pipe = self._must(start.pipeline)
            pipe.settle()
            before = next((run for run in pipe.runs if run.token == start.token), None)
            if before is not None:
                return before.id
            if faults := _faults(pipe.definition, start):
                raise InputError(faults)
            if pipe.definition.mode is not Mode.SUPERSEDED and len(pipe.under_way()) >= MOST_AT_ONCE:
                raise PipelineError("Too many executions are under way.", "Wait for some of them.")
            return pipe.begin("StartPipelineExecution", pins=start.pins, variables=start.variables, token=start.token)

    def executions(self, name: str, *, most: int = 100) -> Sequence[Execution]:
        """Return the last executions, newest first."""
        with self._making("executions", name), self._world.lock:
            return self._newest(self._must(name))[:most]

    def succeeded_in(self, name: str, stage: str) -> Sequence[Execution]:
        """Return the last executions that succeeded in a stage, newest first."""
        with self._making("succeeded-in", name), self._world.lock:
            pipe = self._must(name)
            now = pipe.definition.version
            good = {run.id for run in pipe.runs if stage in run.succeeded and run.version == now}
            return [one for one in self._newest(pipe) if one.id in good]

    def execution(self, name: str, execution: str) -> Execution | None:
        """Return one execution, once it can be read. Why it was stopped only the list tells."""
        with self._making("execution", name), self._world.lock:
            run = self._must(name).run(execution)
            return replace(run.execution(), started="", updated="", summary="") if run else None

    def actions(self, name: str, execution: str) -> Sequence[ActionRun]:
        """Return the runs of an execution's actions, in the order in which they began."""
        with self._making("actions", name), self._world.lock:
            run = self._must(name).run(execution)
            return [state.run() for state in run.actions] if run else []

    def stages(self, name: str) -> Sequence[StageState]:
        """Return how the stages stand now."""
        with self._making("stages", name), self._world.lock:
            pipe = self._must(name)
            pipe.settle()
            return [self._stage(pipe, index, stage) for index, stage in enumerate(pipe.definition.stages)]

    def stop(self, name: str, execution: str, *, reason: str) -> None:
        """Ask for an execution to be stopped."""
        with self._making("stop", name), self._world.lock:
            pipe = self._must(name)
            run = pipe.run(execution)
            if run is not None and run.status is ExecutionStatus.IN_PROGRESS:
                pipe.stop(run, reason)

    def roll_back(self, name: str, stage: str, *, to: str) -> str | None:
        """Roll a stage back; it is the only one that the new execution goes through."""
        with self._making("roll-back", name), self._world.lock:
            pipe = self._must(name)
            target, definition = pipe.run(to), pipe.definition
            index = definition.stages.index(stage) if stage in definition.stages else 0
            if (
                target is None
                or index == 0
                or stage not in target.succeeded
                or target.rolls_back is not None
                or target.version != definition.version
                or definition.mode is Mode.PARALLEL
                or definition.type is not PipelineType.V2
                or any(run.inside and run.stage == index for run in pipe.under_way())
            ):
                return None
            return pipe.begin("ManualRollback", rolls_back=target, stage=index)

    def watchers(self, pipeline: Pipeline) -> Watchers:
        """Return what else starts the pipeline."""
        with self._making("watchers", pipeline.name), self._world.lock:
            pipe = self._must(pipeline.name)
            return Watchers(rules=pipe.rules) if pipe.rules_known else Watchers(known=False)

    def _stage(self, pipe: FakePipeline, index: int, stage: str) -> StageState:
        closed = pipe.closed.get(stage)
        there = [run for run in pipe.runs if any(state.stage == index for state in run.actions)]
        last = max(there, key=lambda run: max(one.began for one in run.actions if one.stage == index), default=None)
        inbound = [run for run in pipe.under_way() if not run.inside and run.stage == index]
        return StageState(
            name=stage,
            execution=last.id if last else None,
            inbound=inbound[-1].id if inbound else None,
            open=closed is None,
            reason=closed.reason if closed else "",
            by=closed.by if closed else "",
            waiting=tuple(_approvals(last)) if last else (),
        )

    def _newest(self, pipe: FakePipeline) -> list[Execution]:
        pipe.settle()
        seen = [run for run in pipe.runs if pipe.time >= run.started + pipe.appears_after]
        return [replace(run.execution(), pipeline_version=None) for run in reversed(seen)]

    def _find(self, name: str) -> FakePipeline | None:
        return self._world.pipelines.get((self._account, self._region, name))

    def _must(self, name: str) -> FakePipeline:
        self._world.must_have(self._region)
        found = self._find(name)
        if found is None:
            raise InputError([Fault("pipeline", name, f"is no pipeline in {self._region}.")])
        return found

    def _making(self, call: str, name: str) -> AbstractContextManager[None]:
        return self._world.calls.making(Call(region=self._region, call=call, name=name, account=self._account))


def _approvals(run: Run) -> list[Approval]:
    """Return what waits for a person in an execution."""
    return [
        Approval(
            stage=state.definition.stage,
            action=state.definition.name,
            note=state.definition.configuration.get("CustomData", ""),
            link=state.definition.configuration.get("ExternalEntityLink", ""),
        )
        for state in run.actions
        if state.definition.is_approval and state.status is ActionStatus.IN_PROGRESS
    ]


def _faults(pipeline: Pipeline, start: Start) -> list[Fault]:
    """Return what CodePipeline refuses of a start."""
    declared = {variable.name: variable.default for variable in pipeline.variables}
    found = []
    if start.variables and pipeline.type is not PipelineType.V2:
        found.append(Fault("variables", "", "are for pipelines of type V2."))
    else:
        found += [Fault("variables", name, "is too long, or empty.") for name in _badly_sized(start)]
        found += [Fault("variables", name, "is not declared.") for name in start.variables if name not in declared]
        lacking = [name for name, default in declared.items() if default is None and name not in start.variables]
        found += [Fault("variables", name, "has no default, and must be given.") for name in lacking]
    sources = {source.name: source for source in pipeline.sources}
    for pin in start.pins:
        source = sources.get(pin.action)
        if source is None:
            found.append(Fault("source", pin.action, "is no source action."))
        elif pin.key is not None and not source.lets_key_be_overridden:
            found.append(Fault("source", pin.key, "may not override the key."))
    return found


def _badly_sized(start: Start) -> list[str]:
    return [name for name, value in start.variables.items() if not 1 <= len(value) <= 1000]
