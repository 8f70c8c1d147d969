"""CodePipeline's operations: a request's JSON in, an answer's JSON out. Each raises `Refusal`.

The methods are named as moto names them; requests have been checked against the service model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from waybill.sandbox.engine import sts
from waybill.sandbox.engine.admission import Caller
from waybill.sandbox.engine.codepipeline import control, pages, stage_views, starting, validity, views
from waybill.sandbox.engine.codepipeline import definition as definitions
from waybill.sandbox.engine.codepipeline.execution import Trigger
from waybill.sandbox.engine.codepipeline.machine import Line
from waybill.sandbox.engine.codepipeline.service import Place, Service
from waybill.sandbox.engine.refusals import Refusal

SERVICE_NAME: Final = "codepipeline.amazonaws.com"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operations:
    """What one caller may ask of one region's CodePipeline."""

    service: Service
    place: Place
    caller: Caller

    def create_pipeline(self, request: Json) -> Json:
        """CreatePipeline. (AWS starts the new pipeline at once; this does not.)"""
        declaration = request["pipeline"]
        tags = request.get("tags", [])
        self._check_role(declaration["roleArn"], declaration["name"])
        line = self.service.create(self.place, declaration)
        line.tags = {tag["key"]: tag["value"] for tag in tags}
        return {"pipeline": dict(line.definition.declaration), "tags": tags}

    def update_pipeline(self, request: Json) -> Json:
        """UpdatePipeline: the version counts on, and what is under way ends Cancelled."""
        declaration = request["pipeline"]
        line = self._line(declaration["name"])
        self._check_role(declaration["roleArn"], declaration["name"])
        definition = definitions.read(declaration, line.definition.version + 1, self.place.region)
        validity.check(definition, declaration)
        control.update(line, definition, self.service.clock())
        self.service.go(line)
        return {"pipeline": dict(definition.declaration)}

    def get_pipeline(self, request: Json) -> Json:
        """GetPipeline: of a version, or as it is."""
        line = self._line(request["name"])
        version = request.get("version", line.definition.version)
        if version not in line.versions:
            raise Refusal("PipelineVersionNotFoundException", f"Pipeline {request['name']} has no version {version}")
        metadata = {"pipelineArn": line.arn, "created": line.created, "updated": line.updated}
        return {"pipeline": dict(line.versions[version].declaration), "metadata": metadata}

    def delete_pipeline(self, request: Json) -> Json:
        """DeletePipeline: one that is not there is no error."""
        self.service.delete(self.place, request["name"])
        return {}

    def list_pipelines(self, request: Json) -> Json:
        """ListPipelines."""
        found = [
            {
                "name": line.definition.name,
                "version": line.definition.version,
                "pipelineType": line.definition.type,
                "executionMode": line.definition.mode,
                "created": line.created,
                "updated": line.updated,
            }
            for line in self.service.lines(self.place)
        ]
        return pages.page("pipelines", found, request)

    def start_pipeline_execution(self, request: Json) -> Json:
        """StartPipelineExecution."""
        line = self._line(request["name"])
        trigger = Trigger("StartPipelineExecution", self.caller.arn())
        made = starting.start(line, request, trigger, self.service.clock())
        self.service.go(line)
        return {"pipelineExecutionId": made.id}

    def stop_pipeline_execution(self, request: Json) -> Json:
        """StopPipelineExecution."""
        line = self._line(request["pipelineName"])
        control.stop(
            line,
            request["pipelineExecutionId"],
            abandon=request.get("abandon", False),
            reason=request.get("reason", ""),
            now=self.service.clock(),
        )
        self.service.go(line)
        return {"pipelineExecutionId": request["pipelineExecutionId"]}

    def get_pipeline_execution(self, request: Json) -> Json:
        """GetPipelineExecution."""
        line = self._line(request["pipelineName"])
        return {"pipelineExecution": views.execution(control.found(line, request["pipelineExecutionId"]))}

    def list_pipeline_executions(self, request: Json) -> Json:
        """ListPipelineExecutions: newest first; those that succeeded in a stage of the present version."""
        line = self._line(request["pipelineName"])
        found = list(reversed(line.executions))
        stage = request.get("filter", {}).get("succeededInStage", {}).get("stageName")
        if stage is not None:
            control.check_stage(line, stage)
            version = line.definition.version
            found = [each for each in found if each.succeeded_in(stage) and each.definition.version == version]
        return pages.page("pipelineExecutionSummaries", [views.summary(each) for each in found], request)

    def list_action_executions(self, request: Json) -> Json:
        """ListActionExecutions: newest first."""
        line = self._line(request["pipelineName"])
        asked = request.get("filter", {})
        only = asked.get("pipelineExecutionId") or asked.get("latestInPipelineExecution", {}).get("pipelineExecutionId")
        executions = line.executions if only is None else [control.found(line, only)]
        found = [(each, run) for each in executions for run in each.runs]
        found.sort(key=lambda pair: pair[1].started)
        details = [views.action_detail(each, run) for each, run in reversed(found)]
        return pages.page("actionExecutionDetails", details, request)

    def get_pipeline_state(self, request: Json) -> Json:
        """GetPipelineState."""
        return stage_views.state(self._line(request["name"]))

    def rollback_stage(self, request: Json) -> Json:
        """RollbackStage."""
        line = self._line(request["pipelineName"])
        trigger = Trigger("ManualRollback", self.caller.arn())
        target = request["targetPipelineExecutionId"]
        made = control.roll_back(line, request["stageName"], target, trigger, self.service.clock())
        self.service.go(line)
        return {"pipelineExecutionId": made.id}

    def retry_stage_execution(self, request: Json) -> Json:
        """RetryStageExecution."""
        line = self._line(request["pipelineName"])
        control.retry(
            line,
            request["stageName"],
            request["pipelineExecutionId"],
            everything=request["retryMode"] == "ALL_ACTIONS",
            now=self.service.clock(),
        )
        self.service.go(line)
        return {"pipelineExecutionId": request["pipelineExecutionId"]}

    def put_approval_result(self, request: Json) -> Json:
        """PutApprovalResult."""
        line = self._line(request["pipelineName"])
        now = self.service.clock()
        control.approve(line, request, self.caller.arn(), now)
        self.service.go(line)
        return {"approvedAt": now}

    def disable_stage_transition(self, request: Json) -> Json:
        """DisableStageTransition."""
        return self._transition(request, opened=False)

    def enable_stage_transition(self, request: Json) -> Json:
        """EnableStageTransition."""
        return self._transition(request, opened=True)

    def list_tags_for_resource(self, request: Json) -> Json:
        """ListTagsForResource."""
        tags = self._by_arn(request["resourceArn"]).tags
        return {"tags": [{"key": key, "value": tags[key]} for key in sorted(tags)]}

    def tag_resource(self, request: Json) -> Json:
        """TagResource."""
        self._by_arn(request["resourceArn"]).tags.update({tag["key"]: tag["value"] for tag in request["tags"]})
        return {}

    def untag_resource(self, request: Json) -> Json:
        """UntagResource."""
        line = self._by_arn(request["resourceArn"])
        line.tags = {key: value for key, value in line.tags.items() if key not in request["tagKeys"]}
        return {}

    def _transition(self, request: Json, *, opened: bool) -> Json:
        line = self._line(request["pipelineName"])
        now = self.service.clock()
        control.close_transition(
            line,
            request["stageName"],
            out=request["transitionType"] == "Outbound",
            opened=opened,
            reason=request.get("reason", ""),
            by=self.caller.arn(),
            now=now,
        )
        self.service.go(line)
        return {}

    def _line(self, name: str) -> Line:
        return self.service.line(self.place, name)

    def _by_arn(self, arn: str) -> Line:
        line = self.service.by_arn(arn)
        if line is None or self.place.account not in arn:
            raise Refusal("ResourceNotFoundException", f"The resource {arn} cannot be found")
        return line

    def _check_role(self, role: str, name: str) -> None:
        pipeline = f"arn:aws:codepipeline:{self.place.region}:{self.place.account}:{name}"
        if not sts.may_assume(role, SERVICE_NAME, "", source=pipeline):
            raise Refusal(
                "InvalidStructureException", f"CodePipeline is not authorized to perform AssumeRole on role {role}"
            )
