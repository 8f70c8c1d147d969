"""AWS::CodePipeline::Pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.sandbox.engine.cloudformation.kinds import Made, Place
from waybill.sandbox.engine.cloudformation.types.asking import ask, truth
from waybill.sandbox.engine.cloudformation.types.common import gone, named, tag_list, tags, undoing

_PUT = frozenset(
    {"ArtifactStore", "ArtifactStores", "ExecutionMode", "PipelineType", "RoleArn", "Stages", "Triggers", "Variables"}
)


class Pipeline:
    """A pipeline. Its version is a text: `GetAtt` gives nothing else."""

    type = "AWS::CodePipeline::Pipeline"
    known = _PUT | {"DisableInboundStageTransitions", "Name", "RestartExecutionOnUpdate", "Tags"}
    required = frozenset({"RoleArn", "Stages"})
    replaces = frozenset({"Name"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """CreatePipeline, and close the transitions that are to be."""
        client, name = place.client("codepipeline"), str(properties.get("Name") or named(place, 100))
        found = tag_list(tags(properties, place), "key", "value")
        answer = ask(client, "CreatePipeline", {"pipeline": _declared(name, properties), "tags": found})
        made = _made(name, answer["pipeline"])
        with undoing(lambda: self.delete(made, properties, place)):
            _close(client, name, {}, properties)
        return made

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """UpdatePipeline, only where that changes it, since it cancels what is under way."""
        client, name = place.client("codepipeline"), made.physical_id
        if any(before.get(key) != after.get(key) for key in _PUT):
            made = _made(name, ask(client, "UpdatePipeline", {"pipeline": _declared(name, after)})["pipeline"])
            if truth(after.get("RestartExecutionOnUpdate", False)):
                ask(client, "StartPipelineExecution", {"name": name})
        _close(client, name, before, after)
        _retag(client, f"arn:aws:codepipeline:{place.region}:{place.account}:{name}", after, place)
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """DeletePipeline."""
        with gone("PipelineNotFoundException"):
            ask(place.client("codepipeline"), "DeletePipeline", {"name": made.physical_id})


def _declared(name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the declaration as the API has it: its stores are a mapping there, and a list here."""
    declared = {key: value for key, value in properties.items() if key in _PUT - {"ArtifactStores"}}
    if "ArtifactStores" in properties:
        declared["artifactStores"] = {each["Region"]: each["ArtifactStore"] for each in properties["ArtifactStores"]}
    return {"name": name, **declared}


def _made(name: str, pipeline: Mapping[str, Any]) -> Made:
    return Made(name, {"Version": str(pipeline["version"])})


def _close(client: Any, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    was, then = (
        {each["StageName"]: each["Reason"] for each in properties.get("DisableInboundStageTransitions", [])}
        for properties in (before, after)
    )
    where = {"pipelineName": name, "transitionType": "Inbound"}
    for stage, reason in then.items():
        if was.get(stage) != reason:
            ask(client, "DisableStageTransition", {**where, "stageName": stage, "reason": reason})
    for stage in was.keys() - then.keys():
        ask(client, "EnableStageTransition", {**where, "stageName": stage})


def _retag(client: Any, arn: str, properties: Mapping[str, Any], place: Place) -> None:
    then = tags(properties, place)
    there = {tag["key"] for tag in ask(client, "ListTagsForResource", {"resourceArn": arn})["tags"]}
    if there - then.keys():
        ask(client, "UntagResource", {"resourceArn": arn, "tagKeys": sorted(there - then.keys())})
    if then:
        ask(client, "TagResource", {"resourceArn": arn, "tags": tag_list(then, "key", "value")})
