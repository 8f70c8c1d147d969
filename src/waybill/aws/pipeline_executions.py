"""What CodePipeline answers of executions, their actions and the stages, as domain values.

GetPipelineExecution tells no times, and names what was taken by artifact; ListPipelineExecutions tells no version of
the definition. https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineExecutionSummary.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from waybill.domain.deploy.execution import (
    ActionRun,
    ActionStatus,
    Approval,
    Execution,
    ExecutionStatus,
    Revision,
    StageState,
)
from waybill.domain.deploy.pipeline import Pipeline
from waybill.errors import WaybillError

S = TypeVar("S", ExecutionStatus, ActionStatus)


def execution(answer: Mapping[str, Any], makers: Mapping[str, str]) -> Execution:
    """Return the execution of GetPipelineExecution; `makers` are the actions that make the artifacts."""
    found = answer["pipelineExecution"]
    revisions = [
        _revision(makers.get(str(one.get("name")), str(one.get("name", ""))), one)
        for one in found.get("artifactRevisions", [])
    ]
    return _execution(found, [one for one in revisions if one.id])


def summary(found: Mapping[str, Any]) -> Execution:
    """Return one item of ListPipelineExecutions."""
    return _execution(found, [_revision(str(one["actionName"]), one) for one in found.get("sourceRevisions", [])])


def _execution(found: Mapping[str, Any], revisions: Iterable[Revision]) -> Execution:
    return Execution(
        id=str(found["pipelineExecutionId"]),
        status=_status(ExecutionStatus, found),
        summary=str(found.get("statusSummary") or found.get("stopTrigger", {}).get("reason") or ""),
        revisions=tuple(revisions),
        started=moment(found.get("startTime")),
        updated=moment(found.get("lastUpdateTime")),
        trigger=str(found.get("trigger", {}).get("triggerType", "")),
        pipeline_version=found.get("pipelineVersion"),
        rolls_back=found.get("rollbackMetadata", {}).get("rollbackTargetPipelineExecutionId"),
    )


def _revision(action: str, found: Mapping[str, Any]) -> Revision:
    return Revision(
        action=action,
        id=str(found.get("revisionId", "")),
        summary=str(found.get("revisionSummary", "")),
        url=str(found.get("revisionUrl", "")),
    )


def in_order(details: Iterable[Mapping[str, Any]]) -> list[ActionRun]:
    """Return the runs of ListActionExecutions, which tells the newest first, in the order in which they began."""
    runs = [_run(found) for found in details]
    # Those that began in the same moment keep their order.
    runs.reverse()
    return sorted(runs, key=lambda run: run.started)


def _run(found: Mapping[str, Any]) -> ActionRun:
    result = found.get("output", {}).get("executionResult", {})
    wrong = result.get("errorDetails", {})
    return ActionRun(
        id=str(found["actionExecutionId"]),
        stage=str(found["stageName"]),
        action=str(found["actionName"]),
        status=_status(ActionStatus, found),
        started=moment(found.get("startTime")),
        updated=moment(found.get("lastUpdateTime")),
        external_id=str(result.get("externalExecutionId", "")),
        external_url=str(result.get("externalExecutionUrl", "")),
        summary=str(result.get("externalExecutionSummary", "")),
        error_code=str(wrong.get("code", "")),
        error=str(wrong.get("message", "")),
        log=str(result.get("logStreamARN", "")),
    )


def stage(found: Mapping[str, Any], defined: Callable[[], Pipeline | None]) -> StageState:
    """Return one stage of GetPipelineState; `defined` is asked for the definition where an approval waits."""
    name = str(found["stageName"])
    entrance = found.get("inboundTransitionState", {})
    inbound: Mapping[str, Any] = found.get("inboundExecution") or next(iter(found.get("inboundExecutions", [])), {})
    return StageState(
        name=name,
        execution=found.get("latestExecution", {}).get("pipelineExecutionId"),
        inbound=inbound.get("pipelineExecutionId"),
        open=bool(entrance.get("enabled", True)),
        reason=str(entrance.get("disabledReason", "")),
        by="" if entrance.get("enabled", True) else str(entrance.get("lastChangedBy", "")),
        waiting=tuple(_approval(name, one, defined()) for one in found.get("actionStates", []) if _waits(one)),
    )


def _waits(found: Mapping[str, Any]) -> bool:
    """Whether an action waits for a person: only approvals have a token."""
    latest = found.get("latestExecution", {})
    return latest.get("status") == ActionStatus.IN_PROGRESS.value and bool(latest.get("token"))


def _approval(stage: str, found: Mapping[str, Any], pipeline: Pipeline | None) -> Approval:
    name, latest = str(found["actionName"]), found["latestExecution"]
    defined = pipeline.action(stage, name) if pipeline else None
    written: Mapping[str, str] = defined.configuration if defined else {}
    return Approval(
        stage=stage,
        action=name,
        note=written.get("CustomData", "") or str(latest.get("summary", "")),
        link=written.get("ExternalEntityLink", "") or str(latest.get("externalExecutionUrl", "")),
    )


def _status(kind: type[S], found: Mapping[str, Any]) -> S:
    try:
        return kind(found["status"])
    except ValueError as error:
        said = f"CodePipeline says {found['status']!r} of an execution, which this Waybill does not know."
        raise WaybillError(said, "Take a newer Waybill. The pipeline goes on by itself.") from error


def moment(found: datetime | None) -> str:
    """Return a time as ISO 8601 UTC to the millisecond; nothing for none."""
    if found is None:
        return ""
    return found.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
