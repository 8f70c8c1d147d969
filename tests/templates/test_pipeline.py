"""pipeline.yaml: a pipeline that deploy takes and that crosses into production, and a policy that is its table."""

from __future__ import annotations

import pytest

from templates.cases import CASES, STAGING_KEY
from templates.crossing import crosses_into_production, writing
from templates.reading import Stack, by_sid, load
from waybill.domain.calls import PIPELINE_CALLS, On
from waybill.domain.statements import stated
from waybill.sandbox import layout

TEMPLATE = load("pipeline")
KNOWN = {"Pipeline": "crossaccountdeploy", "InputBucket": "codepipeline-input-bucket"}
INPUT = Stack(
    template=TEMPLATE,
    parameters=CASES["pipeline"]["one region, from an input bucket"],
    account="111111111111",
    known=KNOWN,
)
STAGED = Stack(
    template=TEMPLATE, parameters=CASES["pipeline"]["three regions, from the staging bucket"], account="111111111111"
)
NAME = "arn:aws:codepipeline:us-east-1:111111111111:crossaccountdeploy"


def test_the_policy_is_exactly_the_table() -> None:
    staged = {"StringEqualsIfExists": {"aws:ResourceAccount": "222222222222"}}
    known = {
        On.PIPELINE: [NAME],
        On.PIPELINE_STAGE: [f"{NAME}/*"],
        On.ANYTHING: ["*"],
        On.PIPELINE_BUCKET: ["arn:aws:s3:::codepipeline-input-bucket"],
        On.PIPELINE_SOURCE: ["arn:aws:s3:::codepipeline-input-bucket/sample-website.zip"],
        On.STAGED: ["arn:aws:s3:::waybill-staging-*/*@*"],
        On.PIPELINE_KEY: ["<Key.Arn>", "arn:aws:kms:*:222222222222:key/*"],
        On.OUTPUT_BUCKET: ["arn:aws:s3:::codepipeline-output-bucket"],
        On.OUTPUT: ["arn:aws:s3:::codepipeline-output-bucket/*"],
        On.DISTRIBUTION: ["arn:aws:cloudfront::111111111111:distribution/E1ABCDEF2GHIJK"],
    }
    expected = stated(PIPELINE_CALLS, known, lambda on: staged if on is On.STAGED else {}, sids=True)
    assert by_sid(INPUT.properties("AllowPipeline")["PolicyDocument"]) == {one["Sid"]: one for one in expected}


def test_from_a_staging_bucket_nothing_is_written_anywhere() -> None:
    regions = ("us-east-1", "us-west-2", "eu-west-1")
    bucket = "arn:aws:s3:::waybill-staging-111111111111-us-east-1"
    name = "arn:aws:codepipeline:us-east-1:111111111111:staged-deploy"
    known = {
        On.PIPELINE: [name],
        On.PIPELINE_STAGE: [f"{name}/*"],
        On.ANYTHING: ["*"],
        On.PIPELINE_BUCKET: [bucket],
        On.PIPELINE_SOURCE: [f"{bucket}/source.zip"],
        On.PIPELINE_KEY: [STAGING_KEY],
        On.OUTPUT_BUCKET: [f"arn:aws:s3:::pages-{region}" for region in regions],
        On.OUTPUT: [f"arn:aws:s3:::pages-{region}/site/*" for region in regions],
    }
    writing = {"s3:PutObject", "s3:AbortMultipartUpload", "kms:GenerateDataKey"}
    calls = [call for call in PIPELINE_CALLS if call.action not in writing]
    folder = {"StringLikeIfExists": {"s3:prefix": "site/*"}}
    expected = stated(calls, known, lambda on: folder if on is On.OUTPUT_BUCKET else {}, sids=True)
    assert by_sid(STAGED.properties("AllowPipeline")["PolicyDocument"]) == {one["Sid"]: one for one in expected}


@pytest.mark.parametrize("stack", [INPUT, STAGED], ids=["input", "staged"])
def test_the_pipeline_can_be_pinned_and_starts_by_nothing_else(stack: Stack) -> None:
    pipeline = stack.properties("Pipeline")
    assert (pipeline["PipelineType"], pipeline["ExecutionMode"]) == ("V2", "QUEUED")
    assert "PARALLEL" not in TEMPLATE["Parameters"]["ExecutionMode"]["AllowedValues"]
    (source,) = pipeline["Stages"][0]["Actions"]
    assert source["Configuration"]["PollForSourceChanges"] == "false"
    assert source["Configuration"]["AllowOverrideForS3ObjectKey"] == ("true" if stack is STAGED else "false")
    assert "ArtifactStore" not in pipeline
    assert TEMPLATE["Parameters"]["StartsOnUpload"]["Default"] == "no"


