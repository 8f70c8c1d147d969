"""What GetPipeline answers, as a domain pipeline.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GetPipeline.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from waybill.domain.deploy.pipeline import ActionDefinition, Mode, Pipeline, PipelineType, Variable
from waybill.errors import WaybillError

T = TypeVar("T")


def pipeline(answer: Mapping[str, Any], *, arn: str) -> Pipeline:
    """Return the pipeline of an answer; `arn` is its ARN where the answer has none."""
    found = answer["pipeline"]
    arn = str(answer.get("metadata", {}).get("pipelineArn") or arn)
    region, account = arn.split(":")[3:5]
    return Pipeline(
        name=str(found["name"]),
        arn=arn,
        region=region,
        account=account,
        version=int(found.get("version", 0)),
        type=_known(PipelineType, found.get("pipelineType", "V1"), arn),
        mode=_known(Mode, found.get("executionMode", "SUPERSEDED"), arn),
        stages=tuple(str(stage["name"]) for stage in found["stages"]),
        actions=tuple(_action(str(stage["name"]), one) for stage in found["stages"] for one in stage["actions"]),
        variables=tuple(
            Variable(name=str(one["name"]), default=one.get("defaultValue")) for one in found.get("variables", [])
        ),
    )


def outputs(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return which action makes each artifact: executions tell of artifacts only."""
    return {
        str(artifact["name"]): str(action["name"])
        for stage in answer["pipeline"]["stages"]
        for action in stage["actions"]
        for artifact in action.get("outputArtifacts", [])
    }


def _action(stage: str, found: Mapping[str, Any]) -> ActionDefinition:
    kind = found["actionTypeId"]
    return ActionDefinition(
        stage=stage,
        name=str(found["name"]),
        category=str(kind["category"]),
        provider=str(kind["provider"]),
        owner=str(kind["owner"]),
        run_order=int(found.get("runOrder", 1)),
        region=found.get("region"),
        role=found.get("roleArn"),
        configuration=dict(found.get("configuration", {})),
        minutes=found.get("timeoutInMinutes"),
    )


def _known(kind: type[T], value: str, where: str) -> T:
    try:
        return kind(value)  # type: ignore[call-arg]
    except ValueError as error:
        raise WaybillError(f"{where} is of {kind.__name__} {value!r}, which this Waybill does not know.") from error
