"""Stacks of the templates that are given other parameters: each service has what the template says then.

And what a stack leaves when it is deleted: what holds data, and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

import pytest

from templates.asked import check
from templates.cases import CASES
from templates.made import Hands
from templates.reading import load
from waybill.sandbox import layout
from waybill.sandbox.server import running

pytestmark = pytest.mark.engine

Parameters = Mapping[str, str]
KEY = "arn:aws:kms:us-east-1:222222222222:key/11111111-2222-3333-4444-555555555555"
CHANGES: Mapping[tuple[str, str], Parameters] = {
    ("region", "the home region of development"): {
        "ReaderAccounts": "",
        "SourceAccount": "111111111111",
        "OutputBucketArns": "arn:aws:s3:::pages-one",
        "EnforceConditionalWrites": "yes",
        "NoncurrentDays": "7",
        "ReplicaBucketArn": "arn:aws:s3:::replica",
        "ReplicaKeyArn": KEY,
        "KeyPrefix": "artifacts/",
    },
    ("identity", "nobody yet"): {
        "ReadSubjects": "repo:acme/site:ref:refs/heads/main",
        "ReadTargets": "arn:aws:iam::222222222222:role/other",
        "MaxSessionSeconds": "7200",
        "Audience": "another",
    },
    ("pipeline", "one region, from an input bucket"): {
        "StartsOnUpload": "no",
        "ExecutionMode": "SUPERSEDED",
        "OutputFolder": "site",
        "SourceObjectKey": "other.zip",
        "DistributionArns": "",
    },
    ("production", "one of several, behind CloudFront"): {
        "DistributionFolder": "/other",
        "DefaultRootObject": "start.html",
        "DomainNames": "",
        "CertificateArn": "",
        "OutputKeyArn": "",
    },
    ("application", "a client that has nothing yet"): {
        "BucketArns": "arn:aws:s3:::distillery",
        "MediaBucketName": "distillery-media",
        "MediaOrigins": "https://www.example.com",
        "RoleServices": "lambda.amazonaws.com",
        "UserName": "distillery-uploader",
    },
    ("codeartifact", "for this account alone"): {
        "ReaderAccounts": "222222222222",
        "AdministratorAccounts": "333333333333",
        "UpstreamConnection": "public:pypi",
    },
    ("registry", "the action's own image"): {"TagMutability": "IMMUTABLE", "PullAccounts": "111111111111"},
}
"""What is changed, back and forth, of a case of each template."""


@pytest.fixture(scope="module")
def hands() -> Iterator[Hands]:
    with running(os.environ, empty=True) as sandbox:
        yield Hands(sandbox)


@pytest.mark.parametrize(("template", "case"), CHANGES)
def test_a_stack_becomes_what_its_new_parameters_say_and_again_what_it_was(
    hands: Hands, template: str, case: str
) -> None:
    given = CASES[template][case]
    account = layout.DEVELOPMENT if template in ("pipeline", "identity") else layout.PRODUCTION
    made = hands.stack(template, given, account)
    for parameters in ({**given, **CHANGES[template, case]}, given):
        made = hands.change(made, parameters)
        check(made)


def test_what_holds_data_outlives_its_stack_and_nothing_else_does(hands: Hands) -> None:
    given = {
        "OutputBucketName": "left-behind",
        "DevelopmentAccount": layout.DEVELOPMENT,
        "DeployRoleName": "left-behind",
        "MakesDistribution": "yes",
    }
    made = hands.stack("production", given, name="leaving")
    client = made.client("cloudformation")
    client.delete_stack(StackName="leaving")
    waiter = client.get_waiter("stack_delete_complete")
    waiter.wait(StackName="leaving", WaiterConfig={"Delay": 0.05, "MaxAttempts": 400})
    kept = {name for name, body in load("production")["Resources"].items() if "DeletionPolicy" in body}
    assert kept == {"OutputBucket"}
    assert made.client("s3").get_bucket_versioning(Bucket="left-behind")["Status"] == "Enabled"
    assert "left-behind" not in {one["RoleName"] for one in made.client("iam").list_roles()["Roles"]}
    cloudfront = made.client("cloudfront")
    assert made.ids["Distribution"] not in {
        one["Id"] for one in cloudfront.list_distributions()["DistributionList"].get("Items", [])
    }
    controls = cloudfront.list_origin_access_controls()["OriginAccessControlList"].get("Items", [])
    assert made.ids["AccessControl"] not in {one["Id"] for one in controls}
