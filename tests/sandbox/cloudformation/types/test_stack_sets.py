"""AWS::CloudFormation::StackSet: what its stacks should make is there, in each account and region."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.cloudformation.types.workbench import REFUSED, Workbench, name
from waybill.sandbox import layout
from waybill.sandbox.engine.cloudformation.types.stack_instances import requests, targets
from waybill.sandbox.server import Sandbox

TYPE = "AWS::CloudFormation::StackSet"
DEVELOPMENT, PRODUCTION = layout.DEVELOPMENT, layout.PRODUCTION
Places = dict[tuple[str, str], str]


def group(accounts: list[str], regions: list[str], **overrides: str) -> dict[str, Any]:
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in overrides.items()]
    return {"DeploymentTargets": {"Accounts": accounts}, "Regions": regions, "ParameterOverrides": given}


@pytest.fixture
def properties() -> dict[str, Any]:
    called = name()
    parameter = {"Type": "String", "Name": {"Ref": "Called"}, "Value": {"Ref": "Value"}}
    template = {
        "Parameters": {"Called": {"Type": "String"}, "Value": {"Type": "String"}},
        "Resources": {"One": {"Type": "AWS::SSM::Parameter", "Properties": parameter}},
    }
    return {
        "StackSetName": called,
        "PermissionModel": "SELF_MANAGED",
        "TemplateBody": json.dumps(template),
        "Parameters": [
            {"ParameterKey": "Called", "ParameterValue": f"/{called}"},
            {"ParameterKey": "Value", "ParameterValue": "a"},
        ],
    }


@pytest.fixture(scope="module", autouse=True)
def _roles(sandbox: Sandbox) -> Iterator[None]:
    """The roles by which StackSets come from development into both accounts."""
    made = []
    for account, role, principal in (
        (DEVELOPMENT, "AWSCloudFormationStackSetAdministrationRole", {"Service": "cloudformation.amazonaws.com"}),
        (DEVELOPMENT, "AWSCloudFormationStackSetExecutionRole", {"AWS": f"arn:aws:iam::{DEVELOPMENT}:root"}),
        (PRODUCTION, "AWSCloudFormationStackSetExecutionRole", {"AWS": f"arn:aws:iam::{DEVELOPMENT}:root"}),
    ):
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam = Workbench(sandbox, account).client("iam")
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
        made.append((iam, role))
    yield
    for iam, role in made:
        iam.delete_role(RoleName=role)


def values(sandbox: Sandbox, called: str) -> Places:
    """The parameter's value in each place that has it."""
    found = {}
    for account in layout.ACCOUNTS:
        for region in layout.REGIONS:
            ssm = Workbench(sandbox, account).client("ssm", region)
            for one in ssm.get_parameters(Names=[f"/{called}"])["Parameters"]:
                found[account, region] = str(one["Value"])
    return found


@pytest.mark.engine
def test_its_stacks_come_change_and_go_by_what_it_names(
    sandbox: Sandbox, bench: Workbench, properties: dict[str, Any]
) -> None:
    called = properties["StackSetName"]
    given = {**properties, "StackInstancesGroup": [group([DEVELOPMENT, PRODUCTION], ["us-east-1"])]}
    made = bench.make(TYPE, given)
    assert made.id.startswith(f"{called}:")
    assert made.made.attributes["StackSetId"] == made.id
    assert values(sandbox, called) == {(DEVELOPMENT, "us-east-1"): "a", (PRODUCTION, "us-east-1"): "a"}
    other = [properties["Parameters"][0], {"ParameterKey": "Value", "ParameterValue": "b"}]
    given = {
        **given,
        "Parameters": other,
        "StackInstancesGroup": [
            group([PRODUCTION], ["us-east-1"], Value="own"),
            group([PRODUCTION], ["eu-west-1"]),
        ],
    }
    made = made.changed(given)
    assert values(sandbox, called) == {(PRODUCTION, "us-east-1"): "own", (PRODUCTION, "eu-west-1"): "b"}
    made.delete()
    made.delete()
    assert values(sandbox, called) == {}
    with pytest.raises(ClientError, match="StackSetNotFound"):
        bench.client("cloudformation").describe_stack_set(StackSetName=called)


@pytest.mark.engine
def test_what_fails_in_an_account_fails_it_and_leaves_nothing(
    sandbox: Sandbox, bench: Workbench, properties: dict[str, Any]
) -> None:
    called = properties["StackSetName"]
    Workbench(sandbox, PRODUCTION).client("ssm").put_parameter(Name=f"/{called}", Type="String", Value="theirs")
    given = {**properties, "StackInstancesGroup": [group([DEVELOPMENT, PRODUCTION], ["us-east-1"])]}
    with pytest.raises(REFUSED, match=rf"{PRODUCTION} us-east-1: .*already exists"):
        bench.make(TYPE, given)
    assert values(sandbox, called) == {(PRODUCTION, "us-east-1"): "theirs"}
    with pytest.raises(ClientError, match="StackSetNotFound"):
        bench.client("cloudformation").describe_stack_set(StackSetName=called)


@pytest.mark.engine
def test_without_a_role_in_an_account_it_gets_nowhere(
    sandbox: Sandbox, bench: Workbench, properties: dict[str, Any]
) -> None:
    given = {
        **properties,
        "ExecutionRoleName": "not-there",
        "StackInstancesGroup": [group([PRODUCTION], ["us-east-1"])],
    }
    with pytest.raises(REFUSED, match="should have 'not-there' role"):
        bench.make(TYPE, given)
    assert values(sandbox, properties["StackSetName"]) == {}


def test_one_group_is_one_request() -> None:
    given = group(["1", "2"], ["us-east-1", "eu-west-1"], Value="x")
    (request,) = requests(targets({"StackInstancesGroup": [given]}))
    assert request == {
        "Accounts": ["1", "2"],
        "Regions": ["us-east-1", "eu-west-1"],
        "ParameterOverrides": [{"ParameterKey": "Value", "ParameterValue": "x"}],
    }


@pytest.mark.parametrize(
    "within",
    [
        {"OrganizationalUnitIds": ["ou-1", "ou-2"]},
        {"OrganizationalUnitIds": ["ou-1", "ou-2"], "Accounts": ["1", "2"], "AccountFilterType": "INTERSECTION"},
        {"OrganizationalUnitIds": ["ou-1"], "Accounts": ["1", "2"], "AccountFilterType": "DIFFERENCE"},
    ],
    ids=["units", "accounts-of-units", "all-but"],
)
def test_units_are_asked_for_as_they_are_given(within: dict[str, Any]) -> None:
    given = {"DeploymentTargets": within, "Regions": ["us-east-1"]}
    (request,) = requests(targets({"StackInstancesGroup": [given]}))
    assert request == {"DeploymentTargets": within, "Regions": ["us-east-1"], "ParameterOverrides": []}


def test_an_account_more_is_one_target_more() -> None:
    def these(*accounts: str) -> set[Any]:
        within = {"OrganizationalUnitIds": ["ou"], "Accounts": list(accounts), "AccountFilterType": "INTERSECTION"}
        return set(targets({"StackInstancesGroup": [{"DeploymentTargets": within, "Regions": ["r"]}]}))

    assert [each.account for each in these("1", "2") - these("1")] == ["2"]
    assert these("1") < these("1", "2")
