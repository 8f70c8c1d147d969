"""What can be seen of stacks: pages, templates, summaries; and what is refused before anything is made."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.cloudformation.answers import watch
from sandbox.cloudformation.stand import ACCOUNT, REGION, Stand, client, refused, template, thing

LARGEST = 51_200


def test_events_come_in_pages_the_newest_first_and_miss_none_that_comes_between(stand: Stand) -> None:
    name = stand.made(template(**{f"R{number}": thing("a") for number in range(40)}))
    first = stand.client.describe_stack_events(StackName=name)
    assert len(first["StackEvents"]) == 100
    assert first["StackEvents"][0]["LogicalResourceId"] == name
    stand.deleted(name)
    stack = first["StackEvents"][0]["StackId"]
    second = stand.client.describe_stack_events(StackName=stack, NextToken=first["NextToken"])
    assert "NextToken" not in second
    seen = [each["EventId"] for each in [*first["StackEvents"], *second["StackEvents"]]]
    assert len(seen) == len(set(seen)) == 3 * 40 + 2
    assert (
        "NextToken is not valid"
        in refused(stand.client.describe_stack_events, StackName=stack, NextToken="nonsense")[1]
    )


def test_resources_come_in_pages(stand: Stand) -> None:
    name = stand.made(template(**{f"R{number}": thing("a") for number in range(120)}))
    pages = list(stand.client.get_paginator("list_stack_resources").paginate(StackName=name))
    assert [len(each["StackResourceSummaries"]) for each in pages] == [100, 20]
    made = stand.changes(name, template(**{f"R{number}": thing("b") for number in range(120)}))
    assert (len(made["Changes"]), "NextToken" in made) == (100, True)


def test_stacks_are_of_one_region_and_one_account(stand: Stand) -> None:
    name = stand.made(template(One=thing("a")))
    elsewhere = watch(client(stand.url, "eu-west-1"))
    assert elsewhere.describe_stacks()["Stacks"] == []
    assert "does not exist" in refused(elsewhere.describe_stacks, StackName=name)[1]
    (found,) = stand.client.describe_stacks(StackName=name)["Stacks"]
    assert found["StackId"].startswith(f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/")
    listed = stand.client.list_stacks(StackStatusFilter=["CREATE_COMPLETE"])["StackSummaries"]
    assert name in {each["StackName"] for each in listed}


def test_a_template_is_given_back_as_it_was_given(stand: Stand) -> None:
    text = "Resources:\n  One: {Type: 'Test::Shelf::Thing', Properties: {Value: !Sub '${AWS::Region}'}}  # why\n"
    stand.client.create_stack(StackName="as-given", TemplateBody=text)
    stand.ended("as-given")
    # boto3 reads JSON, and leaves YAML as it is.
    assert stand.client.get_template(StackName="as-given")["TemplateBody"] == text
    made = stand.changes("as-given", template(One=thing("b")))
    of_set = stand.client.get_template(ChangeSetName=made["ChangeSetId"])["TemplateBody"]
    assert of_set == template(One=thing("b"))


def test_a_resource_is_described_by_either_of_its_names(stand: Stand) -> None:
    name = stand.made(template(One=thing("a", Metadata={"x": 1}), Two=thing("b")))
    detail = stand.client.describe_stack_resource(StackName=name, LogicalResourceId="One")["StackResourceDetail"]
    assert json.loads(detail["Metadata"]) == {"x": 1}
    found = stand.client.describe_stack_resources(PhysicalResourceId=detail["PhysicalResourceId"])["StackResources"]
    assert {each["LogicalResourceId"] for each in found} == {"One", "Two"}
    assert (
        "Resource Three does not exist"
        in refused(stand.client.describe_stack_resource, StackName=name, LogicalResourceId="Three")[1]
    )


ROLE: dict[str, Any] = {"Type": "AWS::IAM::Role", "Properties": {}}
NAMED: dict[str, Any] = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "one"}}


def test_a_template_is_summed_up_and_validated(stand: Stand) -> None:
    declared = {"P": {"Type": "String", "AllowedValues": ["a"], "Default": "a", "NoEcho": True, "Description": "d"}}
    body = json.dumps({**template(One=NAMED, Two=thing()), "Description": "about", "Parameters": declared})
    valid = stand.client.validate_template(TemplateBody=body)
    assert valid["Capabilities"] == ["CAPABILITY_NAMED_IAM"]
    assert valid["Parameters"] == [{"ParameterKey": "P", "DefaultValue": "a", "NoEcho": True, "Description": "d"}]
    summary = stand.client.get_template_summary(TemplateBody=body)
    assert summary["ResourceTypes"] == ["AWS::IAM::Role", "Test::Shelf::Thing"]
    assert summary["Parameters"][0]["ParameterConstraints"] == {"AllowedValues": ["a"]}
    assert summary["Description"] == "about"
    assert refused(stand.client.validate_template, TemplateBody="{}")[0] == "ValidationError"


@pytest.mark.parametrize(
    ("resource", "given", "missing"),
    [
        (NAMED, [], "CAPABILITY_NAMED_IAM"),
        (NAMED, ["CAPABILITY_IAM"], "CAPABILITY_NAMED_IAM"),
        (ROLE, [], "CAPABILITY_IAM"),
    ],
)
def test_identities_are_made_only_with_consent(stand: Stand, resource: Any, given: list[str], missing: str) -> None:
    body = json.dumps({"Resources": {"One": resource}})
    asked = {"StackName": "consent", "TemplateBody": body, "Capabilities": given}
    expected = ("InsufficientCapabilitiesException", f"Requires capabilities : [{missing}]")
    assert refused(stand.client.create_stack, **asked) == expected
    assert refused(stand.client.create_change_set, **asked, ChangeSetName="c", ChangeSetType="CREATE") == expected
    assert "does not exist" in refused(stand.client.describe_stacks, StackName="consent")[1]


def test_a_template_has_a_largest_size(stand: Stand) -> None:
    body = json.dumps(template(One=thing("a")))
    largest = body + " " * (LARGEST - len(body))
    stand.client.create_stack(StackName="largest", TemplateBody=largest)
    code, message = refused(stand.client.create_stack, StackName="larger", TemplateBody=largest + " ")
    assert code == "ValidationError"
    assert "length less than or equal to 51200" in message
    assert "does not exist" in refused(stand.client.describe_stacks, StackName="larger")[1]


@pytest.mark.parametrize("name", ["1st", "with_line", "x" * 129, ""])
def test_a_stacks_name_is_held_to_its_pattern(stand: Stand, name: str) -> None:
    code, message = refused(stand.client.create_stack, StackName=name, TemplateBody=json.dumps(template(One=thing())))
    assert code == "ValidationError"
    assert "[a-zA-Z][-a-zA-Z0-9]*" in message


def test_a_creation_asked_for_twice_with_one_token_happens_once(stand: Stand) -> None:
    asked = {"StackName": "token", "TemplateBody": json.dumps(template(One=thing("a"))), "ClientRequestToken": "t-1"}
    first = stand.client.create_stack(**asked)["StackId"]
    stand.ended("token")
    assert stand.client.create_stack(**asked)["StackId"] == first
    (event, *_) = stand.client.describe_stack_events(StackName="token")["StackEvents"]
    assert event["ClientRequestToken"] == "t-1"
    assert refused(stand.client.update_stack, **{**asked, "TemplateBody": json.dumps(template(One=thing("b")))})[0] == (
        "TokenAlreadyExistsException"
    )


def test_rules_that_do_not_hold_are_refused_before_there_is_a_stack(stand: Stand) -> None:
    body = {
        **template(One=thing("a")),
        "Rules": {"Never": {"Assertions": [{"Assert": {"Fn::Equals": ["a", "b"]}, "AssertDescription": "It cannot."}]}},
    }
    code, message = refused(stand.client.create_stack, StackName="ruled", TemplateBody=json.dumps(body))
    assert (code, "It cannot." in message) == ("ValidationError", True)
    assert "does not exist" in refused(stand.client.describe_stacks, StackName="ruled")[1]
