"""Executions and their actions as CodePipeline tells them: the JSON of its answers. Pure; times in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from waybill.sandbox.engine.codepipeline import execution as states
from waybill.sandbox.engine.codepipeline.execution import ActionRun, Execution, Location

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


def _result(run: ActionRun) -> Json:
    return without_nothing(
        externalExecutionId=external(run),
        externalExecutionSummary=run.outcome.summary,
        externalExecutionUrl=run.outcome.external_url,
        errorDetails=error(run),
        logStreamARN=run.outcome.log,
    )


def external(run: ActionRun) -> str:
    """Return the id of what runs elsewhere; of an approval it is what answers it, where no token is told."""
    return run.token if run.action.is_approval else run.outcome.external_id


def error(run: ActionRun) -> Json | None:
    """Return why a run failed; None where it did not."""
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
