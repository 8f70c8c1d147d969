"""A pipeline's stages as GetPipelineState tells them. Pure; times in seconds."""

from __future__ import annotations

from typing import Any

from waybill.sandbox.engine.codepipeline import execution as states
from waybill.sandbox.engine.codepipeline import views
from waybill.sandbox.engine.codepipeline.definition import PARALLEL, QUEUED, Action, Stage
from waybill.sandbox.engine.codepipeline.execution import ActionRun, Execution
from waybill.sandbox.engine.codepipeline.machine import Line

Json = dict[str, Any]


def state(line: Line) -> Json:
    """Return the pipeline in the words of GetPipelineState."""
    return {
        "pipelineName": line.definition.name,
        "pipelineVersion": line.definition.version,
        "stageStates": [_stage(line, stage) for stage in line.definition.stages],
        "created": line.created,
        "updated": line.updated,
    }


def _stage(line: Line, stage: Stage) -> Json:
    waiting = [] if line.definition.mode == PARALLEL else line.waiting(stage.name)
    transition = line.transitions.get(stage.name)
    last = line.entered.get(stage.name)
    inbound = [{"pipelineExecutionId": each.id, "status": states.IN_PROGRESS, "type": each.type} for each in waiting]
    retries = last.stages[stage.name].retries if last else 0
    return views.without_nothing(
        stageName=stage.name,
        inboundExecution=inbound[-1] if inbound else None,
        inboundExecutions=inbound if line.definition.mode == QUEUED else [],
        inboundTransitionState=views.without_nothing(
            enabled=transition.open if transition else True,
            lastChangedBy=transition.by if transition else None,
            lastChangedAt=transition.changed if transition else None,
            disabledReason=transition.reason if transition and not transition.open else None,
        ),
        actionStates=[_action(line, last, action) for action in stage.actions],
        latestExecution=None
        if last is None
        else {
            "pipelineExecutionId": last.id,
            "status": last.stages[stage.name].status,
            "type": last.type,
        },
        retryStageMetadata={"manualStageRetryAttempt": retries, "latestRetryTrigger": "ManualStageRetry"}
        if retries
        else None,
    )


def _action(line: Line, last: Execution | None, action: Action) -> Json:
    run = last.stages[action.stage].runs.get(action.name) if last else None
    revision = next((each for each in last.revisions if each.action == action.name), None) if last else None
    return views.without_nothing(
        actionName=action.name,
        currentRevision=None
        if revision is None
        else {"revisionId": revision.id, "revisionChangeId": revision.id[:100], "created": revision.created},
        latestExecution=_latest(run, line.definition.mode) if run else None,
        entityUrl=_entity(action),
        revisionUrl=revision.url if revision else None,
    )


def _latest(run: ActionRun, mode: str) -> Json:
    # https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutApprovalResult.html
    waits = run.action.is_approval and run.status == states.IN_PROGRESS and mode != PARALLEL
    return views.without_nothing(
        actionExecutionId=run.id,
        status=run.status,
        summary=run.outcome.summary,
        lastStatusChange=run.updated,
        token=run.token if waits else None,
        lastUpdatedBy=run.outcome.by,
        externalExecutionId=views.external(run),
        externalExecutionUrl=run.outcome.external_url,
        errorDetails=views.error(run),
        logStreamARN=run.outcome.log,
    )


def _entity(action: Action) -> str | None:
    if action.provider != "S3":
        return None
    if action.is_source:
        return f"https://console.aws.amazon.com/s3/home?region={action.region}#"
    return f"https://s3.console.aws.amazon.com/s3/buckets/{action.configuration.get('BucketName', '')}/"
