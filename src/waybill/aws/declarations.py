"""Pipelines as they are declared: GetPipeline without its metadata, and UpdatePipeline.

https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_UpdatePipeline.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.domain.setup.pipelines.role import Declaration

NOT_ENDED = frozenset({"InProgress", "Stopping"})
MOST = 100


class AwsDeclarations:
    """Implements `ports.Declarations`."""

    def __init__(self, client: Any, calls: Calls, *, region: str, partition: str, account: str) -> None:
        self._client = client
        self._calls = calls
        self._region = region
        self._prefix = f"arn:{partition}:codepipeline:{region}:{account}:"

    def read(self, name: str) -> Declaration | None:
        """Return a declaration as it is now."""
        answer = self._calls.perform(
            self._asked("GetPipeline", name),
            lambda: self._client.get_pipeline(name=name),
            {"PipelineNotFoundException": None},
        )
        return None if answer is None else _declaration(answer)

    def update(self, document: Mapping[str, Any]) -> Declaration:
        """Put another declaration in a pipeline's place. Asked once: a second try could undo what came between."""
        asked = self._asked("UpdatePipeline", str(document["name"]))
        return _declaration(self._calls.once(asked, lambda: self._client.update_pipeline(pipeline=dict(document))))

    def under_way(self, name: str) -> Sequence[str]:
        """Return the ids of the executions that have not ended: they are among the newest."""
        answer = self._calls.perform(
            self._asked("ListPipelineExecutions", name),
            lambda: self._client.list_pipeline_executions(pipelineName=name, maxResults=MOST),
        )
        found = answer.get("pipelineExecutionSummaries", [])
        return [str(one["pipelineExecutionId"]) for one in found if one.get("status") in NOT_ENDED]

    def _asked(self, action: str, name: str) -> Asked:
        return Asked(
            action=f"codepipeline:{action}",
            resource=f"{self._prefix}{name}",
            where=f"pipeline {name} in {self._region}",
        )


def _declaration(answer: Mapping[str, Any]) -> Declaration:
    document = {key: value for key, value in answer["pipeline"].items() if key != "version"}
    return Declaration(document=document, version=int(answer["pipeline"].get("version", 0)))
