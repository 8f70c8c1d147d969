"""AWS::CodePipeline::Pipeline and AWS::Events::Rule: the sandbox's own CodePipeline has them, and they run."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.cloudformation.types.workbench import REFUSED, Workbench, name
from sandbox.pipelines import packed, until
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

PIPELINE, RULE = "AWS::CodePipeline::Pipeline", "AWS::Events::Rule"


def action(stage: str, configuration: dict[str, str], **more: Any) -> dict[str, Any]:
    kind = {"Category": stage, "Owner": "AWS", "Provider": "S3", "Version": "1"}
    return {"Name": stage, "Actions": [{"Name": stage, "ActionTypeId": kind, "Configuration": configuration, **more}]}


@pytest.fixture
def properties(bench: Workbench) -> dict[str, Any]:
    key = bench.client("kms").describe_key(KeyId=layout.PIPELINE_KEY_ALIAS)["KeyMetadata"]["Arn"]
    store = {"Type": "S3", "Location": layout.ARTIFACT_BUCKET, "EncryptionKey": {"Type": "KMS", "Id": key}}
    source = {"S3Bucket": layout.INPUT_BUCKET, "S3ObjectKey": "made.zip", "PollForSourceChanges": "false"}
    output = {"BucketName": layout.OUTPUT_BUCKET, "Extract": "true", "ObjectKey": "kinds"}
    return {
        "Name": name(),
        "PipelineType": "V2",
        "ExecutionMode": "QUEUED",
        "RoleArn": layout.PIPELINE_ROLE_ARN,
        "ArtifactStores": [{"Region": "us-east-1", "ArtifactStore": store}],
        "Stages": [
            action("Source", source, OutputArtifacts=[{"Name": "Source"}]),
            action(
                "Deploy",
                output,
                InputArtifacts=[{"Name": "Source"}],
                RoleArn=layout.DEPLOY_ROLE_ARN,
                Region="us-east-1",
                RunOrder="1",
            ),
        ],
        "Tags": [{"Key": "a", "Value": "b"}],
    }


def test_a_pipeline_is_the_one_of_the_api_and_deploys(bench: Workbench, properties: dict[str, Any]) -> None:
    made = bench.make(PIPELINE, properties)
    assert (made.id, made.made.attributes) == (properties["Name"], {"Version": "1"})
    client = bench.client("codepipeline")
    found = client.get_pipeline(name=made.id)
    assert (found["pipeline"]["executionMode"], found["pipeline"]["pipelineType"]) == ("QUEUED", "V2")
    assert found["pipeline"]["artifactStores"]["us-east-1"]["location"] == layout.ARTIFACT_BUCKET
    source, deploy = (stage["actions"][0] for stage in found["pipeline"]["stages"])
    assert source["configuration"]["S3ObjectKey"] == "made.zip"
    assert (deploy["roleArn"], deploy["region"], deploy["runOrder"]) == (layout.DEPLOY_ROLE_ARN, "us-east-1", 1)
    tags = client.list_tags_for_resource(resourceArn=found["metadata"]["pipelineArn"])["tags"]
    assert tags == [{"key": "a", "value": "b"}]
    body = packed({"index.html": b"<h1>made</h1>"})
    bench.client("s3").put_object(Bucket=layout.INPUT_BUCKET, Key="made.zip", Body=body)
    execution = client.start_pipeline_execution(name=made.id)["pipelineExecutionId"]

    def ended() -> str:
        answer = client.get_pipeline_execution(pipelineName=made.id, pipelineExecutionId=execution)
        status = str(answer["pipelineExecution"]["status"])
        return "" if status == "InProgress" else status

    assert until(ended) == "Succeeded"
    page = bench.client("s3").get_object(Bucket=layout.OUTPUT_BUCKET, Key="kinds/index.html")["Body"].read()
    assert page == b"<h1>made</h1>"


def test_a_pipeline_changes_only_where_its_declaration_does(bench: Workbench, properties: dict[str, Any]) -> None:
    made = bench.make(PIPELINE, properties)
    client = bench.client("codepipeline")
    made = made.changed({**properties, "Tags": [], "RestartExecutionOnUpdate": True})
    assert client.get_pipeline(name=made.id)["pipeline"]["version"] == 1
    made = made.changed({**properties, "ExecutionMode": "SUPERSEDED"})
    found = client.get_pipeline(name=made.id)
    assert (found["pipeline"]["version"], found["pipeline"]["executionMode"]) == (2, "SUPERSEDED")
    assert made.made.attributes["Version"] == "2"
    assert client.list_pipeline_executions(pipelineName=made.id)["pipelineExecutionSummaries"] == []
    closed = [{"StageName": "Deploy", "Reason": "not now"}]
    made = made.changed({**made.properties, "DisableInboundStageTransitions": closed})
    states = client.get_pipeline_state(name=made.id)["stageStates"]
    assert [state["inboundTransitionState"]["enabled"] for state in states] == [True, False]
    made.delete()
    made.delete()
    with pytest.raises(ClientError, match="PipelineNotFound"):
        client.get_pipeline(name=made.id)


@pytest.mark.parametrize(
    "fault",
    [
        {"RoleArn": f"arn:aws:iam::{layout.DEVELOPMENT}:role/not-there"},
        {"ExecutionMode": "SOMETIMES"},
        {"Stages": []},
        {"ArtifactStore": {"Type": "S3", "Location": "a"}},
        {"Colour": "blue"},
        {"DisableInboundStageTransitions": [{"StageName": "None", "Reason": "x"}]},
    ],
    ids=lambda fault: str(*fault),
)
def test_a_pipeline_that_codepipeline_refuses_is_not_there(
    bench: Workbench, properties: dict[str, Any], fault: dict[str, Any]
) -> None:
    with pytest.raises(REFUSED):
        bench.make(PIPELINE, {**properties, **fault})
    found = bench.client("codepipeline").list_pipelines()["pipelines"]
    assert properties["Name"] not in {each["name"] for each in found}


def test_a_rule_starts_a_pipeline_until_it_does_not(bench: Workbench, properties: dict[str, Any]) -> None:
    pipeline = bench.make(PIPELINE, properties).id
    source = name("source")
    target = {
        "Id": "pipeline",
        "Arn": f"arn:aws:codepipeline:us-east-1:{layout.DEVELOPMENT}:{pipeline}",
        "RoleArn": layout.PIPELINE_ROLE_ARN,
    }
    pattern = {"source": [source], "detail-type": ["Object Created"]}
    rule = bench.make(RULE, {"Description": "starts it", "EventPattern": pattern, "Targets": [target]})
    events, client = bench.client("events"), bench.client("codepipeline")
    found = events.describe_rule(Name=rule.id)
    assert (found["Description"], json.loads(found["EventPattern"])) == ("starts it", pattern)
    assert (found["Arn"], found["State"]) == (rule.made.attributes["Arn"], "ENABLED")
    assert events.list_targets_by_rule(Rule=rule.id)["Targets"] == [target]

    def send() -> int:
        entry = {"Source": source, "DetailType": "Object Created", "Detail": "{}"}
        assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
        return len(client.list_pipeline_executions(pipelineName=pipeline)["pipelineExecutionSummaries"])

    assert send() == 1
    rule = rule.changed({**rule.properties, "State": "DISABLED", "Targets": []})
    assert send() == 1
    assert events.list_targets_by_rule(Rule=rule.id)["Targets"] == []
    with pytest.raises(REFUSED, match="AlreadyExists"):
        bench.make(RULE, {"Name": rule.id, "EventPattern": pattern})
    rule = rule.changed({"EventPattern": pattern, "Targets": [target]})
    rule.delete()
    rule.delete()
    with pytest.raises(ClientError, match="ResourceNotFound"):
        events.describe_rule(Name=rule.id)
