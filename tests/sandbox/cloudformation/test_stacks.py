"""Stacks from their creation to their deletion, as CloudFormation tells it."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import WaiterError

from sandbox.cloudformation.stand import Stand, refused, template, thing

REF = {"Ref": "One"}


def test_a_stack_is_made_in_the_order_of_its_needs_and_tells_so(stand: Stand) -> None:
    name = stand.made(
        template(Two=thing({"Fn::GetAtt": ["One", "Arn"]}), One=thing("a"), outputs={"Two": {"Ref": "Two"}})
    )
    assert stand.events(name) == [
        (name, "CREATE_IN_PROGRESS"),
        *[("One", "CREATE_IN_PROGRESS")] * 2,
        ("One", "CREATE_COMPLETE"),
        *[("Two", "CREATE_IN_PROGRESS")] * 2,
        ("Two", "CREATE_COMPLETE"),
        (name, "CREATE_COMPLETE"),
    ]
    rows = stand.client.describe_stack_resources(StackName=name)["StackResources"]
    made = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in rows}
    assert stand.things.there[made["Two"]]["Value"] == f"arn:test:{made['One']}"
    assert stand.outputs(name) == {"Two": made["Two"]}


def test_a_change_set_makes_a_stack_that_is_only_reviewed_until_then(stand: Stand) -> None:
    made = stand.changes("reviewed", template(One=thing("a")), "CREATE")
    assert (made["Status"], made["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    (change,) = made["Changes"]
    assert change["ResourceChange"]["Action"] == "Add"
    assert stand.client.describe_stacks(StackName="reviewed")["Stacks"][0]["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert stand.events("reviewed") == [("reviewed", "REVIEW_IN_PROGRESS")]
    stand.executed(made["ChangeSetId"], status="CREATE_COMPLETE")
    after = stand.client.describe_change_set(ChangeSetName=made["ChangeSetId"])
    assert after["ExecutionStatus"] == "EXECUTE_COMPLETE"


def test_a_deleted_stack_is_found_by_its_id_alone(stand: Stand) -> None:
    name = stand.made(template(Two=thing(Of=REF), One=thing("a")))
    before = len(stand.things.there)
    gone = stand.deleted(name)
    assert len(stand.things.there) == before - 2
    assert stand.things.calls[-2:] == [("delete", "Two"), ("delete", "One")]
    code, message = refused(stand.client.describe_stacks, StackName=name)
    assert (code, message) == ("ValidationError", f"Stack with id {name} does not exist")
    assert gone["DeletionTime"]
    stand.client.delete_stack(StackName=name)


def test_a_name_is_taken_once_and_may_be_had_again_after_its_deletion(stand: Stand) -> None:
    name = stand.made(template(One=thing("a")))
    body = json.dumps(template(One=thing("a")))
    assert refused(stand.client.create_stack, StackName=name, TemplateBody=body)[0] == "AlreadyExistsException"
    stand.deleted(name)
    stand.made(template(One=thing("b")), name=name)


def test_boto3_waits_for_what_becomes_of_a_stack(stand: Stand) -> None:
    quickly = {"Delay": 0, "MaxAttempts": 10_000}

    def wait(what: str, **asked: str) -> None:
        stand.client.get_waiter(what).wait(**asked, WaiterConfig=quickly)

    asked = {"StackName": "waited-for", "ChangeSetName": "first"}
    body = json.dumps(template(One=thing("a")))
    stand.client.create_change_set(**asked, ChangeSetType="CREATE", TemplateBody=body)
    wait("change_set_create_complete", **asked)
    stand.client.execute_change_set(**asked)
    wait("stack_create_complete", StackName="waited-for")
    stand.client.update_stack(StackName="waited-for", TemplateBody=json.dumps(template(One=thing("b"))))
    wait("stack_update_complete", StackName="waited-for")
    stand.client.delete_stack(StackName="waited-for")
    wait("stack_delete_complete", StackName="waited-for")
    stand.client.create_stack(StackName="waited-for", TemplateBody=json.dumps(template(One=thing("refuse"))))
    with pytest.raises(WaiterError, match="ROLLBACK"):
        wait("stack_create_complete", StackName="waited-for")
