"""The pipelines that the templates make deploy: pipeline.yaml in development, production.yaml in production."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.pipelines import packed, until
from templates.cases import CASES
from templates.made import Hands, Made
from waybill.aws.pipeline_definition import pipeline as read_definition
from waybill.domain.deploy.pipeline import Mode, PipelineType
from waybill.sandbox import layout
from waybill.sandbox.server import running

pytestmark = pytest.mark.engine

DEVELOPMENT, PRODUCTION = layout.DEVELOPMENT, layout.PRODUCTION
PAGES = {"index.html": b"<h1>made</h1>", "assets/style.css": b"h1 {}"}
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")


@pytest.fixture
def hands() -> Iterator[Hands]:
    with running(os.environ, empty=True) as sandbox:
        yield Hands(sandbox)


def ended(client: Any, name: str, execution: str) -> str:
    def look() -> str:
        answer = client.get_pipeline_execution(pipelineName=name, pipelineExecutionId=execution)
        status = str(answer["pipelineExecution"]["status"])
        return "" if status == "InProgress" else status

    return until(look)


def page(hands: Hands, bucket: str, key: str, region: str = "us-east-1") -> bytes:
    body: bytes = hands.client("s3", PRODUCTION, region).get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def test_an_upload_to_the_input_bucket_is_unpacked_in_production(hands: Hands) -> None:
    pipeline = hands.stack("pipeline", CASES["pipeline"]["one region, from an input bucket"], DEVELOPMENT)
    given = {
        **CASES["production"]["one bucket"],
        "ArtifactBucketArns": pipeline.outputs["ArtifactBucketArn"],
        "PipelineKeyArns": pipeline.outputs["KeyArn"],
    }
    hands.stack("production", given, PRODUCTION)
    bucket = pipeline.outputs["InputBucketName"]
    client = hands.client("codepipeline", DEVELOPMENT)
    hands.client("s3", DEVELOPMENT).put_object(Bucket=bucket, Key="sample-website.zip", Body=packed(PAGES))

    def started() -> str:
        found = client.list_pipeline_executions(pipelineName="crossaccountdeploy")["pipelineExecutionSummaries"]
        return str(found[0]["pipelineExecutionId"]) if found else ""

    assert ended(client, "crossaccountdeploy", until(started)) == "Succeeded"
    for key, body in PAGES.items():
        assert page(hands, "codepipeline-output-bucket", key) == body
    assert pipeline.ids["StartRule"]


def staged(hands: Hands) -> Made:
    """Make the pipeline of three regions, all that it needs, and the buckets that it deploys to."""
    region = hands.stack("region", {"HomeRegion": "us-east-1"}, DEVELOPMENT)
    further = {
        each: hands.stack("pipeline-region", {"ProductionAccount": PRODUCTION}, DEVELOPMENT, each).outputs
        for each in REGIONS[1:]
    }
    given = {**CASES["pipeline"]["three regions, from the staging bucket"]}
    given |= {"StagingBucketName": region.outputs["BucketName"], "StagingKeyArn": region.outputs["KeyArn"]}
    for name, outputs in zip(("Second", "Third"), further.values(), strict=True):
        given |= {f"{name}ArtifactBucketName": outputs["BucketName"], f"{name}KeyArn": outputs["KeyArn"]}
    pipeline = hands.stack("pipeline", given, DEVELOPMENT)
    artifacts = [pipeline.outputs["ArtifactBucketArn"], *(each["BucketArn"] for each in further.values())]
    keys = [pipeline.outputs["KeyArn"], *(each["KeyArn"] for each in further.values())]
    for each in REGIONS:
        role = {
            "MakesRole": "yes",
            "OtherOutputBucketArns": ",".join(f"arn:aws:s3:::pages-{other}" for other in REGIONS[1:]),
            "ArtifactBucketArns": ",".join(artifacts),
            "PipelineKeyArns": ",".join(keys),
        }
        output = {"OutputBucketName": f"pages-{each}", "DevelopmentAccount": DEVELOPMENT, "MakesRole": "no"}
        hands.stack("production", output | (role if each == REGIONS[0] else {}), PRODUCTION, each)
    return pipeline


def test_a_start_that_names_a_staged_artifact_is_unpacked_in_three_regions(hands: Hands) -> None:
    made = staged(hands)
    client = hands.client("codepipeline", DEVELOPMENT)
    found = read_definition(client.get_pipeline(name="staged-deploy"), arn="")
    assert (found.type, found.mode) == (PipelineType.V2, Mode.QUEUED)
    (source,) = found.s3_sources
    assert source.bucket == made.parameters["StagingBucketName"]
    assert {action.region for action in found.actions if action.is_s3_deploy} == set(REGIONS)
    key = "Demo@1.0.0/site.zip"
    s3 = hands.client("s3", DEVELOPMENT)
    version = s3.put_object(Bucket=source.bucket, Key=key, Body=packed(PAGES))["VersionId"]
    revisions = [
        {"actionName": "Source", "revisionType": "S3_OBJECT_KEY", "revisionValue": key},
        {"actionName": "Source", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": version},
    ]
    answer = client.start_pipeline_execution(name="staged-deploy", sourceRevisions=revisions)
    assert ended(client, "staged-deploy", answer["pipelineExecutionId"]) == "Succeeded"
    for region in REGIONS:
        for name, body in PAGES.items():
            assert page(hands, f"pages-{region}", f"site/{name}", region) == body


def test_without_productions_role_it_deploys_nothing(hands: Hands) -> None:
    hands.stack("pipeline", CASES["pipeline"]["one region, from an input bucket"], DEVELOPMENT)
    hands.stack("production", {**CASES["production"]["one bucket"], "MakesRole": "no"}, PRODUCTION)
    client = hands.client("codepipeline", DEVELOPMENT)
    s3 = hands.client("s3", DEVELOPMENT)
    s3.put_object(Bucket="codepipeline-input-bucket", Key="sample-website.zip", Body=packed(PAGES))
    (found,) = client.list_pipeline_executions(pipelineName="crossaccountdeploy")["pipelineExecutionSummaries"]
    assert ended(client, "crossaccountdeploy", found["pipelineExecutionId"]) == "Failed"
    listed = hands.client("s3", PRODUCTION).list_objects_v2(Bucket="codepipeline-output-bucket")
    assert listed["KeyCount"] == 0
