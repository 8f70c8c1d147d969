"""Change sets: what would be changed, what is known of it before, and when they may be executed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.cloudformation.stand import Stand, refused, template, thing
from waybill.sandbox.engine.cloudformation.change_sets import NO_CHANGES

VALUE = {"Parameters": {"Value": {"Type": "String", "Default": "a"}}}
SAID = thing({"Fn::Sub": "said ${Value}"})


def by_name(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["ResourceChange"]["LogicalResourceId"]: each["ResourceChange"] for each in described["Changes"]}


def detail(change: dict[str, Any]) -> tuple[str, ...]:
    (only,) = change["Details"]
    target = only["Target"]
    return (
        target.get("Name", target["Attribute"]),
        target["RequiresRecreation"],
        only["Evaluation"],
        only["ChangeSource"],
        only.get("CausingEntity", ""),
    )


def given(value: str) -> list[dict[str, str]]:
    return [{"ParameterKey": "Value", "ParameterValue": value}]


def test_nothing_to_change_is_a_failed_change_set_with_awss_words(stand: Stand) -> None:
    body = template(One=thing("a"), outputs={"O": {"Ref": "One"}})
    made = stand.changes(stand.made(body), body)
    assert (made["Status"], made["ExecutionStatus"], made["StatusReason"]) == ("FAILED", "UNAVAILABLE", NO_CHANGES)
    code, message = refused(stand.client.execute_change_set, ChangeSetName=made["ChangeSetId"])
    assert code == "InvalidChangeSetStatus"
    assert "[FAILED]" in message


def test_a_parameters_change_shows_as_a_change_of_what_it_reaches(stand: Stand) -> None:
    body = {**template(One=SAID, Two=thing("b")), **VALUE}
    found = by_name(stand.changes(stand.made(body), body, Parameters=given("c")))
    assert found.keys() == {"One"}
    one = found["One"]
    assert (one["Action"], one["Replacement"], one["Scope"]) == ("Modify", "False", ["Properties"])
    assert detail(one) == ("Value", "Never", "Static", "ParameterReference", "Value")


def test_what_has_to_be_made_again_is_told_and_what_hangs_on_it_is_conditional(stand: Stand) -> None:
    def body(name: str) -> dict[str, Any]:
        return template(
            One=thing(Name=name),
            By=thing({"Ref": "One"}),
            Named=thing(Name={"Fn::Sub": "${One.Arn}-too"}),
            Apart=thing("x"),
            After=thing({"Ref": "Named"}),
        )

    found = by_name(stand.changes(stand.made(body("first")), body("second")))
    assert {name: each["Replacement"] for name, each in found.items()} == {
        "One": "True",
        "By": "False",
        "Named": "Conditional",
        "After": "False",
    }
    assert found["One"]["PolicyAction"] == "ReplaceAndDelete"
    assert detail(found["One"]) == ("Name", "Always", "Static", "DirectModification", "")
    assert detail(found["By"]) == ("Value", "Never", "Dynamic", "ResourceReference", "One")
    assert detail(found["Named"]) == ("Name", "Always", "Dynamic", "ResourceAttribute", "One.Arn")


def test_a_name_stays_when_a_resource_is_changed_in_place_and_its_attributes_may_not(stand: Stand) -> None:
    def body(value: str) -> dict[str, Any]:
        return template(One=thing(value), Name=thing({"Ref": "One"}), Arn=thing({"Fn::GetAtt": ["One", "Arn"]}))

    name = stand.made(body("a"))
    made = stand.changes(name, body("b"))
    found = by_name(made)
    assert found.keys() == {"One", "Arn"}
    assert detail(found["Arn"]) == ("Value", "Never", "Dynamic", "ResourceAttribute", "One.Arn")
    before = len(stand.things.calls)
    stand.executed(made["ChangeSetId"], status="UPDATE_COMPLETE")
    # It turned out to be what it was.
    assert stand.things.calls[before:] == [("update", "One")]


def test_what_is_new_and_what_goes_is_told_with_what_becomes_of_it(stand: Stand) -> None:
    kept = thing("k", DeletionPolicy="Retain")
    name = stand.made(template(One=thing("a"), Gone=thing("g"), Kept=kept))
    found = by_name(stand.changes(name, template(One=thing("a"), New=thing({"Ref": "One"}))))
    assert {key: each["Action"] for key, each in found.items()} == {"New": "Add", "Gone": "Remove", "Kept": "Remove"}
    assert (found["Gone"]["PolicyAction"], found["Kept"]["PolicyAction"]) == ("Delete", "Retain")
    assert found["Gone"]["PhysicalResourceId"]
    assert "PhysicalResourceId" not in found["New"]


def test_policies_metadata_and_tags_of_the_stack_are_changes_too(stand: Stand) -> None:
    name = stand.made(template(One=thing("a")))
    more = template(One=thing("a", DeletionPolicy="Retain", Metadata={"why": "because"}))
    found = by_name(stand.changes(name, more, Tags=[{"Key": "team", "Value": "web"}]))
    assert found["One"]["Scope"] == ["Tags", "Metadata", "DeletionPolicy"]
    assert found["One"]["Replacement"] == "False"


def test_outputs_alone_are_something_to_change(stand: Stand) -> None:
    name = stand.made(template(One=thing("a")))
    made = stand.changes(name, template(One=thing("a"), outputs={"O": {"Ref": "One"}}))
    assert (made["Status"], made["Changes"]) == ("CREATE_COMPLETE", [])
    stand.executed(made["ChangeSetId"], status="UPDATE_COMPLETE")
    assert stand.outputs(name).keys() == {"O"}


def test_values_before_and_after_are_told_where_they_are_asked_for(stand: Stand) -> None:
    made = stand.changes(stand.made(template(One=thing("a"))), template(One=thing("b"), Two=thing({"Ref": "One"})))
    plain = by_name(made)["One"]
    assert "BeforeValue" not in plain["Details"][0]["Target"]
    described = stand.client.describe_change_set(ChangeSetName=made["ChangeSetId"], IncludePropertyValues=True)
    target = by_name(described)["One"]["Details"][0]["Target"]
    assert (target["BeforeValue"], target["AfterValue"], target["Path"]) == ("a", "b", "/Properties/Value")
    assert json.loads(by_name(described)["One"]["AfterContext"]) == {"Properties": {"Value": "b"}}


def test_a_change_set_of_what_is_no_more_is_obsolete_and_cannot_be_executed(stand: Stand) -> None:
    name = stand.made(template(One=thing("a")))
    made = stand.changes(name, template(One=thing("b")))
    stand.updated(name, template(One=thing("c")))
    assert stand.client.describe_change_set(ChangeSetName=made["ChangeSetId"])["ExecutionStatus"] == "OBSOLETE"
    code, message = refused(stand.client.execute_change_set, ChangeSetName=made["ChangeSetId"])
    assert code == "InvalidChangeSetStatus"
    assert "[OBSOLETE]" in message


def test_an_execution_deletes_the_other_change_sets(stand: Stand) -> None:
    name = stand.made(template(One=thing("a")))
    one, other = stand.changes(name, template(One=thing("b"))), stand.changes(name, template(One=thing("c")))
    assert len(stand.client.list_change_sets(StackName=name)["Summaries"]) == 2
    stand.executed(one["ChangeSetId"], status="UPDATE_COMPLETE")
    assert refused(stand.client.describe_change_set, ChangeSetName=other["ChangeSetId"])[0] == "ChangeSetNotFound"
    assert stand.client.list_change_sets(StackName=name)["Summaries"] == []
    assert refused(stand.client.execute_change_set, ChangeSetName=one["ChangeSetId"])[0] == "InvalidChangeSetStatus"


def test_a_new_stack_without_its_change_set_goes_on_being_reviewed(stand: Stand) -> None:
    made = stand.changes("only-reviewed", template(One=thing("a")), "CREATE")
    stand.client.delete_change_set(ChangeSetName=made["ChangeSetName"], StackName="only-reviewed")
    (found,) = stand.client.describe_stacks(StackName="only-reviewed")["Stacks"]
    assert found["StackStatus"] == "REVIEW_IN_PROGRESS"
    body = json.dumps(template(One=thing("a")))
    assert refused(stand.client.create_stack, StackName="only-reviewed", TemplateBody=body)[0] == (
        "AlreadyExistsException"
    )
    assert "REVIEW_IN_PROGRESS" in refused(stand.client.update_stack, StackName="only-reviewed", TemplateBody=body)[1]
    again = stand.changes("only-reviewed", template(One=thing("b")), "CREATE")
    stand.executed(again["ChangeSetId"], status="CREATE_COMPLETE")


def test_a_change_set_that_makes_a_stack_is_refused_where_there_is_one_and_the_other_way_round(stand: Stand) -> None:
    name, body = stand.made(template(One=thing("a"))), json.dumps(template(One=thing("b")))
    call, arguments = stand.client.create_change_set, {"ChangeSetName": "c", "TemplateBody": body}
    assert (
        "cannot be created again with the changeSet [c]"
        in refused(call, StackName=name, ChangeSetType="CREATE", **arguments)[1]
    )
    assert refused(call, StackName="nowhere", **arguments) == ("ValidationError", "Stack [nowhere] does not exist")
    assert "does not exist" in refused(stand.client.describe_stacks, StackName="nowhere")[1]


def test_a_change_sets_name_is_taken_once_unless_the_same_token_asks(stand: Stand) -> None:
    name, body = stand.made(template(One=thing("a"))), json.dumps(template(One=thing("b")))
    asked = {"StackName": name, "ChangeSetName": "named", "TemplateBody": body}
    first = stand.client.create_change_set(**asked, ClientToken="token-1")
    assert stand.client.create_change_set(**asked, ClientToken="token-1")["Id"] == first["Id"]
    assert refused(stand.client.create_change_set, **asked)[0] == "AlreadyExistsException"


def test_an_execution_asked_for_twice_with_one_token_happens_once(stand: Stand) -> None:
    name = stand.made(template(One=thing("a")))
    made = stand.changes(name, template(One=thing("b")))
    stand.executed(made["ChangeSetId"], status="UPDATE_COMPLETE", ClientRequestToken="once")
    stand.client.execute_change_set(ChangeSetName=made["ChangeSetId"], ClientRequestToken="once")
    assert stand.events(name).count((name, "UPDATE_COMPLETE")) == 1


@pytest.mark.parametrize("name", ["1st", "with_line", "x" * 129])
def test_a_change_sets_name_is_held_to_its_pattern(stand: Stand, name: str) -> None:
    code, message = refused(
        stand.client.create_change_set,
        StackName="s",
        ChangeSetName=name,
        TemplateBody=json.dumps(template(One=thing())),
    )
    assert (code, "at 'ChangeSetName'" in message) == ("ValidationError", True)
