"""Executions, actions and stages as CodePipeline tells them: the JSON of its answers. Pure; times in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from waybill.sandbox.engine.codepipeline import execution as states
from waybill.sandbox.engine.codepipeline.definition import PARALLEL, QUEUED, Action, Stage
from waybill.sandbox.engine.codepipeline.execution import ActionRun, Execution, Location
from waybill.sandbox.engine.codepipeline.machine import Line

_CANCELLED: Final = "The pipeline definition was updated while this execution was in progress."
Json = dict[str, Any]


def without_nothing(**members: Any) -> Json:
    """Return the members that say something: CodePipeline leaves the others out."""
    return {name: value for name, value in members.items() if value is not None and value != ""}


def summary(each: Execution) -> Json:
    """Return an execution in the words of ListPipelineExecutions."""
    return without_nothing(
        pipelineExecutionId=each.id,
        status=each.status,
        statusSummary=_CANCELLED if each.status == states.CANCELLED else None,
        startTime=each.started,
        lastUpdateTime=each.updated,
        sourceRevisions=[
            without_nothing(
                actionName=revision.action,
                revisionId=revision.id,
                revisionSummary=revision.summary,
                revisionUrl=revision.url,
            )
            for revision in each.revisions
        ],
        trigger=_trigger(each),
        stopTrigger=None if each.stop_reason is None else {"reason": each.stop_reason},
        **_kind(each),
    )


def execution(each: Execution) -> Json:
    """Return an execution in the words of GetPipelineExecution."""
    return without_nothing(
        pipelineName=each.definition.name,
        pipelineVersion=each.definition.version,
        pipelineExecutionId=each.id,
        status=each.status,
        statusSummary=_CANCELLED if each.status == states.CANCELLED else None,
        artifactRevisions=[
            without_nothing(
                name=revision.artifact,
                revisionId=revision.id,
                revisionSummary=revision.summary,
                created=revision.created,
                revisionUrl=revision.url,
            )
            for revision in each.revisions
        ],
        variables=[{"name": name, "resolvedValue": value} for name, value in each.variables.items()],
        trigger=_trigger(each),
        **_kind(each),
    )


def action_detail(each: Execution, run: ActionRun) -> Json:
    """Return a run of an action in the words of ListActionExecutions."""
    return without_nothing(
        pipelineExecutionId=each.id,
        actionExecutionId=run.id,
        pipelineVersion=each.definition.version,
        stageName=run.action.stage,
        actionName=run.action.name,
        startTime=run.started,
        lastUpdateTime=run.updated,
        updatedBy=run.outcome.by,
        status=run.status,
        input=without_nothing(
            actionTypeId={
                "category": run.action.category,
                "owner": run.action.owner,
                "provider": run.action.provider,
                "version": run.action.version,
            },
            configuration=dict(run.action.configuration),
            resolvedConfiguration=dict(run.configuration),
            roleArn=run.action.role,
            region=run.action.region,
            inputArtifacts=_artifacts(run.inputs),
            namespace=run.action.namespace,
        ),
        output=without_nothing(
            outputArtifacts=_artifacts(run.outcome.artifacts),
            executionResult=_result(run),
            outputVariables=dict(run.outcome.variables),
        ),
    )


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
    return without_nothing(
        stageName=stage.name,
        inboundExecution=inbound[-1] if inbound else None,
        inboundExecutions=inbound if line.definition.mode == QUEUED else [],
        inboundTransitionState=without_nothing(
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
    return without_nothing(
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
    return without_nothing(
        actionExecutionId=run.id,
        status=run.status,
        summary=run.outcome.summary,
        lastStatusChange=run.updated,
        token=run.token if waits else None,
        lastUpdatedBy=run.outcome.by,
        externalExecutionId=_external(run),
        externalExecutionUrl=run.outcome.external_url,
        errorDetails=_error(run),
        logStreamARN=run.outcome.log,
    )


def _result(run: ActionRun) -> Json:
    return without_nothing(
        externalExecutionId=_external(run),
        externalExecutionSummary=run.outcome.summary,
        externalExecutionUrl=run.outcome.external_url,
        errorDetails=_error(run),
        logStreamARN=run.outcome.log,
    )


def _external(run: ActionRun) -> str:
    """Return the id of what runs elsewhere; of an approval it is what answers it, where no token is told."""
    return run.token if run.action.is_approval else run.outcome.external_id


def _error(run: ActionRun) -> Json | None:
    return None if run.outcome.error is None else {"code": run.outcome.code, "message": run.outcome.error}


def _artifacts(artifacts: Mapping[str, Location]) -> list[Json]:
    return [
        {"name": name, "s3location": {"bucket": where.bucket, "key": where.key}} for name, where in artifacts.items()
    ]


def _trigger(each: Execution) -> Json:
    return {"triggerType": each.trigger.type, "triggerDetail": each.trigger.detail}


def _kind(each: Execution) -> Json:
    return without_nothing(
        executionMode=each.definition.mode,
        executionType=each.type,
        rollbackMetadata={"rollbackTargetPipelineExecutionId": each.target} if each.target else None,
    )


def _entity(action: Action) -> str | None:
    if action.provider != "S3":
        return None
    if action.is_source:
        return f"https://console.aws.amazon.com/s3/home?region={action.region}#"
    return f"https://s3.console.aws.amazon.com/s3/buckets/{action.configuration.get('BucketName', '')}/"
