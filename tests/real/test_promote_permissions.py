"""Promote under permissions that are enforced: what README publishes is enough, and no more than is needed (P8).

As for stage, ministack does not judge what S3 does with a KMS key. It also answers a copy from another account's
bucket with NoSuchBucket, whatever the policies say, so that nothing but relays can be followed here: the statements
`Source` and `SourceKey`, the bucket policy and the key policy are judged by tests/promises alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from aws.parts import bytes_of
from engines import ministack
from engines.ministack import DEVELOPMENT, PRODUCTION, REGIONS, Stack, bucket_name, document
from real.here import waybill_here as waybill
from real.tools import Ended, new_project
from waybill.domain.calls import PROMOTE_CALLS, READ_CALLS, On
from waybill.domain.policy import published_promote_policy, published_read_policy, published_stage_policy

pytestmark = pytest.mark.engine

Promote = Callable[..., Ended]
UNJUDGED = {"kms:GenerateDataKey", "kms:Decrypt", "kms:DescribeKey"}


def new_role(stack: Stack, account: str, name: str, policy: dict[str, Any]) -> str:
    """Make a role with exactly this policy, which the development account's user may assume."""
    allow = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{DEVELOPMENT}:root"}}
    condition = {"StringEquals": {"sts:ExternalId": ministack.EXTERNAL_ID}}
    trust = document(
        {**allow, "Action": "sts:AssumeRole", "Condition": condition},
        {**allow, "Action": ["sts:TagSession", "sts:SetSourceIdentity"]},
    )
    iam, arn = stack.engine.root(account, "iam"), f"arn:aws:iam::{account}:role/{name}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(policy))
    allowed = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Resource": arn}
    user = stack.engine.root(DEVELOPMENT, "iam")
    user.put_user_policy(UserName=ministack.USER, PolicyName=name, PolicyDocument=document(allowed))
    return arn


def without(policy: dict[str, Any], action: str) -> dict[str, Any]:
    """Return a policy without one action, wherever it is allowed."""
    for statement in policy["Statement"]:
        actions = statement["Action"]
        statement["Action"] = [one for one in ([actions] if isinstance(actions, str) else actions) if one != action]
    policy["Statement"] = [statement for statement in policy["Statement"] if statement["Action"]]
    return policy


@pytest.fixture(scope="module")
def roles(stack: Stack) -> dict[str, str]:
    """The roles that README describes: one that reads in development, one that promotes into production."""
    stage = json.loads(json.dumps(published_stage_policy()).replace(PRODUCTION, DEVELOPMENT))
    return {
        "stage": new_role(stack, DEVELOPMENT, "dev-stage", stage),
        "read": new_role(stack, DEVELOPMENT, "dev-read", published_read_policy()),
        "promote": new_role(stack, PRODUCTION, "waybill-promote", published_promote_policy()),
    }


@pytest.fixture(scope="module")
def project(stack: Stack, roles: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A project whose 1.0.0 is staged in development, in one region."""
    name, path = new_project(), tmp_path_factory.mktemp("built") / "app.bin"
    path.write_bytes(bytes_of(100_003))
    as_whom = ("--role", roles["stage"], "--role-external-id", ministack.EXTERNAL_ID)
    what = ("--project", name, "--version", "1.0.0", "--path", path, "--regions", REGIONS[0])
    made = waybill(stack.environment(), "stage", *what, *as_whom, "--json")
    assert made.code == 0, made.stderr
    return name


@pytest.fixture
def promote(stack: Stack, roles: dict[str, str], project: str) -> Promote:
    """Promote under the published roles, unless told otherwise."""

    def run_it(*more: str, read: str = roles["read"], role: str = roles["promote"], version: str = "latest") -> Ended:
        source = ("--from-role", read, "--from-role-external-id", ministack.EXTERNAL_ID, "--from-regions", REGIONS[0])
        target = ("--role", role, "--role-external-id", ministack.EXTERNAL_ID, "--transfer", "relay")
        words = ("--project", project, "--version", version, *source, *target, *more, "--json")
        return waybill(stack.environment(), "promote", *words)

    return run_it


def test_p8_the_published_policies_are_enough_for_a_whole_life(promote: Promote, stack: Stack, project: str) -> None:
    planned = promote("--plan-only")
    assert (planned.code, planned.json["outcome"]) == (0, "planned"), planned.stderr
    made = promote("--plan-digest", planned.json["plan_digest"])
    assert (made.code, made.json["outcome"]) == (0, "created"), made.stderr
    assert [region["channel"] for region in made.json["regions"]] == ["moved"] * len(REGIONS)
    again = promote(version="^1")
    assert (again.code, again.json["outcome"], again.json["changed"]) == (0, "already", False)
    canary = promote("--channel", "canary")
    assert (canary.code, canary.json["outcome"]) == (0, "moved")
    bucket = bucket_name(DEVELOPMENT, REGIONS[0])
    found = stack.engine.root(DEVELOPMENT, "s3").list_objects_v2(Bucket=bucket, Prefix=project)["Contents"]
    keys = [f"{project}@1.0.0", f"{project}@1.0.0/waybill.json"]
    assert sorted(item["Key"] for item in found) == keys, "nothing is written at the source"


@pytest.mark.parametrize("action", sorted({call.action for call in READ_CALLS} - UNJUDGED))
def test_p8_without_any_one_action_of_reading_the_run_is_refused_and_names_it(
    promote: Promote, stack: Stack, action: str
) -> None:
    role = new_role(
        stack, DEVELOPMENT, f"read-less-{action.replace(':', '-')}", without(published_read_policy(), action)
    )
    # Nothing is missing where a listing is not needed: all that is looked for is there.
    ended = promote("--regions", REGIONS[0], read=role, version="^1" if action == "s3:ListBucket" else "latest")
    assert ended.code == 3, ended.stderr
    assert action in ended.stderr


NEEDED = {call.action for call in PROMOTE_CALLS if call.on not in {On.SOURCE, On.SOURCE_KEY}} - UNJUDGED


@pytest.mark.parametrize("action", ["s3:PutObject", "ssm:PutParameter"])
def test_p8_without_a_write_the_run_is_refused_and_names_it(promote: Promote, stack: Stack, action: str) -> None:
    assert action in NEEDED
    name = f"promote-less-{action.replace(':', '-')}"
    role = new_role(stack, PRODUCTION, name, without(published_promote_policy(), action))
    ended = promote("--regions", REGIONS[0], "--channel", action.replace(":", "-").lower(), role=role)
    assert ended.code == 3, ended.stderr
    assert action in ended.stderr
    assert f":assumed-role/{name}/" in ended.stderr, "who the caller was"


def test_the_role_that_reads_may_not_promote(promote: Promote, roles: dict[str, str]) -> None:
    ended = promote("--channel", "canary", role=roles["read"])
    assert ended.code == 3
    assert "may not" in ended.stderr