def test_every_region_has_its_store_its_key_and_its_action() -> None:
    pipeline = STAGED.properties("Pipeline")
    stores = {one["Region"]: one["ArtifactStore"] for one in pipeline["ArtifactStores"]}
    actions = {one["Region"]: one for one in pipeline["Stages"][1]["Actions"]}
    assert set(stores) == set(actions) == {"us-east-1", "us-west-2", "eu-west-1"}
    assert len({action["Name"] for action in actions.values()}) == 3
    for region, store in stores.items():
        own = region == "us-east-1"
        assert store["EncryptionKey"]["Type"] == "KMS"
        assert store["EncryptionKey"]["Id"].startswith("<Key.Arn>" if own else f"arn:aws:kms:{region}:")
        assert store["Location"] == ("<ArtifactBucket>" if own else f"codepipeline-{region}-111111111111")
        assert actions[region]["RoleArn"] == "arn:aws:iam::222222222222:role/prods3role"
        assert actions[region]["Configuration"] == {
            "BucketName": f"pages-{region}",
            "Extract": "true",
            "ObjectKey": "site",
        }
    assert len(INPUT.properties("Pipeline")["ArtifactStores"]) == 1
    assert "ObjectKey" not in INPUT.properties("Pipeline")["Stages"][1]["Actions"][0]["Configuration"]


def test_it_makes_the_names_of_the_sandbox() -> None:
    assert INPUT.properties("Pipeline")["Name"] == layout.PIPELINE
    assert INPUT.properties("InputBucket")["BucketName"] == layout.INPUT_BUCKET
    assert INPUT.properties("ArtifactBucket")["BucketName"] == layout.ARTIFACT_BUCKET
    assert INPUT.properties("ServiceRole")["RoleName"] == layout.PIPELINE_ROLE
    assert INPUT.properties("Alias")["AliasName"] == layout.PIPELINE_KEY_ALIAS
    (deploy,) = INPUT.properties("Pipeline")["Stages"][1]["Actions"]
    assert deploy["RoleArn"] == layout.DEPLOY_ROLE_ARN


def test_production_uses_the_key_and_reads_the_artifacts_by_its_role_only() -> None:
    crosses_into_production(INPUT)


@pytest.mark.parametrize("stack", [INPUT, STAGED], ids=["input", "staged"])
def test_the_service_role_reads_its_source_and_may_become_productions_role(stack: Stack) -> None:
    (policy,) = stack.properties("ServiceRole")["Policies"]
    may = by_sid(policy["PolicyDocument"])
    assert may["Production"]["Action"] == "sts:AssumeRole"
    assert may["Production"]["Resource"] == "arn:aws:iam::222222222222:role/prods3role"
    assert not writing(may["Source"])
    if stack is STAGED:
        assert may["Source"]["Resource"] == "arn:aws:s3:::waybill-staging-111111111111-us-east-1/*@*"
        assert may["SourceKey"]["Resource"] == STAGING_KEY
        assert len(may["Keys"]["Resource"]) == 3
        assert len(may["Artifacts"]["Resource"]) == 3
    else:
        assert may["Source"]["Resource"] == "arn:aws:s3:::codepipeline-input-bucket/sample-website.zip"
        assert "SourceKey" not in may


def test_a_rule_starts_it_only_where_asked_for_and_for_that_object_only() -> None:
    rule = INPUT.properties("StartRule")
    assert rule["EventPattern"]["detail"] == {
        "bucket": {"name": ["codepipeline-input-bucket"]},
        "object": {"key": ["sample-website.zip"]},
    }
    assert rule["Targets"][0]["Arn"] == NAME
    quiet = Stack(template=TEMPLATE, parameters={**INPUT.parameters, "StartsOnUpload": "no"})
    assert not {"StartRule", "StartRole"} & set(quiet.resources)
    assert not {"StartRule", "InputBucket", "InputBucketPolicy"} & set(STAGED.resources)


@pytest.mark.parametrize(
    ("given", "staging", "fine"),
    [("", "", False), ("a-bucket", "a-staging-bucket", False), ("a-bucket", "", True), ("", "a-staging-bucket", True)],
)
def test_there_is_one_source(given: str, staging: str, fine: bool) -> None:
    (assertion,) = TEMPLATE["Rules"]["OneSource"]["Assertions"]
    stack = Stack(template=TEMPLATE, parameters={"InputBucketName": given, "StagingBucketName": staging})
    assert stack.value(assertion["Assert"]) is fine
