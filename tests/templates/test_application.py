"""application.yaml: a client reaches its own buckets, by group, role or user, and nobody else's."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from templates.cases import CASES, KEY, MEDIA_KEY
from templates.reading import Stack, by_sid, listed, load, text

TEMPLATE = load("application")
CLIENT = Stack(template=TEMPLATE, parameters=CASES["application"]["a client with its pages"])
MEDIA = Stack(template=TEMPLATE, parameters=CASES["application"]["an application with media"])
NOTHING = Stack(template=TEMPLATE, parameters=CASES["application"]["a client that has nothing yet"])
OWN = {"StringEqualsIfExists": {"aws:ResourceAccount": "222222222222"}}
ALONE = {"Group", "Policy", "Members"}


def policy(stack: Stack) -> dict[str, Any]:
    return by_sid(stack.properties("Policy")["PolicyDocument"])


def reached(stack: Stack) -> set[str]:
    """Return every resource that the policy allows anything on; it denies nothing."""
    assert {one["Effect"] for one in policy(stack).values()} == {"Allow"}
    return {resource for one in policy(stack).values() for resource in listed(one["Resource"])}


def test_a_client_reaches_its_buckets_and_what_is_in_them_and_nothing_else() -> None:
    assert reached(CLIENT) == {
        "arn:aws:s3:::brewery",
        "arn:aws:s3:::brewery/*",
        "arn:aws:s3:::brewery-content",
        "arn:aws:s3:::brewery-content/*",
        "arn:aws:cloudfront::222222222222:distribution/E1ABCDEF2GHIJK",
    }
    assert reached(MEDIA) == {
        "arn:aws:s3:::sugarwater",
        "arn:aws:s3:::sugarwater/*",
        "arn:aws:s3:::sugarwater-media",
        "arn:aws:s3:::sugarwater-media/*",
        KEY,
        MEDIA_KEY,
    }


@pytest.mark.parametrize("bucket", ["brewery-two", "brewery-media", "a-brewery", "sugarwater", "sugarwater-media"])
def test_a_client_reaches_no_other_clients_buckets_however_alike_their_names(bucket: str) -> None:
    for resource in (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/beer.jpg"):
        assert not [one for one in reached(CLIENT) if fnmatchcase(resource, one)]


@pytest.mark.parametrize(
    "arns", ["*", "arn:aws:s3:::*", "arn:aws:s3:::brewery*", "arn:aws:s3:::brewery/*", "arn:aws:s3:::brewery,*"]
)
def test_no_parameter_takes_a_wildcard_for_a_bucket(arns: str) -> None:
    pattern = TEMPLATE["Parameters"]["BucketArns"]["AllowedPattern"]
    assert not all(re.fullmatch(pattern, one) for one in arns.split(","))
    assert not re.fullmatch(TEMPLATE["Parameters"]["MediaBucketName"]["AllowedPattern"], arns)
    assert not re.fullmatch(TEMPLATE["Parameters"]["DistributionArns"]["AllowedPattern"], arns)


def test_a_client_is_told_of_no_bucket_but_its_own_and_loses_nothing_for_good() -> None:
    for stack in (CLIENT, MEDIA):
        allowed = {action for one in policy(stack).values() for action in listed(one["Action"])}
        assert not {"s3:ListAllMyBuckets", "s3:DeleteObjectVersion", "s3:DeleteBucket"} & allowed
        assert not [action for action in allowed if "*" in action or action.startswith(("iam:", "sts:"))]
        assert all(one["Condition"] == OWN for one in policy(stack).values() if "s3:" in str(one["Action"]))


def test_media_are_read_and_written_as_the_other_buckets_are() -> None:
    statements = policy(MEDIA)
    for media, other in (("MediaBucket", "Buckets"), ("Media", "Objects"), ("MediaKey", "Keys")):
        assert statements[media]["Action"] == statements[other]["Action"]


def test_group_role_and_users_have_that_policy_and_no_other() -> None:
    assert CLIENT.properties("Group") == {"GroupName": "brewery", "ManagedPolicyArns": ["<Policy>"]}
    role = MEDIA.properties("Role")
    assert (role["RoleName"], role["ManagedPolicyArns"]) == ("acme-sugarwater", ["<Policy>"])
    assert "Policies" not in role
    assert role["PermissionsBoundary"] == "arn:aws:iam::222222222222:policy/company-boundary"
    for name in ("User", "SecondUser", "ThirdUser"):
        assert MEDIA.properties(name) == {
            "UserName": MEDIA.parameters[f"{name}Name"],
            "Groups": ["<Group>"],
            "PermissionsBoundary": role["PermissionsBoundary"],
        }


def test_users_and_a_role_are_made_only_where_they_are_asked_for() -> None:
    assert set(CLIENT.resources) == ALONE
    assert CLIENT.properties("Members") == {"GroupName": "<Group>", "Users": ["ada", "grace"]}
    assert set(NOTHING.resources) == {"Group"}
    assert NOTHING.properties("Group") == {"GroupName": "distillery"}
    users = dict.fromkeys(("UserName", "SecondUserName", "ThirdUserName"), "")
    assert not [
        one for one in Stack(template=TEMPLATE, parameters={**MEDIA.parameters, **users}).resources if "User" in one
    ]


def test_no_key_and_no_password_is_made_where_a_stack_would_show_it() -> None:
    assert "AWS::IAM::AccessKey" not in text("application")
    assert "LoginProfile" not in text("application")
    said = re.findall(r"#[^\n]*", text("application"))
    assert any("Prefer this to a user" in one for one in said)


def test_the_role_is_taken_by_its_services_and_with_the_external_id_by_named_roles() -> None:
    trust = by_sid(MEDIA.properties("Role")["AssumeRolePolicyDocument"])
    assert trust["Services"]["Principal"] == {"Service": ["ecs-tasks.amazonaws.com", "lambda.amazonaws.com"]}
    assert trust["Assume"]["Principal"] == {"AWS": ["111111111111"]}
    assert trust["Assume"]["Condition"] == {
        "StringEquals": {"sts:ExternalId": "acme-releases"},
        "ArnEquals": {"aws:PrincipalArn": ["arn:aws:iam::111111111111:role/sugarwater-tests"]},
    }
    services = Stack(template=TEMPLATE, parameters={**MEDIA.parameters, "RoleAssumers": ""})
    assert set(by_sid(services.properties("Role")["AssumeRolePolicyDocument"])) == {"Services"}


def test_browsers_fetch_media_from_anywhere_and_send_from_its_own_pages_only() -> None:
    fetch, send = MEDIA.properties("MediaBucket")["CorsConfiguration"]["CorsRules"]
    assert fetch["AllowedMethods"] == ["GET", "HEAD"]
    assert fetch["AllowedOrigins"] == ["https://*.example.com"]
    assert send["AllowedMethods"] == ["DELETE", "POST", "PUT"]
    assert send["AllowedOrigins"] == ["https://www.example.com", "http://localhost:3000"]
    assert send["ExposedHeaders"] == ["ETag", "x-amz-server-side-encryption"]
    assert TEMPLATE["Parameters"]["MediaReadOrigins"]["Default"] == "*"
    unsent = Stack(template=TEMPLATE, parameters={**MEDIA.parameters, "MediaOrigins": "", "MediaReadOrigins": "*"})
    (only,) = unsent.properties("MediaBucket")["CorsConfiguration"]["CorsRules"]
    assert (only["AllowedMethods"], only["AllowedOrigins"]) == (["GET", "HEAD"], ["*"])


@pytest.mark.parametrize(
    ("origin", "sends", "fetches"),
    [
        ("https://www.example.com", True, True),
        ("https://*.example.com", True, True),
        ("http://localhost:3000", True, True),
        ("*", False, True),
        ("https://*", False, False),
        ("https://www.example.com/", False, False),
        ("www.example.com", False, False),
    ],
)
def test_an_origin_is_one_and_nobodys_pages_may_all_send(origin: str, sends: bool, fetches: bool) -> None:
    for name, fits in (("MediaOrigins", sends), ("MediaReadOrigins", fetches)):
        assert bool(re.fullmatch(TEMPLATE["Parameters"][name]["AllowedPattern"], origin)) is fits


def test_media_are_encrypted_and_earlier_versions_end() -> None:
    bucket = MEDIA.properties("MediaBucket")
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": MEDIA_KEY}
    (expiry,) = bucket["LifecycleConfiguration"]["Rules"]
    assert expiry["NoncurrentVersionExpiration"] == {"NoncurrentDays": "90"}
    assert "MediaBucketPolicy" in MEDIA.resources
