"""StackSets: one template in many accounts and regions, by operations that say how they went."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import uuid4

import pytest

from sandbox.cloudformation.stand import Stand, refused, template, thing

UNIT = ["ou-abcd-11111111"]
REGIONS = ["eu-west-1", "us-east-1"]
ACCOUNTS = ["222222222222", "333333333333"]


def body(value: str = "one") -> str:
    found = template(One=thing({"Fn::Sub": "${Value} ${AWS::AccountId} ${AWS::Region}"}))
    return json.dumps({**found, "Parameters": {"Value": {"Type": "String", "Default": value}}})


@pytest.fixture
def name(stand: Stand) -> str:
    name = f"set-{uuid4().hex[:8]}"
    auto = {"Enabled": True, "RetainStacksOnAccountRemoval": False}
    stand.client.create_stack_set(
        StackSetName=name, TemplateBody=body(), PermissionModel="SERVICE_MANAGED", AutoDeployment=auto
    )
    return name


def done(stand: Stand, name: str, operation: dict[str, Any]) -> dict[str, Any]:
    """Return an operation when it has ended."""
    asked = {"StackSetName": name, "OperationId": operation["OperationId"]}
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = stand.client.describe_stack_set_operation(**asked)["StackSetOperation"]
        if found["Status"] != "RUNNING":
            return dict(found)
        time.sleep(0.005)
    raise AssertionError("it never ended")


def created(stand: Stand, name: str, **more: Any) -> dict[str, Any]:
    targets = {"OrganizationalUnitIds": UNIT, **more.pop("targets", {})}
    answer = stand.client.create_stack_instances(StackSetName=name, DeploymentTargets=targets, Regions=REGIONS, **more)
    return done(stand, name, answer)


def instances(stand: Stand, name: str) -> dict[tuple[str, str], dict[str, Any]]:
    listed = stand.client.list_stack_instances(StackSetName=name)["Summaries"]
    return {(each["Account"], each["Region"]): each for each in listed}


def values(stand: Stand) -> set[str]:
    return {str(each.get("Value")) for each in stand.things.there.values()}


def test_a_set_makes_a_stack_in_each_account_of_a_unit_and_each_region(stand: Stand, name: str) -> None:
    operation = created(stand, name, OperationPreferences={"RegionOrder": ["us-east-1", "eu-west-1"]})
    assert operation["Status"] == "SUCCEEDED"
    found = instances(stand, name)
    assert found.keys() == {(account, region) for account in ACCOUNTS for region in REGIONS}
    for (account, region), each in found.items():
        assert each["Status"] == "CURRENT"
        assert each["StackInstanceStatus"]["DetailedStatus"] == "SUCCEEDED"
        assert each["StackId"].startswith(f"arn:aws:cloudformation:{region}:{account}:stack/StackSet-{name}-")
        assert f"one {account} {region}" in values(stand)
    asked = {"StackSetName": name, "OperationId": operation["OperationId"]}
    results = stand.client.list_stack_set_operation_results(**asked)["Summaries"]
    assert [each["Status"] for each in results] == ["SUCCEEDED"] * 4


def test_a_set_is_updated_in_all_its_places_and_deleted_from_some(stand: Stand, name: str) -> None:
    created(stand, name)
    given = [{"ParameterKey": "Value", "ParameterValue": f"two-{name}"}]
    answer = stand.client.update_stack_set(StackSetName=name, UsePreviousTemplate=True, Parameters=given)
    assert done(stand, name, answer)["Status"] == "SUCCEEDED"
    assert f"two-{name} 333333333333 us-east-1" in values(stand)
    targets = {"OrganizationalUnitIds": UNIT, "Accounts": ACCOUNTS[:1], "AccountFilterType": "INTERSECTION"}
    gone = {"StackSetName": name, "DeploymentTargets": targets, "Regions": REGIONS}
    assert refused(stand.client.delete_stack_set, StackSetName=name)[0] == "StackSetNotEmptyException"
    done(stand, name, stand.client.delete_stack_instances(**gone, RetainStacks=False))
    assert {account for account, _ in instances(stand, name)} == {"333333333333"}
    assert f"two-{name} 222222222222 us-east-1" not in values(stand)
    rest = {"StackSetName": name, "DeploymentTargets": {"OrganizationalUnitIds": UNIT}, "Regions": REGIONS}
    done(stand, name, stand.client.delete_stack_instances(**rest, RetainStacks=True))
    assert f"two-{name} 333333333333 us-east-1" in values(stand)
    stand.client.delete_stack_set(StackSetName=name)
    assert refused(stand.client.describe_stack_set, StackSetName=name)[0] == "StackSetNotFoundException"


def test_an_instance_may_have_values_of_its_own(stand: Stand, name: str) -> None:
    created(stand, name, ParameterOverrides=[{"ParameterKey": "Value", "ParameterValue": f"own-{name}"}])
    assert f"own-{name} 222222222222 eu-west-1" in values(stand)
    where = {"StackInstanceAccount": "222222222222", "StackInstanceRegion": "eu-west-1"}
    found = stand.client.describe_stack_instance(StackSetName=name, **where)["StackInstance"]
    assert found["ParameterOverrides"] == [{"ParameterKey": "Value", "ParameterValue": f"own-{name}"}]


def test_what_fails_beyond_what_is_tolerated_stops_the_rest(stand: Stand, name: str) -> None:
    stand.client.update_stack_set(StackSetName=name, TemplateBody=json.dumps(template(One=thing("refuse"))))
    operation = created(stand, name)
    assert operation["Status"] == "FAILED"
    found = instances(stand, name)
    detailed = {place: each["StackInstanceStatus"]["DetailedStatus"] for place, each in found.items()}
    assert detailed == {
        ("222222222222", "eu-west-1"): "FAILED",
        ("333333333333", "eu-west-1"): "CANCELLED",
        ("222222222222", "us-east-1"): "CANCELLED",
        ("333333333333", "us-east-1"): "CANCELLED",
    }
    failed = found["222222222222", "eu-west-1"]
    assert failed["Status"] == "OUTDATED"
    assert failed["StatusReason"].startswith("ResourceLogicalId:One, ResourceType:Test::Shelf::Thing, ")
    again = stand.client.update_stack_set(StackSetName=name, TemplateBody=body())
    assert done(stand, name, again)["Status"] == "SUCCEEDED"
    assert {each["Status"] for each in instances(stand, name).values()} == {"CURRENT"}


def test_a_failure_that_is_tolerated_is_told_and_the_rest_goes_on(stand: Stand, name: str) -> None:
    stand.client.update_stack_set(StackSetName=name, TemplateBody=json.dumps(template(One=thing("refuse"))))
    preferences = {"FailureToleranceCount": 1, "MaxConcurrentCount": 1}
    operation = created(stand, name, targets={"Accounts": ACCOUNTS[:1]}, OperationPreferences=preferences)
    assert operation["Status"] == "SUCCEEDED"
    assert [each["Status"] for each in instances(stand, name).values()] == ["OUTDATED"] * 2


def test_a_set_of_the_caller_himself_needs_accounts_and_roles(stand: Stand) -> None:
    name = f"set-{uuid4().hex[:8]}"
    stand.client.create_stack_set(StackSetName=name, TemplateBody=body())
    asked = {"StackSetName": name, "Regions": REGIONS}
    units = {"DeploymentTargets": {"OrganizationalUnitIds": UNIT}}
    assert refused(stand.client.create_stack_instances, **asked, **units)[0] == "ValidationError"
    shown = stand.client.describe_stack_set(StackSetName=name)["StackSet"]
    assert (shown["PermissionModel"], shown["Status"]) == ("SELF_MANAGED", "ACTIVE")
    assert name in {each["StackSetName"] for each in stand.client.list_stack_sets()["Summaries"]}


def test_one_operation_at_a_time(stand: Stand, name: str) -> None:
    stand.service.disturb("POST", {"stack": f"StackSet-{name}-*", "resource": "One", "hold": True})
    targets = {"OrganizationalUnitIds": UNIT}
    first = stand.client.create_stack_instances(StackSetName=name, DeploymentTargets=targets, Regions=REGIONS)
    code, _ = refused(stand.client.update_stack_set, StackSetName=name, TemplateBody=body("three"))
    assert code == "OperationInProgressException"
    stand.service.disturb("DELETE", {"stack": f"StackSet-{name}-*"})
    assert done(stand, name, first)["Status"] == "SUCCEEDED"


def test_a_sets_name_is_taken_once(stand: Stand, name: str) -> None:
    assert refused(stand.client.create_stack_set, StackSetName=name, TemplateBody=body())[0] == (
        "NameAlreadyExistsException"
    )
