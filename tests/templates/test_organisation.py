"""organisation.yaml: what its StackSets give every account and region is what region.yaml and identity.yaml take."""

from __future__ import annotations

from typing import Any

import pytest

from templates.cases import CASES
from templates.reading import Stack, by_sid, load

TEMPLATE, REGION, IDENTITY = load("organisation"), load("region"), load("identity")
UNITS, SOME, SELF = (Stack(template=TEMPLATE, parameters=case) for case in CASES["organisation"].values())
ONE_ACCOUNTS = {"PrimaryKeyArn", "OutputBucketArns", "ReplicaBucketArn", "ReplicaKeyArn", "PermissionsBoundaryArn"}
ONE_ACCOUNTS |= {f"{role}PolicyArns" for role in ("Stage", "Promote", "Deploy", "Read")}


def given(stack: Stack, name: str) -> dict[str, str]:
    return {one["ParameterKey"]: one["ParameterValue"] for one in stack.properties(name)["Parameters"]}


@pytest.mark.parametrize(("name", "inner"), [("RegionStacks", REGION), ("IdentityStacks", IDENTITY)])
def test_a_stack_set_gives_all_parameters_that_are_not_one_accounts_own(name: str, inner: dict[str, Any]) -> None:
    passed = given(UNITS, name)
    assert set(passed) == set(inner["Parameters"]) - ONE_ACCOUNTS
    needed = {parameter for parameter, body in inner["Parameters"].items() if "Default" not in body}
    assert needed <= set(passed)


@pytest.mark.parametrize("inner", [REGION, IDENTITY], ids=["region", "identity"])
def test_its_parameters_are_theirs_word_for_word(inner: dict[str, Any]) -> None:
    fixed = {"KeyPerRegion"} | ({"PolicyNamePrefix"} if inner is IDENTITY else set())
    for name, body in inner["Parameters"].items():
        if name not in ONE_ACCOUNTS | fixed:
            assert TEMPLATE["Parameters"][name] == body, name


@pytest.mark.parametrize("account", ["222222222222", "333333333333"])
@pytest.mark.parametrize("region", ["us-east-1", "us-west-2", "eu-west-1"])
def test_every_account_and_region_gets_a_whole_region_from_the_same_parameters(account: str, region: str) -> None:
    made = Stack(template=REGION, parameters=given(UNITS, "RegionStacks"), account=account, region=region)
    assert made.properties("Bucket")["BucketName"] == f"waybill-staging-{account}-{region}"
    (rule,) = made.properties("Bucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == "<Key.Arn>"
    assert ("AllowPromote" in made.resources) is (region == "us-east-1")
    for rule in REGION["Rules"].values():
        assert not made.value(rule["RuleCondition"]) or made.value(rule["Assertions"][0]["Assert"])


def test_every_account_gets_roles_with_its_own_policies_which_its_home_region_makes() -> None:
    region = Stack(template=REGION, parameters=given(UNITS, "RegionStacks"), account="333333333333")
    identity = Stack(template=IDENTITY, parameters=given(UNITS, "IdentityStacks"), account="333333333333")
    assert UNITS.properties("IdentityStacks")["StackInstancesGroup"][0]["Regions"] == ["us-east-1"]
    for role, policy in (("Promote", "AllowPromote"), ("Deploy", "AllowDeploy")):
        name = region.properties(policy)["ManagedPolicyName"]
        assert identity.properties(f"{role}Role")["ManagedPolicyArns"] == [f"arn:aws:iam::333333333333:policy/{name}"]
        trust = by_sid(identity.properties(f"{role}Role")["AssumeRolePolicyDocument"])
        assert trust["Assume"]["Principal"] == {"AWS": ["111111111111"]}
    assert TEMPLATE["Resources"]["IdentityStacks"]["DependsOn"] == "RegionStacks"


def test_where_the_stacks_are_made() -> None:
    (units,), (some,), (own,) = (one.properties("RegionStacks")["StackInstancesGroup"] for one in (UNITS, SOME, SELF))
    assert units == {
        "Regions": ["us-east-1", "us-west-2", "eu-west-1"],
        "DeploymentTargets": {"OrganizationalUnitIds": ["ou-a1b2-c3d4e5f6", "ou-a1b2-g7h8i9j0"]},
    }
    assert some["DeploymentTargets"] == {
        "OrganizationalUnitIds": ["r-a1b2"],
        "Accounts": ["222222222222", "333333333333"],
        "AccountFilterType": "INTERSECTION",
    }
    assert own["DeploymentTargets"] == {"Accounts": ["111111111111"]}
    assert "IdentityStacks" not in SOME.resources


def test_accounts_that_join_get_their_policies_before_their_roles_and_those_that_leave_keep_theirs() -> None:
    joining = {"Enabled": True, "RetainStacksOnAccountRemoval": True}
    assert UNITS.properties("RegionStacks")["AutoDeployment"] == joining
    before = "arn:aws:cloudformation:us-east-1:222222222222:stackset/<RegionStacks>"
    assert UNITS.properties("IdentityStacks")["AutoDeployment"] == {**joining, "DependsOn": [before]}
    assert SOME.properties("RegionStacks")["AutoDeployment"] == {"Enabled": False}
    assert "AutoDeployment" not in SELF.properties("RegionStacks")


def test_a_failure_stops_at_the_first_region_and_no_account_may_fail_unless_that_is_said() -> None:
    regions = UNITS.properties("RegionStacks")["OperationPreferences"]
    assert regions["FailureToleranceCount"] == "0"
    assert (regions["RegionConcurrencyType"], regions["RegionOrder"][0]) == ("SEQUENTIAL", "us-east-1")
    assert SOME.properties("RegionStacks")["OperationPreferences"]["FailureToleranceCount"] == "1"
