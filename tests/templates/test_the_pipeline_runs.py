"""The pipeline of pipeline.yaml, given to the sandbox's CodePipeline as CloudFormation would: it deploys."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from sandbox.pipelines import packed, until
from templates.cases import CASES
from templates.reading import Stack, load
from waybill.aws.pipeline_definition import pipeline as read_definition
from waybill.domain.pipeline import Mode, PipelineType
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox, running

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running(os.environ) as found:
        yield found


def client(sandbox: Sandbox, service: str, account: str = layout.DEVELOPMENT) -> Any:
    keys = sandbox.accounts[account]["user"]
    return boto3.client(
        service,
        endpoint_url=sandbox.url,
        region_name=layout.HOME_REGION,
        aws_access_key_id=keys["access_key_id"],
        aws_secret_access_key=keys["secret_access_key"],
    )


def declared(sandbox: Sandbox, case: str, **more: str) -> dict[str, Any]:
    """Return the pipeline's declaration, as the API names it, with the sandbox's buckets, key and role."""
    key = client(sandbox, "kms").describe_key(KeyId=layout.PIPELINE_KEY_ALIAS)["KeyMetadata"]["Arn"]
    stack = Stack(
        template=load("pipeline"),
        parameters={**CASES["pipeline"][case], **more},
        account=layout.DEVELOPMENT,
        known={
            "ArtifactBucket": layout.ARTIFACT_BUCKET,
            "InputBucket": layout.INPUT_BUCKET,
            "Key.Arn": key,
            "ServiceRole.Arn": layout.PIPELINE_ROLE_ARN,
        },
    )
    properties = lowered(stack.properties("Pipeline"))
    stores = {one["region"]: one["artifactStore"] for one in properties["artifactStores"]}
    return {**properties, "artifactStores": stores}


def lowered(value: Any) -> Any:
    if isinstance(value, list):
        return [lowered(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name[0].lower() + name[1:]: (one if name == "Configuration" else lowered(one)) for name, one in value.items()
    }


def test_from_an_input_bucket_it_unpacks_into_production(sandbox: Sandbox) -> None:
    pipelines, s3 = (client(sandbox, service) for service in ("codepipeline", "s3"))
    pipelines.create_pipeline(
        pipeline=declared(sandbox, "one region, from an input bucket", PipelineName="made", OutputFolder="made")
    )
    body = packed({"index.html": b"<h1>made</h1>"})
    version = s3.put_object(Bucket=layout.INPUT_BUCKET, Key=layout.INPUT_KEY, Body=body)["VersionId"]
    revision = {"actionName": "Source", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": version}
    execution = pipelines.start_pipeline_execution(name="made", sourceRevisions=[revision])["pipelineExecutionId"]

    def ended() -> str:
        answer = pipelines.get_pipeline_execution(pipelineName="made", pipelineExecutionId=execution)
        status = answer["pipelineExecution"]["status"]
        return "" if status == "InProgress" else str(status)

    assert until(ended) == "Succeeded"
    production = client(sandbox, "s3", layout.PRODUCTION)
    assert production.get_object(Bucket=layout.OUTPUT_BUCKET, Key="made/index.html")["Body"].read() == b"<h1>made</h1>"


def test_from_the_staging_bucket_it_is_one_that_deploy_can_pin_and_override(sandbox: Sandbox) -> None:
    pipelines = client(sandbox, "codepipeline")
    pipelines.create_pipeline(pipeline=declared(sandbox, "three regions, from the staging bucket", PipelineName="also"))
    found = read_definition(pipelines.get_pipeline(name="also"), arn="")
    assert (found.type, found.mode) == (PipelineType.V2, Mode.QUEUED)
    (source,) = found.s3_sources
    assert source.configuration["AllowOverrideForS3ObjectKey"] == "true"
    assert source.bucket == layout.bucket(layout.DEVELOPMENT, layout.HOME_REGION)
    deploys = [action for action in found.actions if action.is_s3_deploy]
    assert {action.region for action in deploys} == {"us-east-1", "us-west-2", "eu-west-1"}
    assert {action.role for action in deploys} == {layout.DEPLOY_ROLE_ARN}
