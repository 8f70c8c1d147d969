"""production.yaml: the pipeline's role writes the output buckets and nothing else, and who may look at them."""

from __future__ import annotations

from fnmatch import fnmatchcase

from templates.cases import CASES, KEY
from templates.reading import Stack, by_sid, listed, load
from waybill.domain.calls import PIPELINE_CALLS, On
from waybill.sandbox import layout

TEMPLATE = load("production")
ONE = Stack(template=TEMPLATE, parameters=CASES["production"]["one bucket"])
SHOWN = Stack(template=TEMPLATE, parameters=CASES["production"]["one of several, behind CloudFront"])
FURTHER = Stack(template=TEMPLATE, parameters=CASES["production"]["a further region"], region="us-west-2")
OUTPUTS = ("<OutputBucket.Arn>/*", "arn:aws:s3:::pages-us-west-2/*", "arn:aws:s3:::pages-eu-west-1/*")


def test_it_makes_the_names_of_the_sandbox() -> None:
    assert ONE.properties("OutputBucket")["BucketName"] == layout.OUTPUT_BUCKET
    assert ONE.properties("DeployRole")["RoleName"] == layout.DEPLOY_ROLE


def test_only_the_pipelines_own_role_may_become_the_role_that_writes() -> None:
    (trust,) = ONE.properties("DeployRole")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": "arn:aws:iam::111111111111:root"}
    assert trust["Action"] == "sts:AssumeRole"
    assert trust["Condition"] == {"ArnEquals": {"aws:PrincipalArn": layout.PIPELINE_ROLE_ARN}}
    assert "DeployRole" not in FURTHER.resources


def test_the_role_puts_objects_of_output_buckets_and_changes_nothing_else() -> None:
    for stack in (ONE, SHOWN):
        (policy,) = stack.properties("DeployRole")["Policies"]
        for sid, statement in by_sid(policy["PolicyDocument"]).items():
            for action in listed(statement["Action"]):
                assert fnmatchcase(action, "s3:Put*") == sid.startswith("Write")
                assert not fnmatchcase(action, "*Delete*")
            if sid.startswith("Write"):
                assert set(listed(statement["Resource"])) <= set(OUTPUTS)


def test_the_role_reads_artifacts_and_uses_their_keys() -> None:
    (policy,) = ONE.properties("DeployRole")["Policies"]
    may = by_sid(policy["PolicyDocument"])
    assert may["Artifacts"]["Resource"] == "arn:aws:s3:::codepipeline-us-east-1-111111111111/*"
    assert may["PipelineKeys"]["Resource"] == ONE.parameters["PipelineKeyArns"]
    assert not {"WriteElsewhere", "OutputKey"} & set(may)


def test_the_role_writes_the_buckets_of_the_other_regions_too() -> None:
    (policy,) = SHOWN.properties("DeployRole")["Policies"]
    may = by_sid(policy["PolicyDocument"])
    assert may["WriteElsewhere"]["Resource"] == list(OUTPUTS[1:])
    assert may["OutputKey"]["Resource"] == KEY
    assert not {"Artifacts", "ArtifactBuckets", "PipelineKeys"} & set(may)


def test_development_may_compare_what_is_deployed_by_the_roles_that_do() -> None:
    policy = by_sid(ONE.properties("OutputBucketPolicy")["PolicyDocument"])
    assert set(policy) == {"DenyInsecureTransport", "OutputBucket", "Output"}
    granted = {(policy[sid]["Action"], on) for sid, on in (("OutputBucket", On.OUTPUT_BUCKET), ("Output", On.OUTPUT))}
    assert granted == {(call.action, call.on) for call in PIPELINE_CALLS if call.on in {On.OUTPUT_BUCKET, On.OUTPUT}}
    for sid in ("OutputBucket", "Output"):
        assert policy[sid]["Principal"] == {"AWS": "arn:aws:iam::111111111111:root"}
        assert policy[sid]["Condition"] == {
            "ArnEquals": {"aws:PrincipalArn": ["arn:aws:iam::111111111111:role/waybill-deploy"]}
        }
    assert set(by_sid(FURTHER.properties("OutputBucketPolicy")["PolicyDocument"])) == {"DenyInsecureTransport"}


def test_cloudfront_alone_shows_the_folder_and_only_this_distribution() -> None:
    shown = by_sid(SHOWN.properties("OutputBucketPolicy")["PolicyDocument"])["CloudFront"]
    assert shown["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert shown["Action"] == "s3:GetObject"
    assert shown["Resource"] == "<OutputBucket.Arn>/site/*"
    arn = "arn:aws:cloudfront::222222222222:distribution/<Distribution>"
    assert shown["Condition"] == {"StringEquals": {"aws:SourceArn": arn}}
    distribution = SHOWN.properties("Distribution")["DistributionConfig"]
    (origin,) = distribution["Origins"]
    assert origin["OriginAccessControlId"] == "<AccessControl>"
    assert origin["OriginPath"] == "/site"
    assert distribution["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"
    assert distribution["Aliases"] == ["www.example.com"]
    assert not {"Distribution", "AccessControl"} & set(ONE.resources)


def test_the_bucket_encrypts_with_the_key_that_is_given_and_else_as_s3_does() -> None:
    (with_key,) = SHOWN.properties("OutputBucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert with_key["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    (without,) = ONE.properties("OutputBucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert without == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
