"""Templates as people write them: YAML with short tags, JSON, and what is wrong with some."""

from __future__ import annotations

import json
from typing import Any

import pytest

from waybill.sandbox.engine.cloudformation import document, template
from waybill.sandbox.engine.refusals import Refusal

GOOD: dict[str, Any] = {"Resources": {"One": {"Type": "A::B::C"}}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A: !Ref B", {"A": {"Ref": "B"}}),
        ("A: !GetAtt B.C.D", {"A": {"Fn::GetAtt": ["B", "C.D"]}}),
        ("A: !GetAtt [B, C]", {"A": {"Fn::GetAtt": ["B", "C"]}}),
        ("A: !Sub [x, {Y: !Ref Z}]", {"A": {"Fn::Sub": ["x", {"Y": {"Ref": "Z"}}]}}),
        ("A: !Not [!Equals [!Ref B, '']]", {"A": {"Fn::Not": [{"Fn::Equals": [{"Ref": "B"}, ""]}]}}),
        ("A: !And [!Condition B, {Condition: C}]", {"A": {"Fn::And": [{"Condition": "B"}, {"Condition": "C"}]}}),
        ("A: !Transform {Name: x}", {"A": {"Fn::Transform": {"Name": "x"}}}),
        ("AWSTemplateFormatVersion: 2010-09-09", {"AWSTemplateFormatVersion": "2010-09-09"}),
        ("A: {Version: 2012-10-17, B: true, C: 3}", {"A": {"Version": "2012-10-17", "B": True, "C": 3}}),
        ('{"A": {"Fn::Sub": "x"}}', {"A": {"Fn::Sub": "x"}}),
        ("{A: b}", {"A": "b"}),
    ],
)
def test_a_text_is_read_as_what_it_says(text: str, expected: Any) -> None:
    assert document.read(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A: [1\nB: 2", r"YAML not well-formed. \(line 2, column 2\)"),
        ("A: &a 1\nB: *a", "YAML aliases are not allowed"),
        ("A: !!binary aa", "no tag tag:yaml.org,2002:binary"),
        ("{'A': ]", "JSON not well-formed"),
        ("just words", "unsupported structure"),
        ("", "unsupported structure"),
    ],
)
def test_a_text_that_is_no_template_is_refused(text: str, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        document.read(text)
    assert refused.value.code == "ValidationError"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Resources": {}}, "At least one Resources member must be defined"),
        ({"Resource": {}}, r"Invalid template property or properties \[Resource\]"),
        ({"Transform": "AWS::Serverless-2016-10-31"}, "no transforms"),
        ({"AWSTemplateFormatVersion": "2020-01-01"}, "2020-01-01 is not a supported value"),
        ({"Description": "x" * 1025}, "length is greater than 1024"),
        ({"Resources": {"One-Two": {"Type": "A::B::C"}}}, "One-Two is non alphanumeric"),
        ({"Resources": {"One": {}}}, "Every Resources object must contain a Type member"),
        ({"Resources": {"One": {"Type": "A::B::C", "Deletion": "x"}}}, "Invalid template resource property 'Deletion'"),
        ({"Resources": {"One": {"Type": "A::B::C", "DeletionPolicy": "Keep"}}}, "unrecognized DeletionPolicy Keep"),
        ({"Resources": {"One": {"Type": "A::B::C", "Condition": "Is"}}}, r"Unresolved condition dependency \[Is\]"),
        (
            {"Resources": {"One": {"Type": "A::B::C", "DependsOn": "Two"}}},
            r"Unresolved resource dependencies \[Two\] in the Resources block",
        ),
        ({"Outputs": {"O": {"Value": {"Ref": "Two"}}}}, r"dependencies \[Two\] in the Outputs block"),
        ({"Outputs": {"O": {"Description": "x"}}}, "Output O is malformed"),
        (
            {"Parameters": {f"P{n}": {"Type": "String"} for n in range(201)}},
            "parameters, 201, is greater than maximum 200",
        ),
        (
            {
                "Resources": {
                    "One": {"Type": "A::B::C", "Properties": {"X": {"Fn::Sub": "${Two.Arn}"}}},
                    "Two": {"Type": "A::B::C", "DependsOn": ["One"]},
                }
            },
            r"Circular dependency between resources: \[One, Two\]",
        ),
    ],
)
def test_a_template_that_cannot_be_is_refused_before_anything_is_made(change: dict[str, Any], words: str) -> None:
    template.read(json.dumps(GOOD))
    with pytest.raises(Refusal, match=words):
        template.read(json.dumps({**GOOD, **change}))
