"""The templates as stacks of the sandbox's CloudFormation, which is moto's: what it makes is what the template says.

Every resource is asked for by its own service, since moto calls a stack complete whatever it knew of it. `UNMADE` and
`DROPPED` list what it leaves out today, and a test holds each line: what moto learns must be struck off. Parameters are
chosen so that no list has AWS::NoValue in it, which moto leaves there as null.
"""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from templates.cases import CASES, UNMADE
from templates.reading import Stack, by_sid, load, text
from templates.tables import PARAMETERS, expected
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox, running

pytestmark = pytest.mark.engine

REGION = {**PARAMETERS, "BucketNamePrefix": "made", "BucketParameter": "/made", "KeyAlias": "alias/made"} | {
    "ReaderAccounts": "333333333333",
    "EnforceConditionalWrites": "yes",
}
IDENTITY = {
    **CASES["identity"]["development, from GitHub"],
    **CASES["identity"]["production, from development"],
    "RoleNamePrefix": "made-",
    "PermissionsBoundaryArn": "",
}
PRODUCTION = {
    **CASES["production"]["one bucket"],
    "OutputBucketName": "made-output",
    "DeployRoleName": "made-role",
    "OtherOutputBucketArns": "arn:aws:s3:::pages-us-west-2",
    "OutputKeyArn": "arn:aws:kms:us-east-1:222222222222:key/11111111-2222-3333-4444-555555555555",
}
FURTHER = {
    **CASES["pipeline-region"]["a further region"],
    "ArtifactBucketPrefix": "made-artifacts",
    "KeyAlias": "alias/made-artifacts",
}


@dataclass(frozen=True, slots=True)
class Hands:
    """Clients of the sandbox, and the stacks made with them."""

    sandbox: Sandbox

    def client(self, service: str, account: str = layout.PRODUCTION, region: str = layout.HOME_REGION) -> Any:
        keys = self.sandbox.accounts[account]["user"]
        return boto3.client(
            service,
            endpoint_url=self.sandbox.url,
            region_name=region,
            aws_access_key_id=keys["access_key_id"],
            aws_secret_access_key=keys["secret_access_key"],
            config=Config(retries={"total_max_attempts": 1}),
        )

    def stack(
        self,
        name: str,
        parameters: Mapping[str, str],
        account: str = layout.PRODUCTION,
        region: str = layout.HOME_REGION,
    ) -> dict[str, str]:
        """Create a stack of the template; return its outputs."""
        client = self.client("cloudformation", account, region)
        stack = client.create_stack(
            StackName=name,
            TemplateBody=text(name),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )["StackId"]
        (made,) = client.describe_stacks(StackName=stack)["Stacks"]
        assert made["StackStatus"] == "CREATE_COMPLETE"
        return {output["OutputKey"]: output.get("OutputValue", "") for output in made["Outputs"]}


def read(document: Any) -> Any:
    """Read a key's policy, or one inside a role: moto answers with a mapping, or Python's text of it."""
    return ast.literal_eval(document) if isinstance(document, str) else document


@pytest.fixture(scope="module")
def hands() -> Iterator[Hands]:
    with running(os.environ) as sandbox:
        yield Hands(sandbox)


@pytest.fixture(scope="module")
def region(hands: Hands) -> dict[str, str]:
    return hands.stack("region", REGION)


@pytest.fixture(scope="module")
def identity(hands: Hands) -> dict[str, str]:
    return hands.stack("identity", IDENTITY)


@pytest.fixture(scope="module")
def production(hands: Hands) -> dict[str, str]:
    return hands.stack("production", PRODUCTION)


