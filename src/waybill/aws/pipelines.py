"""One region's CodePipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from threading import Lock
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from waybill.aws import pipeline_definition, pipeline_executions
from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.aws.pipeline_start import arguments, variable_faults, wrong_start
from waybill.aws.pipeline_watchers import watchers
from waybill.domain.deploy.execution import ActionRun, Execution, StageState
from waybill.domain.deploy.pipeline import Pipeline
from waybill.errors import Fault, InputError, Unavailable
from waybill.ports.pipeline import Start, Watchers

T = TypeVar("T")

ABSENT = {"PipelineNotFoundException": None}
NOT_YET = {"PipelineExecutionNotFoundException": None}
OVER: Mapping[str, Any] = {
    "DuplicatedStopRequestException": {},
    "PipelineExecutionNotStoppableException": {},
    **NOT_YET,
}
NO_WAY_BACK: Mapping[str, Any] = {
    "PipelineExecutionOutdatedException": {},
    "UnableToRollbackStageException": {},
    "PipelineExecutionNotFoundException": {},
    "StageNotFoundException": {},
}
BUSY = "ConflictException"
PAGE = 100
MAX_REASON = 200


class CodePipelines:
    """Implements `ports.Pipelines`. `events` makes EventBridge's client of the same region, when it is asked."""

    def __init__(
        self, client: Any, calls: Calls, *, region: str, partition: str, account: str, events: Callable[[], Any]
    ) -> None:
        self._client = client
        self._calls = calls
        self._region = region
        self._prefix = f"arn:{partition}:codepipeline:{region}:{account}:"
        self._account = account
        self._events = events
        self._lock = Lock()
        self._known: dict[str, Mapping[str, Any]] = {}

    def definition(self, name: str) -> Pipeline | None:
        """Return a pipeline as it is defined now, or None where there is none of this name in this region."""
        answer = self._calls.perform(
            self._asked("GetPipeline", name), lambda: self._client.get_pipeline(name=name), ABSENT
        )
        if answer is None:
            return None
        with self._lock:
            self._known[name] = answer
        return pipeline_definition.pipeline(answer, arn=f"{self._prefix}{name}")

    def start(self, start: Start) -> str:
        """Start an execution, or return the one that the same token started; returns its id."""
        if faults := variable_faults(start):
            raise InputError(faults, "Nothing was started.")
        asked = self._asked("StartPipelineExecution", start.pipeline)
        given = arguments(start)

        def call() -> Any:
            try:
                return self._client.start_pipeline_execution(**given)
            except ClientError as error:
                if fault := wrong_start(start, error):
                    raise InputError([fault], "Nothing was started.") from error
                raise

        return str(self._performed(asked, start.pipeline, self._patient(asked, call))["pipelineExecutionId"])

    def executions(self, name: str, *, most: int = 100) -> Sequence[Execution]:
        """Return the last executions, newest first."""
        return self._listed(name, most)

    def succeeded_in(self, name: str, stage: str) -> Sequence[Execution]:
        """Return the last executions that succeeded in a stage, newest first."""
        return self._listed(name, PAGE, filter={"succeededInStage": {"stageName": stage}})

    def execution(self, name: str, execution: str) -> Execution | None:
        """Return one execution, without times; None where it is not there."""
        answer = self._performed(
            self._asked("GetPipelineExecution", name),
            name,
            lambda: self._client.get_pipeline_execution(pipelineName=name, pipelineExecutionId=execution),
            NOT_YET,
        )
        if answer is None:
            return None
        taken = answer["pipelineExecution"].get("artifactRevisions")
        return pipeline_executions.execution(answer, pipeline_definition.outputs(self._raw(name)) if taken else {})

    def actions(self, name: str, execution: str) -> Sequence[ActionRun]:
        """Return the runs of an execution's actions, in the order in which they began."""
        ask = partial(
            self._client.list_action_executions,
            pipelineName=name,
            filter={"pipelineExecutionId": execution},
            maxResults=PAGE,
        )
        pages = self._pages(self._asked("ListActionExecutions", name), name, ask)
        return pipeline_executions.in_order(one for page in pages for one in page.get("actionExecutionDetails", []))

    def stages(self, name: str) -> Sequence[StageState]:
        """Return how the stages stand now."""
        asked = self._asked("GetPipelineState", name)
        answer = self._performed(asked, name, lambda: self._client.get_pipeline_state(name=name))

        def defined() -> Pipeline:
            return pipeline_definition.pipeline(self._raw(name), arn=f"{self._prefix}{name}")

        return [pipeline_executions.stage(found, defined) for found in answer.get("stageStates", [])]

    def stop(self, name: str, execution: str, *, reason: str) -> None:
        """Ask for an execution to be stopped once its running actions are done; one that has ended is no error."""
        asked = self._asked("StopPipelineExecution", name)
        call = partial(
            self._client.stop_pipeline_execution,
            pipelineName=name,
            pipelineExecutionId=execution,
            abandon=False,
            reason=reason[:MAX_REASON],
        )
        self._performed(asked, name, self._patient(asked, call), OVER)

    def roll_back(self, name: str, stage: str, *, to: str) -> str | None:
        """Roll a stage back; returns the id of the execution that does so, None where that cannot be."""
        asked = self._asked("RollbackStage", name, stage)
        call = partial(self._client.rollback_stage, pipelineName=name, stageName=stage, targetPipelineExecutionId=to)
        answer = self._performed(asked, name, call, {**NO_WAY_BACK, BUSY: {}})
        execution: str | None = answer.get("pipelineExecutionId")
        return execution

    def watchers(self, pipeline: Pipeline) -> Watchers:
        """Return what else starts the pipeline."""
        return watchers(self._events, self._calls, pipeline)

    def _listed(self, name: str, most: int, **given: Any) -> list[Execution]:
        ask = partial(
            self._client.list_pipeline_executions, pipelineName=name, maxResults=max(1, min(PAGE, most)), **given
        )
        found: list[Execution] = []
        for page in self._pages(self._asked("ListPipelineExecutions", name), name, ask):
            found += map(pipeline_executions.summary, page.get("pipelineExecutionSummaries", []))
            if len(found) >= most:
                break
        return found[:most]

    def _pages(self, asked: Asked, name: str, ask: Callable[..., Any]) -> Iterator[Mapping[str, Any]]:
        more: dict[str, str] = {}
        while True:
            answer = self._performed(asked, name, partial(ask, **more), {code: {} for code in NOT_YET})
            yield answer
            if not answer.get("nextToken"):
                return
            more = {"nextToken": answer["nextToken"]}

    def _performed(
        self, asked: Asked, name: str, call: Callable[[], T], answers: Mapping[str, Any] | None = None
    ) -> T | Any:
        """Perform a call on a pipeline that must be there."""
        gone = object()
        answer = self._calls.perform(asked, call, {**(answers or {}), **dict.fromkeys(ABSENT, gone)})
        if answer is gone:
            raise InputError([Fault("pipeline", name, f"is no pipeline in {self._region} of account {self._account}.")])
        return answer

    def _patient(self, asked: Asked, call: Callable[[], T]) -> Callable[[], T]:
        """Return `call`, to be tried again while the pipeline is busy with something else."""

        def do() -> T:
            try:
                return call()
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") == BUSY:
                    said = f"{asked.where} is busy with something else."
                    raise Unavailable(said, "Run again in a moment.") from error
                raise

        return do

    def _raw(self, name: str) -> Mapping[str, Any]:
        """Return what GetPipeline said when it was last asked."""
        with self._lock:
            known = self._known.get(name)
        if known is None:
            self.definition(name)
            with self._lock:
                known = self._known.get(name, {"pipeline": {"stages": []}})
        return known

    def _asked(self, action: str, name: str, stage: str = "") -> Asked:
        return Asked(
            action=f"codepipeline:{action}",
            resource=f"{self._prefix}{name}{f'/{stage}' if stage else ''}",
            where=f"pipeline {name} in {self._region}",
        )
