"""Parameters, conditions and rules: what is given is held to what is declared."""

from __future__ import annotations

from typing import Any

import pytest

from waybill.sandbox.engine.cloudformation import logic, parameters
from waybill.sandbox.engine.refusals import Refusal


def chosen(body: dict[str, Any], value: str | None = None, **previous: str) -> str:
    given = [] if value is None else [{"ParameterKey": "P", "ParameterValue": value}]
    return parameters.chosen({"P": body}, given, previous)["P"]


def test_a_value_is_what_is_given_or_what_was_or_the_default() -> None:
    body = {"Type": "String", "Default": "d"}
    assert chosen(body) == "d"
    assert chosen(body, "x") == "x"
    # What is not given on an update falls back to the default, and not to what was.
    assert chosen(body, P="before") == "d"
    kept = [{"ParameterKey": "P", "UsePreviousValue": True}]
    assert parameters.chosen({"P": body}, kept, {"P": "before"}) == {"P": "before"}


@pytest.mark.parametrize(
    ("body", "value", "words"),
    [
        ({"Type": "String"}, None, r"Parameters: \[P\] must have values"),
        ({"Type": "String", "AllowedValues": ["yes", "no"]}, "maybe", "must be one of AllowedValues"),
        ({"Type": "String", "AllowedPattern": "[a-z]+"}, "abc1", "must match pattern"),
        ({"Type": "String", "MinLength": 2}, "a", "at least 2 characters"),
        ({"Type": "String", "MaxLength": "2"}, "abc", "at most 2 characters"),
        ({"Type": "Number"}, "ten", "must be a number"),
        ({"Type": "Number", "MinValue": 1}, "0", "not less than 1"),
        ({"Type": "Number", "MaxValue": 3}, "3.5", "not greater than 3"),
        ({"Type": "CommaDelimitedList", "AllowedPattern": "[0-9]{2}"}, "11, 22,3", "must match pattern"),
        ({"Type": "List<Number>"}, "1,x", "must be a number"),
        ({"Type": "String"}, "x" * 4097, "longer than 4096"),
        ({"Type": "Text"}, "x", "Unrecognized parameter type: Text"),
        ({"Type": "String", "AllowedValues": ["a"], "ConstraintDescription": "say a"}, "b", "constraint: say a"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused(body: dict[str, Any], value: str | None, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        chosen(body, value)


def test_a_value_for_nothing_is_refused() -> None:
    with pytest.raises(Refusal, match=r"Parameters: \[Q\] do not exist in the template"):
        parameters.chosen({}, [{"ParameterKey": "Q", "ParameterValue": "x"}], {})


def test_lists_and_parameter_store_are_read() -> None:
    declared = {
        "List": {"Type": "CommaDelimitedList"},
        "None": {"Type": "CommaDelimitedList"},
        "Days": {"Type": "Number"},
        "Stored": {"Type": "AWS::SSM::Parameter::Value<String>"},
        "Several": {"Type": "AWS::SSM::Parameter::Value<List<String>>"},
    }
    values = {"List": "a, b", "None": "", "Days": "3", "Stored": "/one", "Several": "/two"}
    store = {"/one": "1", "/two": "2,3"}
    assert parameters.read(declared, values, lambda name: store[name]) == {
        "List": ["a", "b"],
        "None": [""],
        "Days": "3",
        "Stored": "1",
        "Several": ["2", "3"],
    }


def test_what_is_hidden_is_shown_to_nobody() -> None:
    declared: dict[str, dict[str, Any]] = {
        "P": {"Type": "String", "NoEcho": True},
        "Q": {"Type": "String", "NoEcho": "false"},
    }
    assert [each["ParameterValue"] for each in parameters.shown(declared, {"P": "secret", "Q": "x"})] == ["****", "x"]


def test_conditions_are_decided_one_by_the_other() -> None:
    declared = {
        "Both": {"Fn::And": [{"Condition": "Home"}, {"Fn::Not": [{"Condition": "Empty"}]}]},
        "Home": {"Fn::Equals": [{"Ref": "Region"}, "us-east-1"]},
        "Empty": {"Fn::Equals": [{"Fn::Join": ["", {"Ref": "List"}]}, ""]},
        "Either": {"Fn::Or": [{"Condition": "Empty"}, {"Condition": "Home"}]},
        "Mapped": {"Fn::Equals": [{"Fn::FindInMap": ["M", "a", "b"]}, "c"]},
    }
    found = logic.conditions(declared, {"Region": "us-east-1", "List": ["x"]}, {"M": {"a": {"b": "c"}}})
    assert found == {"Both": True, "Home": True, "Empty": False, "Either": True, "Mapped": True}


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"A": {"Condition": "B"}}, "Unresolved condition dependency B"),
        ({"A": {"Condition": "B"}, "B": {"Fn::Not": [{"Condition": "A"}]}}, "Circular dependencies among conditions"),
        ({"A": {"Fn::Equals": [{"Ref": "Bucket"}, "x"]}}, "Cannot reference resources in the Conditions block"),
        ({"A": {"Fn::And": [{"Fn::Equals": ["a", "a"]}]}}, "Fn::And must have 2 or 3"),
        ({"A": "perhaps"}, "neither true nor false"),
    ],
)
def test_a_condition_that_cannot_be_decided_is_refused(declared: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        logic.conditions(declared, {}, {})


RULES = {
    "KeyToo": {
        "RuleCondition": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Bucket"}, ""]}]},
        "Assertions": [
            {"Assert": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Key"}, ""]}]}, "AssertDescription": "Give Key too."}
        ],
    },
    "Known": {"Assertions": [{"Assert": {"Fn::Contains": [["eu-west-1", "us-east-1"], {"Ref": "Region"}]}}]},
}


def test_rules_are_held() -> None:
    good = {"Bucket": "b", "Key": "k", "Region": "eu-west-1"}
    logic.check_rules(RULES, good, {})
    logic.check_rules(RULES, {**good, "Bucket": "", "Key": ""}, {})
    with pytest.raises(Refusal, match=r"Rule KeyToo: Give Key too\.; Rule Known"):
        logic.check_rules(RULES, {**good, "Key": "", "Region": "mars"}, {})


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ({"Fn::EachMemberIn": [["a", "b"], ["a", "b", "c"]]}, True),
        ({"Fn::EachMemberIn": [["a", "d"], ["a", "b", "c"]]}, False),
        ({"Fn::EachMemberEquals": [["a", "a"], "a"]}, True),
        ({"Fn::EachMemberEquals": [["a", "b"], "a"]}, False),
    ],
)
def test_the_functions_of_rules(asked: Any, holds: bool) -> None:
    rules = {"R": {"Assertions": [{"Assert": asked}]}}
    if holds:
        logic.check_rules(rules, {}, {})
    else:
        with pytest.raises(Refusal, match="Rule R"):
            logic.check_rules(rules, {}, {})
