"""Pipelines for tests: declared from parts, started, waited for; every answer is held to botocore's service model."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox

T = TypeVar("T")
Json = dict[str, Any]
PATIENCE = 20.0
ROLE = layout.PIPELINE_ROLE_ARN
STORE = {"type": "S3", "location": layout.ARTIFACT_BUCKET}
SITE = {"index.html": b"<h1>one</h1>", "css/site.css": b"h1 {}", "data": b"\x00\x01"}


def packed(files: Mapping[str, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return body.getvalue()


def until(look: Callable[[], T | None]) -> T:
    """Return the first thing that `look` finds."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("it never came")


def refused(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def action(category: str, provider: str, *, name: str = "", **more: Any) -> Json:
    kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": name or category, "actionTypeId": kind, **more}


def source(bucket: str, key: str, *, name: str = "Source", output: str = "Zip", **configuration: str) -> Json:
    settings = {"S3Bucket": bucket, "S3ObjectKey": key, "PollForSourceChanges": "false", **configuration}
    return action("Source", "S3", name=name, configuration=settings, outputArtifacts=[{"name": output}])


def deploy(bucket: str, *, more: Json | None = None, **configuration: str) -> Json:
    settings = {"BucketName": bucket, "Extract": "true", **configuration}
    return action("Deploy", "S3", configuration=settings, inputArtifacts=[{"name": "Zip"}], **(more or {}))


def approval(**configuration: str) -> Json:
    return action("Approval", "Manual", name="Approve", configuration=configuration)


def stages(*several: Json | list[Json]) -> list[Json]:
    """Return stages, each named after its first action."""
    grouped = [each if isinstance(each, list) else [each] for each in several]
    return [{"name": group[0]["name"], "actions": group} for group in grouped]


@dataclass(frozen=True, slots=True)
class Workshop:
    """One pipeline's surroundings: a source bucket of its own in development, an output bucket in production."""

    sandbox: Sandbox
    clients: Any
    client: Any
    source: str
    output: str
    key: str

    @classmethod
    def made(cls, sandbox: Sandbox, clients: Any, client: Any) -> Workshop:
        name = uuid4().hex[:12]
        made = cls(sandbox, clients, client, f"source-{name}", f"output-{name}", "site.zip")
        clients.user("s3").create_bucket(Bucket=made.source)
        clients.user("s3").put_bucket_versioning(Bucket=made.source, VersioningConfiguration={"Status": "Enabled"})
        clients.user("s3", account=layout.PRODUCTION).create_bucket(Bucket=made.output)
        return made

    def upload(self, body: bytes | None = None, *, key: str = "", **more: Any) -> str:
        body = packed(SITE) if body is None else body
        put = self.clients.user("s3").put_object(Bucket=self.source, Key=key or self.key, Body=body, **more)
        return str(put["VersionId"])

    def declare(self, *several: Json | list[Json], **more: Any) -> Json:
        """Return a declaration; without stages: the source, and the deploy into production."""
        chosen = several or (source(self.source, self.key), self.deploy())
        return {
            "name": f"p-{uuid4().hex[:12]}",
            "roleArn": ROLE,
            "pipelineType": "V2",
            "artifactStore": STORE,
            "stages": stages(*chosen),
            **more,
        }

    def deploy(self, *, more: Json | None = None, **configuration: str) -> Json:
        return deploy(self.output, more={"roleArn": layout.DEPLOY_ROLE_ARN, **(more or {})}, **configuration)

    def create(self, *several: Json | list[Json], **more: Any) -> str:
        declaration = self.declare(*several, **more)
        self.client.create_pipeline(pipeline=declaration)
        return str(declaration["name"])

    def start(self, name: str, **more: Any) -> str:
        return str(self.client.start_pipeline_execution(name=name, **more)["pipelineExecutionId"])

    def pinned(self, name: str, version: str, **more: Any) -> str:
        pin = {"actionName": "Source", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": version}
        return self.start(name, sourceRevisions=[pin], **more)

    def status(self, name: str, execution: str) -> str:
        return str(self.execution(name, execution)["status"])

    def execution(self, name: str, execution: str) -> Json:
        answer = self.client.get_pipeline_execution(pipelineName=name, pipelineExecutionId=execution)
        return dict(answer["pipelineExecution"])

    def ended(self, name: str, execution: str) -> str:
        """Return how an execution ends."""
        busy = ("InProgress", "Stopping")
        return until(lambda: status if (status := self.status(name, execution)) not in busy else None)

    def runs(self, name: str, execution: str) -> list[Json]:
        """Return the runs of an execution's actions, newest first."""
        answer = self.client.list_action_executions(pipelineName=name, filter={"pipelineExecutionId": execution})
        return list(answer["actionExecutionDetails"])

    def error(self, name: str, execution: str) -> Json:
        """Return the error of an execution that fails."""
        assert self.ended(name, execution) == "Failed"
        return dict(self.runs(name, execution)[0]["output"]["executionResult"]["errorDetails"])

    def stage(self, name: str, stage: str) -> Json:
        states = self.client.get_pipeline_state(name=name)["stageStates"]
        return dict(next(state for state in states if state["stageName"] == stage))

    def inside(self, name: str, stage: str, execution: str) -> Json:
        """Wait until an execution is in a stage, with an action running; return the stage's state."""

        def look() -> Json | None:
            state = self.stage(name, stage)
            here = state.get("latestExecution", {}).get("pipelineExecutionId") == execution
            running = [each for each in state["actionStates"] if each.get("latestExecution", {}).get("status")]
            return state if here and running else None

        return until(look)

    def waiting(self, name: str, stage: str, execution: str) -> Json:
        """Wait until an execution waits before a stage."""

        def look() -> Json | None:
            state = self.stage(name, stage)
            return state if state.get("inboundExecution", {}).get("pipelineExecutionId") == execution else None

        return until(look)

    def hold(self, name: str, action: str = "Deploy", *, times: int = 1) -> None:
        """Let an action wait for `sandbox.release`."""
        self.sandbox.disturb(name, action, hold=True, times=times)

    def files(self, *, region: str = layout.HOME_REGION, bucket: str = "") -> dict[str, bytes]:
        """Return what lies in the output bucket."""
        s3 = self.clients.user("s3", region, layout.PRODUCTION)
        bucket = bucket or self.output
        listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        return {each["Key"]: s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in listed}


def role(clients: Any, statement: Json, *, account: str = layout.PRODUCTION) -> str:
    """Make a role with a trust policy of this one statement."""
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})
    made = clients.user("iam", account=account).create_role(
        RoleName=f"role-{uuid4().hex[:12]}", AssumeRolePolicyDocument=document
    )
    return str(made["Role"]["Arn"])
