"""Intrinsic functions: what they give, what they refuse, and what they leave open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from waybill.sandbox.engine.cloudformation.functions import IN_RESOURCES, Scope, resolve
from waybill.sandbox.engine.cloudformation.references import order, resources_in
from waybill.sandbox.engine.cloudformation.values import NOTHING, Unknown
from waybill.sandbox.engine.refusals import Refusal

LATER = Unknown(frozenset({("ResourceReference", "Later")}))
VALUES: Mapping[str, Any] = {
    "Name": "web",
    "Days": "30",
    "Arns": ["a", "b"],
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "111111111111",
}
MAPPINGS = {"Sizes": {"eu-west-1": {"Small": "10", "List": ["x", "y"]}}}


def ref(name: str) -> Any:
    return {"Bucket": "the-bucket", "Later": LATER}[name]


def attribute(name: str, which: str) -> Any:
    return LATER if name == "Later" else f"{name}:{which}"


def exported(name: str) -> str:
    return {"shared-arn": "arn:shared"}[name]


def given(value: Any) -> Any:
    scope = Scope(
        values=VALUES,
        mappings=MAPPINGS,
        conditions={"Yes": True, "No": False},
        ref=ref,
        attribute=attribute,
        exported=exported,
        functions=IN_RESOURCES,
    )
    return resolve(value, scope)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Name"}, "web"),
        ({"Ref": "Bucket"}, "the-bucket"),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Fn::GetAtt": ["Bucket", "Arn"]}, "Bucket:Arn"),
        ({"Fn::GetAtt": "Bucket.Endpoint.Address"}, "Bucket:Endpoint.Address"),
        ({"Fn::Sub": "${Name}-${AWS::Region}-${Bucket}-${Bucket.Arn}"}, "web-eu-west-1-the-bucket-Bucket:Arn"),
        ({"Fn::Sub": "${!Name} $ {Name} ${Name}"}, "${Name} $ {Name} web"),
        ({"Fn::Sub": ["${One}${Name}", {"One": {"Ref": "Days"}}]}, "30web"),
        ({"Fn::Join": ["/", ["a", {"Ref": "Name"}, 3, True]]}, "a/web/3/true"),
        ({"Fn::Join": ["", {"Ref": "Arns"}]}, "ab"),
        ({"Fn::Split": [",", "a,b,"]}, ["a", "b", ""]),
        ({"Fn::Select": ["1", {"Fn::Split": ["-", "a-b"]}]}, "b"),
        ({"Fn::Select": [0, ["known", {"Ref": "Later"}]]}, "known"),
        ({"Fn::If": ["Yes", "a", {"Ref": "Nowhere"}]}, "a"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "Small"]}, "10"),
        ({"Fn::FindInMap": ["Sizes", "eu-west-1", "List"]}, ["x", "y"]),
        ({"Fn::ImportValue": {"Fn::Sub": "shared-arn"}}, "arn:shared"),
        ({"Fn::Base64": "a"}, "YQ=="),
        ({"Condition": "a policy's own", "Ref": "two keys are no function"}, None),
        ([1, True, None, 2.5], None),
    ],
)
def test_a_function_gives_what_it_says(value: Any, expected: Any) -> None:
    assert given(value) == (value if expected is None else expected)


def test_no_value_leaves_out_properties_and_items() -> None:
    nothing = {"Ref": "AWS::NoValue"}
    value = {"A": nothing, "B": ["x", {"Fn::If": ["No", "y", nothing]}], "C": {"D": nothing}}
    assert given(value) == {"B": ["x"], "C": {}}
    assert given(nothing) is NOTHING


@pytest.mark.parametrize(
    "value",
    [
        {"Fn::Sub": "${Later.Arn}/*"},
        {"Fn::Join": ["", ["a", {"Ref": "Later"}]]},
        {"Fn::Split": [",", {"Ref": "Later"}]},
        {"Fn::Select": [1, ["a", {"Ref": "Later"}]]},
        {"Fn::Base64": {"Ref": "Later"}},
    ],
)
def test_what_is_made_of_something_unknown_is_unknown_for_the_same_reason(value: Any) -> None:
    assert given(value) == LATER


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"Fn::Nonsense": []}, "unsupported function: Fn::Nonsense"),
        ({"Fn::Join": ["a"]}, "Fn::Join must have 2 arguments"),
        ({"Fn::Select": [2, ["a", "b"]]}, "nonexistent value at index 2"),
        ({"Fn::FindInMap": ["Sizes", "us-east-1", "Small"]}, "Unable to get mapping for Sizes::us-east-1::Small"),
        ({"Fn::If": ["Perhaps", 1, 2]}, "Perhaps"),
        ({"Fn::Sub": "${Arns}"}, "must be a string"),
        ({"Fn::Sub": ["a"]}, "2 arguments"),
    ],
)
def test_what_cannot_be_is_refused(value: Any, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        given(value)
    assert refused.value.code == "ValidationError"


def test_references_are_found_wherever_they_are() -> None:
    value = {
        "A": [{"Ref": "One"}, {"Fn::GetAtt": ["Two", "Arn"]}, {"Fn::GetAtt": "Three.Arn"}],
        "B": {"Fn::Sub": ["${Four} ${Own} ${!Not} ${Five.Arn} ${AWS::Region}", {"Own": {"Ref": "Six"}}]},
        "C": {"Fn::If": ["Yes", {"Ref": "AWS::NoValue"}, {"Fn::Join": ["", [{"Ref": "Seven"}]]}]},
    }
    assert resources_in(value) == {"One", "Two", "Three", "Four", "Five", "Six", "Seven"}


def test_each_comes_after_what_it_needs_and_circles_are_refused() -> None:
    assert order({"C": frozenset("B"), "A": frozenset(), "B": frozenset("A"), "D": frozenset()}) == ["A", "D", "B", "C"]
    with pytest.raises(Refusal, match=r"Circular dependency between resources: \[A, B\]"):
        order({"A": frozenset("B"), "B": frozenset("A"), "C": frozenset()})
