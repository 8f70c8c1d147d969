"""Updates: in place, by another resource, and what goes at the end."""

from __future__ import annotations

import json
from typing import Any

from sandbox.cloudformation.stand import Stand, refused, template, thing


def calls(stand: Stand, before: int) -> list[tuple[str, str]]:
    return stand.things.calls[before:]


def test_only_what_differs_is_touched(stand: Stand) -> None:
    name = stand.made(template(One=thing("a"), Two=thing("b")))
    before = len(stand.things.calls)
    stand.updated(name, template(One=thing("a"), Two=thing("c")))
    assert calls(stand, before) == [("update", "Two")]
    assert [each for each in stand.events(name) if each[0] == "One"][-1] == ("One", "CREATE_COMPLETE")
    assert stand.events(name)[-5:] == [
        (name, "UPDATE_IN_PROGRESS"),
        ("Two", "UPDATE_IN_PROGRESS"),
        ("Two", "UPDATE_COMPLETE"),
        (name, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        (name, "UPDATE_COMPLETE"),
    ]


def test_nothing_to_update_is_refused_with_awss_words(stand: Stand) -> None:
    body = template(One=thing("a"))
    name = stand.made(body)
    code, message = refused(stand.client.update_stack, StackName=name, TemplateBody=json.dumps(body))
    assert (code, message) == ("ValidationError", "No updates are to be performed.")


def test_a_replaced_resource_is_deleted_after_its_users_have_the_new_one(stand: Stand) -> None:
    def body(key: str) -> dict[str, Any]:
        return template(One=thing(Name=f"replaced-{key}"), By=thing({"Ref": "One"}, Name="replaced-by"))

    name = stand.made(body("a"))
    before = len(stand.things.calls)
    stand.updated(name, body("b"))
    assert calls(stand, before) == [("create", "One"), ("update", "By"), ("delete", "One")]
    assert stand.things.there["replaced-by"]["Value"] == "replaced-b"
    assert "replaced-a" not in stand.things.there
    rows = stand.client.list_stack_resources(StackName=name)["StackResourceSummaries"]
    assert {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in rows}["One"] == "replaced-b"
    assert {each["ResourceStatus"] for each in rows} == {"UPDATE_COMPLETE"}


def test_a_replaced_resource_is_retained_where_its_policy_says_so(stand: Stand) -> None:
    name = stand.made(template(One=thing(Name="held-a", UpdateReplacePolicy="Retain")))
    stand.updated(name, template(One=thing(Name="held-b", UpdateReplacePolicy="Retain")))
    assert {"held-a", "held-b"} <= stand.things.there.keys()
    assert ("One", "DELETE_SKIPPED") in stand.events(name)


def test_what_is_in_the_template_no_more_is_deleted_or_retained(stand: Stand) -> None:
    kept = thing(Name="removed-kept", DeletionPolicy="Retain")
    gone = thing(Name="removed-gone", DependsOn="Kept")
    name = stand.made(template(One=thing("a"), Kept=kept, Gone=gone))
    stand.updated(name, template(One=thing("a")))
    assert "removed-kept" in stand.things.there
    assert "removed-gone" not in stand.things.there
    rows = stand.client.list_stack_resources(StackName=name)["StackResourceSummaries"]
    assert [each["LogicalResourceId"] for each in rows] == ["One"]
    stand.updated(name, template(One=thing("b")))


def test_a_condition_takes_a_resource_out_and_puts_it_in(stand: Stand) -> None:
    body = {
        **template(One=thing("a"), Maybe=thing(Name="conditional", Condition="Wanted")),
        "Parameters": {"Want": {"Type": "String", "AllowedValues": ["yes", "no"]}},
        "Conditions": {"Wanted": {"Fn::Equals": [{"Ref": "Want"}, "yes"]}},
    }
    body["Outputs"] = {"O": {"Value": {"Ref": "Maybe"}, "Condition": "Wanted"}}

    def want(word: str) -> dict[str, Any]:
        return {"Parameters": [{"ParameterKey": "Want", "ParameterValue": word}]}

    name = stand.made(body, **want("no"))
    assert "conditional" not in stand.things.there
    assert stand.outputs(name) == {}
    stand.updated(name, body, **want("yes"))
    assert stand.outputs(name) == {"O": "conditional"}
    stand.updated(name, body, **want("no"))
    assert "conditional" not in stand.things.there


def test_tags_of_the_stack_go_on_to_its_resources_and_stay_where_none_are_given(stand: Stand) -> None:
    tags = [{"Key": "team", "Value": "web"}]
    name = stand.made(template(One=thing(Name="tagged")), Tags=tags)
    assert stand.things.there["tagged"]["Tags"] == {"team": "web"}
    stand.updated(name, template(One=thing("a", Name="tagged")))
    assert stand.things.there["tagged"]["Tags"] == {"team": "web"}
    stand.updated(name, template(One=thing("a", Name="tagged")), Tags=[{"Key": "team", "Value": "core"}])
    assert stand.things.there["tagged"]["Tags"] == {"team": "core"}


def test_the_previous_template_and_previous_values_can_be_used(stand: Stand) -> None:
    body = {**template(One=thing({"Ref": "Value"}, Name="previous")), "Parameters": {"Value": {"Type": "String"}}}
    name = stand.made(body, Parameters=[{"ParameterKey": "Value", "ParameterValue": "kept"}])
    previous = [{"ParameterKey": "Value", "UsePreviousValue": True}]
    again = {"StackName": name, "UsePreviousTemplate": True, "Parameters": previous}
    assert refused(stand.client.update_stack, **again)[1] == "No updates are to be performed."
    stand.client.update_stack(**again, Tags=[{"Key": "a", "Value": "b"}])
    assert stand.ended(name)["StackStatus"] == "UPDATE_COMPLETE"
    assert stand.things.there["previous"] == {"Name": "previous", "Value": "kept", "Tags": {"a": "b"}}


def test_a_resource_stays_what_it_is(stand: Stand) -> None:
    name = stand.made(template(One=thing("a")))
    body = json.dumps({"Resources": {"One": {"Type": "AWS::S3::Bucket"}}})
    message = refused(stand.client.update_stack, StackName=name, TemplateBody=body)[1]
    assert message.startswith("Update of resource type is not permitted.")
    assert "[One]" in message
