"""What fails, and the way back from it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from sandbox.cloudformation.stand import Stand, refused, template, thing


def test_a_failed_creation_is_rolled_back_and_says_why(stand: Stand) -> None:
    body = template(
        One=thing(Name="rolled-one"), Two=thing("refuse", DependsOn="One"), Beside=thing("x", DependsOn="One")
    )
    name = stand.made(body, status="ROLLBACK_COMPLETE")
    assert "rolled-one" not in stand.things.there
    said = stand.reason(name, "Two", "CREATE_FAILED")
    assert re.fullmatch(
        r'Resource handler returned message: "that value is not liked \(Service: Shelf, Status Code: 400, Request ID: '
        r'request\)" \(RequestToken: [0-9a-f-]{36}, HandlerErrorCode: InvalidRequest\)',
        said,
    )
    assert stand.reason(name, "Beside", "CREATE_FAILED") == "Resource creation cancelled"
    assert stand.reason(name, name, "ROLLBACK_IN_PROGRESS") == (
        "The following resource(s) failed to create: [Two]. Rollback requested by user."
    )
    assert stand.events(name)[-3:] == [
        ("One", "DELETE_IN_PROGRESS"),
        ("One", "DELETE_COMPLETE"),
        (name, "ROLLBACK_COMPLETE"),
    ]


def test_a_stack_that_was_rolled_back_can_only_be_deleted(stand: Stand) -> None:
    name = stand.made(template(One=thing("refuse")), status="ROLLBACK_COMPLETE")
    body = json.dumps(template(One=thing("a")))
    code, message = refused(stand.client.update_stack, StackName=name, TemplateBody=body)
    assert (code, "is in ROLLBACK_COMPLETE state and can not be updated." in message) == ("ValidationError", True)
    arguments = {"StackName": name, "ChangeSetName": "c", "TemplateBody": body}
    assert "ROLLBACK_COMPLETE" in refused(stand.client.create_change_set, **arguments)[1]
    stand.deleted(name)


@pytest.mark.parametrize(
    ("policy", "options", "left"),
    [
        ("Retain", {}, True),
        ("Retain", {"RetainExceptOnCreate": True}, False),
        ("RetainExceptOnCreate", {}, False),
        ("Delete", {}, False),
    ],
)
def test_what_outlives_the_creation_that_failed(stand: Stand, policy: str, options: dict[str, Any], left: bool) -> None:
    one = f"outlives-{policy}-{len(options)}"
    body = template(One=thing(Name=one, DeletionPolicy=policy), Two=thing("refuse", DependsOn="One"))
    name = stand.made(body, status="ROLLBACK_COMPLETE", **options)
    assert (one in stand.things.there) is left
    assert (("One", "DELETE_SKIPPED") in stand.events(name)) is left


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
def test_what_outlives_its_stack(stand: Stand, policy: str) -> None:
    one = f"outlasts-{policy}"
    stack = stand.made(template(One=thing(Name=one, DeletionPolicy=policy), Two=thing("b")))
    stand.deleted(stack)
    assert one in stand.things.there


def test_without_rollback_what_was_made_stays_and_can_be_completed(stand: Stand) -> None:
    body = template(One=thing(Name="half-one"), Two=thing("refuse", DependsOn="One"))
    name = stand.made(body, status="CREATE_FAILED", DisableRollback=True)
    assert "half-one" in stand.things.there
    body["Resources"]["Two"] = thing("good", DependsOn="One")
    stand.updated(name, body)


def test_on_failure_delete_takes_the_stack_away(stand: Stand) -> None:
    answer = stand.client.create_stack(
        StackName="taken-away", TemplateBody=json.dumps(template(One=thing("refuse"))), OnFailure="DELETE"
    )
    assert stand.ended(answer["StackId"])["StackStatus"] == "DELETE_COMPLETE"


def test_a_failed_update_brings_everything_back(stand: Stand) -> None:
    def body(value: str, name: str, last: str, **more: Any) -> dict[str, Any]:
        last_one = thing(last, DependsOn=["Changed", "Named", *more])
        return template(Changed=thing(value, Name="back"), Named=thing(Name=name), Last=last_one, **more)

    name = stand.made(body("a", "back-a", "fine"))
    outputs = stand.outputs(name)
    wanted = body("b", "back-b", "refuse", New=thing(Name="back-new"))
    stand.updated(name, wanted, status="UPDATE_ROLLBACK_COMPLETE")
    assert stand.things.there["back"]["Value"] == "a"
    assert "back-a" in stand.things.there
    assert {"back-b", "back-new"}.isdisjoint(stand.things.there)
    assert stand.outputs(name) == outputs
    assert stand.reason(name, name, "UPDATE_ROLLBACK_IN_PROGRESS") == (
        "The following resource(s) failed to update: [Last]."
    )
    tail = [status for resource, status in stand.events(name) if resource == name][-3:]
    assert tail == [
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE",
    ]
    assert (
        refused(stand.client.update_stack, StackName=name, TemplateBody=json.dumps(body("a", "back-a", "fine")))[1]
        == "No updates are to be performed."
    )


def test_a_way_back_that_fails_is_told(stand: Stand) -> None:
    name = stand.made(template(One=thing("a"), Two=thing("b", DependsOn="One")))
    stand.service.disturb("POST", {"stack": name, "resource": "Two", "hold": True, "fail": "not today"})
    body = json.dumps(template(One=thing("c"), Two=thing("d", DependsOn="One")))
    stand.client.update_stack(StackName=name, TemplateBody=body)
    stand.seen(name, "Two", "UPDATE_IN_PROGRESS")
    stand.service.disturb("POST", {"stack": name, "resource": "One", "fail": "nor tomorrow"})
    stand.service.disturb("DELETE", {"stack": name, "resource": "Two"})
    failed = stand.ended(name)
    assert failed["StackStatus"] == "UPDATE_ROLLBACK_FAILED"
    assert failed["StackStatusReason"] == "The following resource(s) failed to update: [One]. "
    assert stand.reason(name, "One", "UPDATE_FAILED") == 'Resource handler returned message: "nor tomorrow"'
    assert "UPDATE_ROLLBACK_FAILED" in refused(stand.client.update_stack, StackName=name, TemplateBody=body)[1]
    before = len(stand.things.calls)
    stand.client.continue_update_rollback(StackName=name)
    assert stand.ended(name)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stand.things.calls[before:] == [("update", "One")]
    assert "can not continue" in refused(stand.client.continue_update_rollback, StackName=name)[1]


def test_a_way_back_goes_on_without_what_is_skipped(stand: Stand) -> None:
    name = stand.made(template(One=thing("a", Name="skipped")))
    stand.service.disturb("POST", {"stack": name, "resource": "One", "fail": "never", "times": 2})
    stand.updated(name, template(One=thing("b", Name="skipped")), status="UPDATE_ROLLBACK_FAILED")
    assert "[One]" in refused(stand.client.continue_update_rollback, StackName=name, ResourcesToSkip=["Two"])[1]
    stand.client.continue_update_rollback(StackName=name, ResourcesToSkip=["One"])
    assert stand.ended(name)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    stand.updated(name, template(One=thing("c", Name="skipped")))


def test_without_rollback_an_update_keeps_what_it_did_and_is_completed_later(stand: Stand) -> None:
    def body(name: str, last: str) -> dict[str, Any]:
        return template(One=thing(Name=name), Two=thing(last, DependsOn="One"))

    name = stand.made(body("kept-a", "fine"))
    stand.updated(name, body("kept-b", "refuse"), status="UPDATE_FAILED", DisableRollback=True)
    assert {"kept-a", "kept-b"} <= stand.things.there.keys()
    stand.updated(name, body("kept-b", "good"))
    assert "kept-a" not in stand.things.there
    assert "kept-b" in stand.things.there


def test_a_type_that_the_sandbox_does_not_have_fails_the_stack(stand: Stand) -> None:
    body = {"Resources": {"One": thing(Name="beside-unknown"), "Queue": {"Type": "AWS::SQS::Queue"}}}
    name = stand.made(body, status="ROLLBACK_COMPLETE")
    assert stand.reason(name, "Queue", "CREATE_FAILED") == "The sandbox does not have the type AWS::SQS::Queue."


def test_a_property_that_its_type_does_not_honour_fails_the_stack(stand: Stand) -> None:
    name = stand.made(template(One=thing("a", Colour="red")), status="ROLLBACK_COMPLETE")
    assert "extraneous key [Colour] is not permitted" in stand.reason(name, "One", "CREATE_FAILED")


def test_an_attribute_that_a_resource_does_not_have_fails_the_stack(stand: Stand) -> None:
    body = template(One=thing("a"), Two=thing({"Fn::GetAtt": ["One", "Colour"]}))
    name = stand.made(body, status="ROLLBACK_COMPLETE")
    assert "resource One does not support attribute type Colour" in stand.reason(name, "Two", "CREATE_FAILED")


def test_a_deletion_that_fails_goes_on_beside_it_and_can_leave_it(stand: Stand) -> None:
    body = template(Needed=thing(Name="stuck-needed"), Stuck=thing({"Ref": "Needed"}), Free=thing(Name="stuck-free"))
    name = stand.made(body)
    stand.service.disturb("POST", {"stack": name, "resource": "Stuck", "fail": "not empty", "on": "delete"})
    failed = stand.deleted(name, status="DELETE_FAILED")
    assert failed["StackStatusReason"] == "The following resource(s) failed to delete: [Stuck]. "
    assert "stuck-needed" in stand.things.there
    assert "stuck-free" not in stand.things.there
    stack = failed["StackId"]
    stand.client.delete_stack(StackName=name, RetainResources=["Stuck"])
    assert stand.ended(stack)["StackStatus"] == "DELETE_COMPLETE"
    assert ("Stuck", "DELETE_SKIPPED") in stand.events(stack)


def test_resources_are_retained_by_name_only_after_a_deletion_failed(stand: Stand) -> None:
    name = stand.made(template(One=thing("a")))
    message = refused(stand.client.delete_stack, StackName=name, RetainResources=["One"])[1]
    assert "DELETE_FAILED" in message
    stand.client.update_termination_protection(StackName=name, EnableTerminationProtection=True)
    assert "TerminationProtection is enabled" in refused(stand.client.delete_stack, StackName=name)[1]


def test_calls_are_refused_on_purpose_as_often_as_asked_for(stand: Stand) -> None:
    name = stand.made(template(One=thing("a")))
    asked = {"service": "cloudformation", "operation": "DescribeStackEvents", "code": "ValidationError", "times": 2}
    stand.service.disturb("POST", asked)
    for _ in range(2):
        assert refused(stand.client.describe_stack_events, StackName=name)[1] == "Refused on purpose"
    assert stand.events(name)


def test_a_held_resource_keeps_its_stack_under_way_until_it_is_released(stand: Stand) -> None:
    stand.service.disturb("POST", {"stack": "held", "resource": "One", "hold": True})
    body = json.dumps(template(One=thing("a"), Two=thing("b")))
    stand.client.create_stack(StackName="held", TemplateBody=body)
    stand.seen("held", "Two", "CREATE_IN_PROGRESS")
    assert stand.client.describe_stacks(StackName="held")["Stacks"][0]["StackStatus"] == "CREATE_IN_PROGRESS"
    other = json.dumps(template(One=thing("c")))
    assert "CREATE_IN_PROGRESS" in refused(stand.client.update_stack, StackName="held", TemplateBody=other)[1]
    assert "CREATE_IN_PROGRESS" in refused(stand.client.delete_stack, StackName="held")[1]
    stand.service.disturb("DELETE", {"stack": "held"})
    assert stand.ended("held")["StackStatus"] == "CREATE_COMPLETE"
