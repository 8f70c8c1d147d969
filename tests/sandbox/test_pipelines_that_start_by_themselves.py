"""Uploads start pipelines: by polling, and by EventBridge rules."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from sandbox.pipelines import Workshop, packed, source, until
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

ARN = f"arn:aws:codepipeline:{layout.HOME_REGION}:{layout.DEVELOPMENT}:"


def executions(shop: Workshop, name: str) -> list[dict[str, Any]]:
    return list(shop.client.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"])


def rule(shop: Workshop, name: str, *, bucket: str = "", **target: Any) -> str:
    """Make a rule that starts a pipeline when the source key is written."""
    events = shop.clients.user("events")
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [bucket or shop.source]}, "object": {"key": [shop.key]}},
    }
    made = f"rule-{uuid4().hex[:12]}"
    events.put_rule(Name=made, EventPattern=json.dumps(pattern))
    role = f"arn:aws:iam::{layout.DEVELOPMENT}:role/events"
    events.put_targets(Rule=made, Targets=[{"Id": "pipeline", "Arn": f"{ARN}{name}", "RoleArn": role, **target}])
    return made


def watched(shop: Workshop) -> None:
    """Let the source bucket tell EventBridge what happens in it."""
    shop.clients.user("s3").put_bucket_notification_configuration(
        Bucket=shop.source, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )


@pytest.mark.parametrize("says", [{"PollForSourceChanges": "true"}, {}], ids=["polls", "says-nothing"])
def test_a_polled_source_key_that_is_written_starts_the_pipeline(shop: Workshop, says: dict[str, str]) -> None:
    first = source(shop.source, shop.key)
    del first["configuration"]["PollForSourceChanges"]
    first["configuration"].update(says)
    name = shop.create(first, shop.deploy())
    shop.upload(key="another.zip")
    version = shop.upload()
    told = until(lambda: executions(shop, name))
    assert len(told) == 1
    assert told[0]["trigger"]["triggerType"] == "PollForSourceChanges"
    assert shop.ended(name, told[0]["pipelineExecutionId"]) == "Succeeded"
    assert executions(shop, name)[0]["sourceRevisions"][0]["revisionId"] == version


def test_a_rule_that_matches_starts_the_pipeline_and_can_be_found_by_it(shop: Workshop) -> None:
    name = shop.create()
    watched(shop)
    made = rule(shop, name)
    shop.upload(key="another.zip")
    version = shop.upload(Metadata={"codepipeline-artifact-revision-summary": "site 2.0.0"})
    told = until(lambda: executions(shop, name))
    assert len(told) == 1
    assert told[0]["trigger"]["triggerType"] == "CloudWatchEvent"
    assert told[0]["trigger"]["triggerDetail"].endswith(f":rule/{made}")
    assert shop.ended(name, told[0]["pipelineExecutionId"]) == "Succeeded"
    revision = executions(shop, name)[0]["sourceRevisions"][0]
    assert (revision["revisionId"], revision["revisionSummary"]) == (version, "site 2.0.0")
    events = shop.clients.user("events")
    assert events.list_rule_names_by_target(TargetArn=f"{ARN}{name}")["RuleNames"] == [made]
    assert json.loads(events.describe_rule(Name=made)["EventPattern"])["detail"]["object"]["key"] == [shop.key]
    assert events.list_targets_by_rule(Rule=made)["Targets"][0]["Arn"] == f"{ARN}{name}"


def test_a_copy_to_the_source_key_is_an_upload_too(shop: Workshop) -> None:
    name = shop.create()
    watched(shop)
    rule(shop, name)
    shop.upload(key="staged.zip")
    shop.clients.user("s3").copy_object(
        Bucket=shop.source, Key=shop.key, CopySource={"Bucket": shop.source, "Key": "staged.zip"}
    )
    assert shop.ended(name, until(lambda: executions(shop, name))[0]["pipelineExecutionId"]) == "Succeeded"


def test_the_prepared_source_bucket_tells_eventbridge(shop: Workshop) -> None:
    name = shop.create(source(layout.INPUT_BUCKET, shop.key), shop.deploy())
    rule(shop, name, bucket=layout.INPUT_BUCKET)
    shop.clients.user("s3").put_object(Bucket=layout.INPUT_BUCKET, Key=shop.key, Body=packed({"a": b"b"}))
    assert shop.ended(name, until(lambda: executions(shop, name))[0]["pipelineExecutionId"]) == "Succeeded"


def test_a_rule_may_pin_what_it_starts(shop: Workshop) -> None:
    name = shop.create()
    watched(shop)
    shop.hold(name, "Source", times=2)
    template = (
        '{"sourceRevisions": [{"actionName": "Source", "revisionType": "S3_OBJECT_VERSION_ID", '
        '"revisionValue": "<version>"}]}'
    )
    rule(
        shop,
        name,
        InputTransformer={"InputPathsMap": {"version": "$.detail.object.version-id"}, "InputTemplate": template},
    )
    older = shop.upload()
    shop.upload(packed({"index.html": b"newer"}))
    first = until(lambda: executions(shop, name)[::-1] if len(executions(shop, name)) == 2 else None)[0]
    shop.sandbox.release(name)
    assert shop.ended(name, first["pipelineExecutionId"]) == "Succeeded"
    assert shop.execution(name, first["pipelineExecutionId"])["artifactRevisions"][0]["revisionId"] == older


def test_without_notifications_or_while_disabled_a_rule_starts_nothing(shop: Workshop) -> None:
    name = shop.create()
    made = rule(shop, name)
    shop.upload()
    assert executions(shop, name) == []
    watched(shop)
    events = shop.clients.user("events")
    events.disable_rule(Name=made)
    shop.upload()
    assert executions(shop, name) == []
    events.enable_rule(Name=made)
    shop.upload()
    assert len(executions(shop, name)) == 1


def test_an_event_of_ones_own_starts_a_pipeline_too(shop: Workshop) -> None:
    shop.upload()
    name = shop.create()
    events = shop.clients.user("events")
    made = f"rule-{uuid4().hex[:12]}"
    events.put_rule(Name=made, EventPattern=json.dumps({"source": [made]}))
    events.put_targets(Rule=made, Targets=[{"Id": "1", "Arn": f"{ARN}{name}"}])
    entry = {"Source": made, "DetailType": "release", "Detail": "{}"}
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    assert shop.ended(name, until(lambda: executions(shop, name))[0]["pipelineExecutionId"]) == "Succeeded"


def test_a_pipeline_may_feed_another(shop: Workshop) -> None:
    first = shop.create(source(shop.source, shop.key), shop.deploy(Extract="false", ObjectKey="next.zip"))
    production = shop.clients.user("s3", account=layout.PRODUCTION)
    production.put_bucket_versioning(Bucket=shop.output, VersioningConfiguration={"Status": "Enabled"})
    production.put_bucket_policy(
        Bucket=shop.output, Policy=layout.output_policy().replace(layout.OUTPUT_BUCKET, shop.output)
    )
    second = shop.create(
        source(shop.output, "next.zip", PollForSourceChanges="true"), shop.deploy(ObjectKey="unpacked")
    )
    shop.upload()
    assert shop.ended(first, shop.start(first)) == "Succeeded"
    assert shop.ended(second, until(lambda: executions(shop, second))[0]["pipelineExecutionId"]) == "Succeeded"
    assert "unpacked/index.html" in shop.files()