def test_a_region_has_its_bucket_encrypted_by_its_key_and_the_parameter_that_names_it(
    hands: Hands, region: dict[str, str]
) -> None:
    name = hands.client("ssm").get_parameter(Name="/made")["Parameter"]["Value"]
    assert name == region["BucketName"] == "made-222222222222-us-east-1"
    answer = hands.client("s3").get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
    (rule,) = answer["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == region["KeyArn"]


def test_the_regions_key_is_behind_its_alias_and_lets_the_readers_in(hands: Hands, region: dict[str, str]) -> None:
    kms = hands.client("kms")
    aliases = {one["AliasName"]: one.get("TargetKeyId") for one in kms.list_aliases()["Aliases"]}
    assert region["KeyArn"] == f"arn:aws:kms:us-east-1:222222222222:key/{aliases['alias/made']}"
    policy = read(kms.get_key_policy(KeyId=region["KeyArn"], PolicyName="default")["Policy"])
    assert by_sid(policy)["Promote"]["Principal"] == {"AWS": ["333333333333"]}
    assert kms.get_key_rotation_status(KeyId=region["KeyArn"])["KeyRotationEnabled"] is True


@pytest.mark.parametrize("name", expected())
def test_the_managed_policies_that_iam_has_are_the_tables(hands: Hands, region: dict[str, str], name: str) -> None:
    iam = hands.client("iam")
    arn = f"arn:aws:iam::222222222222:policy/waybill-{name}"
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    key = region["KeyArn"].rpartition("/")[2]
    told = json.dumps(expected()[name]).replace("waybill-staging-222222222222-", "made-222222222222-")
    told = told.replace("<Key>", key).replace("/buckets/staging", "/made")
    assert by_sid(document) == by_sid(json.loads(told))
    assert region[f"{name}Arn"] == arn


@pytest.mark.parametrize("role", ["Stage", "Promote", "Deploy", "Read"])
def test_roles_trust_whom_they_should_and_are_bounded(hands: Hands, identity: dict[str, str], role: str) -> None:
    name = f"made-{role.lower()}"
    made = hands.client("iam").get_role(RoleName=name)["Role"]
    assert made["Arn"] == identity[f"{role}RoleArn"] == f"arn:aws:iam::222222222222:role/{name}"
    stack = Stack(template=load("identity"), parameters=IDENTITY)
    told = stack.properties(f"{role}Role")
    assert by_sid(made["AssumeRolePolicyDocument"]) == by_sid(told["AssumeRolePolicyDocument"])
    boundary = made["PermissionsBoundary"]["PermissionsBoundaryArn"]
    assert boundary == "arn:aws:iam::222222222222:policy/made-boundary"
    assert int(made["MaxSessionDuration"]) == 7200


def test_the_role_that_deploys_is_made_with_its_policy(hands: Hands, production: dict[str, str]) -> None:
    iam = hands.client("iam")
    assert iam.get_role(RoleName="made-role")["Role"]["Arn"] == production["DeployRoleArn"]
    document = iam.get_role_policy(RoleName="made-role", PolicyName="deploy")["PolicyDocument"]
    known = {"OutputBucket.Arn": "arn:aws:s3:::made-output"}
    stack = Stack(template=load("production"), parameters=PRODUCTION, known=known)
    (told,) = stack.properties("DeployRole")["Policies"]
    assert by_sid(read(document)) == by_sid(told["PolicyDocument"])
    assert hands.client("s3").head_bucket(Bucket="made-output")["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_a_further_region_has_its_artifact_bucket_and_its_key(hands: Hands) -> None:
    outputs = hands.stack("pipeline-region", FURTHER, layout.DEVELOPMENT, "us-west-2")
    assert outputs["BucketName"] == "made-artifacts-us-west-2-111111111111"
    answer = hands.client("s3", layout.DEVELOPMENT, "us-west-2").get_bucket_encryption(Bucket=outputs["BucketName"])
    (rule,) = answer["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == outputs["KeyArn"]
    assert outputs["KeyArn"].startswith("arn:aws:kms:us-west-2:111111111111:key/")


def test_a_registry_is_made(hands: Hands) -> None:
    outputs = hands.stack("registry", CASES["registry"]["an application's, for others"])
    (made,) = hands.client("ecr").describe_repositories(repositoryNames=["acme/site"])["repositories"]
    assert made["repositoryArn"] == outputs["RepositoryArn"]
    assert made["imageTagMutability"] == "IMMUTABLE"
    with pytest.raises(ClientError, match="LifecyclePolicyNotFound"):  # DROPPED
        hands.client("ecr").get_lifecycle_policy(repositoryName="acme/site")


def test_a_pipelines_buckets_key_roles_and_policy_are_made(hands: Hands) -> None:
    given = {
        **CASES["pipeline"]["one region, from an input bucket"],
        **{"PipelineName": "made", "InputBucketName": "made-input", "ServiceRoleName": "made-service"},
        **{"ArtifactBucketPrefix": "made", "KeyAlias": "alias/made"},
    }
    outputs = hands.stack("pipeline", given, layout.DEVELOPMENT)
    s3, iam = (hands.client(service, layout.DEVELOPMENT) for service in ("s3", "iam"))
    for bucket in ("made-input", "made-us-east-1-111111111111"):
        answer = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
        assert answer["Rules"][0]["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == outputs["KeyArn"]
    assert iam.get_role(RoleName="made-service")["Role"]["Arn"] == outputs["ServiceRoleArn"]
    policy = iam.get_policy_version(PolicyArn=outputs["AllowPipelineArn"], VersionId="v1")["PolicyVersion"]
    allowed = by_sid(policy["Document"])
    assert allowed["PipelineSource"]["Resource"] == "arn:aws:s3:::made-input/sample-website.zip"
    assert "made" not in {
        one["name"] for one in hands.client("codepipeline", layout.DEVELOPMENT).list_pipelines()["pipelines"]
    }


@pytest.mark.xfail(strict=True, raises=ClientError, reason="moto leaves AWS::NoValue in a list as null: no statement")
def test_a_pipeline_that_takes_staged_artifacts(hands: Hands) -> None:
    given = CASES["pipeline"]["three regions, from the staging bucket"]
    names = {
        "ServiceRoleName": "staged",
        "ArtifactBucketPrefix": "staged",
        "KeyAlias": "alias/s",
        "PolicyName": "staged",
    }
    hands.stack("pipeline", {**given, **names, "KeyAlias": "alias/staged"}, layout.DEVELOPMENT)


@pytest.mark.xfail(strict=True, reason="moto does not answer DescribeKey for a key that a stack made")
def test_the_key_is_of_several_regions(hands: Hands, region: dict[str, str]) -> None:
    assert hands.client("kms").describe_key(KeyId=region["KeyArn"])["KeyMetadata"]["MultiRegion"] is True


DROPPED = {
    "get_bucket_policy": "NoSuchBucketPolicy",
    "get_bucket_lifecycle_configuration": "NoSuchLifecycleConfiguration",
    "get_public_access_block": "NoSuchPublicAccessBlockConfiguration",
    "get_bucket_ownership_controls": "OwnershipControlsNotFoundError",
}
"""What moto leaves out of a bucket, by the call that asks for it; what else is below."""


@pytest.mark.parametrize("call", DROPPED)
def test_what_moto_leaves_out_of_a_bucket(hands: Hands, region: dict[str, str], call: str) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(hands.client("s3"), call)(Bucket=region["BucketName"])
    assert refused.value.response["Error"]["Code"] == DROPPED[call]


def test_what_else_moto_leaves_out(hands: Hands, region: dict[str, str], identity: dict[str, str]) -> None:
    assert "Status" not in hands.client("s3").get_bucket_versioning(Bucket=region["BucketName"])
    (rule,) = hands.client("s3").get_bucket_encryption(Bucket=region["BucketName"])[
        "ServerSideEncryptionConfiguration"
    ]["Rules"]
    assert rule["BucketKeyEnabled"] is False
    iam = hands.client("iam")
    assert iam.list_role_policies(RoleName="made-stage")["PolicyNames"] == []
    assert iam.list_attached_role_policies(RoleName="made-stage")["AttachedPolicies"] == []


def test_types_of_the_templates_that_moto_does_not_make_are_listed() -> None:
    from moto.cloudformation.parsing import resource_class_from_type

    used = {body["Type"] for name in CASES for body in load(name)["Resources"].values()}
    assert {one for one in used if resource_class_from_type(one) is None} == set(UNMADE)
