"""Every condition operator, with its quantifiers, variables and what it makes of a key that is not there.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

from typing import Any

import pytest

from waybill.domain.iam.conditions import check
from waybill.domain.iam.context import Context
from waybill.domain.iam.truth import Truth

YES, NO, MAYBE = Truth.YES, Truth.NO, Truth.MAYBE
CONTEXT = Context(
    {
        "a:text": "Dave",
        "a:number": "10",
        "a:date": "2026-03-04T05:06:07Z",
        "a:flag": "true",
        "a:bytes": "QmluYXJ5VmFsdWVJbkJhc2U2NA==",
        "a:ip": "203.0.113.7",
        "a:ip6": "2001:db8:1234:5678::9",
        "a:arn": "arn:aws:sns:us-east-1:123456789012:topic:sub",
        "a:tags": ("team", "cost"),
        "a:star": "*",
        "a:nothing": None,
        "aws:username": "Dave",
        "aws:principaltag/team": "blue",
    }
)
SNS = "arn:aws:sns"

CASES = [
    ("StringEquals", "a:text", "Dave", YES),
    ("StringEquals", "A:TEXT", ["x", "Dave"], YES),
    ("StringEquals", "a:text", "dave", NO),
    ("stringequals", "a:text", "Dave", YES),
    ("StringNotEquals", "a:text", "Dave", NO),
    ("StringNotEquals", "a:text", ["x", "Dave"], NO),
    ("StringNotEquals", "a:text", ["x", "y"], YES),
    ("StringEqualsIgnoreCase", "a:text", "dAVE", YES),
    ("StringNotEqualsIgnoreCase", "a:text", "dAVE", NO),
    ("StringEquals", "a:text", "D*", NO),
    ("StringLike", "a:text", "D?v*", YES),
    ("StringLike", "a:text", "d*", NO),
    ("StringNotLike", "a:text", "D*", NO),
    ("StringLike", "a:text", "", NO),
    ("NumericEquals", "a:number", 10, YES),
    ("NumericEquals", "a:number", "10.0", YES),
    ("NumericNotEquals", "a:number", 10, NO),
    ("NumericLessThan", "a:number", 10, NO),
    ("NumericLessThanEquals", "a:number", 10, YES),
    ("NumericGreaterThan", "a:number", 9.5, YES),
    ("NumericGreaterThanEquals", "a:number", 11, NO),
    ("NumericEquals", "a:text", 10, NO),
    ("NumericLessThan", "a:number", "many", NO),
    ("DateEquals", "a:date", "2026-03-04T05:06:07Z", YES),
    ("DateEquals", "a:date", "2026-03-04T06:06:07+01:00", YES),
    ("DateEquals", "a:date", "1772600767", YES),
    ("DateNotEquals", "a:date", "2026-03-04T05:06:07Z", NO),
    ("DateGreaterThan", "a:date", "2026", YES),
    ("DateGreaterThan", "a:date", "2026-04", NO),
    ("DateLessThan", "a:date", "2026-03-05", YES),
    ("DateLessThanEquals", "a:date", "2026-03-04T05:06:07.000Z", YES),
    ("DateGreaterThanEquals", "a:date", "2026-03-04T05:06:08Z", NO),
    ("DateLessThan", "a:date", "soon", NO),
    ("DateLessThan", "a:date", "9" * 40, NO),
    ("Bool", "a:flag", True, YES),
    ("Bool", "a:flag", "TRUE", YES),
    ("Bool", "a:flag", "false", NO),
    ("BinaryEquals", "a:bytes", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", YES),
    ("BinaryEquals", "a:bytes", "QmluYXJ5", NO),
    ("BinaryEquals", "a:text", "not base64!", NO),
    ("IpAddress", "a:ip", "203.0.113.0/24", YES),
    ("IpAddress", "a:ip", "203.0.113.7", YES),
    ("IpAddress", "a:ip", ["10.0.0.0/8", "203.0.0.0/16"], YES),
    ("IpAddress", "a:ip", "10.0.0.0/8", NO),
    ("IpAddress", "a:ip6", "2001:DB8:1234:5678::/64", YES),
    ("IpAddress", "a:ip6", "0.0.0.0/0", NO),
    ("NotIpAddress", "a:ip", "203.0.113.0/24", NO),
    ("NotIpAddress", "a:ip", "10.0.0.0/8", YES),
    ("IpAddress", "a:ip", "nonsense", NO),
    ("ArnEquals", "a:arn", f"{SNS}:us-east-1:123456789012:topic:sub", YES),
    ("ArnEquals", "a:arn", f"{SNS}:*:123456789012:topic:*", YES),
    ("ArnLike", "a:arn", f"{SNS}:*:*:topic*", YES),
    ("ArnLike", "a:arn", f"{SNS}:*:topic:sub", NO),
    ("ArnLike", "a:arn", "arn:aws:sns:*", NO),
    ("ArnLike", "a:arn", "arn:*:sns:us-*-1:????????????:*", YES),
    ("ArnNotLike", "a:arn", f"{SNS}:*:*:topic*", NO),
    ("ArnNotEquals", "a:arn", f"{SNS}:*:*:other", YES),
    ("Null", "a:text", "true", NO),
    ("Null", "a:text", "false", YES),
    ("Null", "a:nothing", True, YES),
    ("Null", "a:nothing", "false", NO),
    # A key that the request does not have.
    ("StringEquals", "a:nothing", "x", NO),
    ("StringNotEquals", "a:nothing", "x", YES),
    ("ArnNotLike", "a:nothing", "x", YES),
    ("NotIpAddress", "a:nothing", "10.0.0.0/8", YES),
    ("Bool", "a:nothing", "false", NO),
    ("BoolIfExists", "a:nothing", "false", YES),
    ("NumericLessThanIfExists", "a:nothing", 1, YES),
    ("DateLessThanIfExists", "a:nothing", "2020", YES),
    ("StringEqualsIfExists", "a:text", "x", NO),
    ("StringNotEqualsIfExists", "a:nothing", "x", YES),
    # Several values.
    ("ForAllValues:StringEquals", "a:tags", ["team", "cost", "more"], YES),
    ("ForAllValues:StringEquals", "a:tags", ["team"], NO),
    ("ForAnyValue:StringEquals", "a:tags", ["team"], YES),
    ("ForAnyValue:StringEquals", "a:tags", ["other"], NO),
    ("ForAllValues:StringNotEquals", "a:tags", ["team"], NO),
    ("ForAllValues:StringNotEquals", "a:tags", ["other"], YES),
    ("ForAnyValue:StringNotEquals", "a:tags", ["team"], YES),
    ("ForAnyValue:StringNotEquals", "a:tags", ["team", "cost"], NO),
    ("ForAllValues:StringLike", "a:tags", "*t*", YES),
    ("ForAllValues:StringEquals", "a:nothing", "x", YES),
    ("ForAllValues:StringNotEquals", "a:nothing", "x", YES),
    ("ForAnyValue:StringEquals", "a:nothing", "x", NO),
    ("ForAnyValue:StringNotEquals", "a:nothing", "x", NO),
    ("ForAnyValue:StringEqualsIfExists", "a:nothing", "x", NO),
    ("ForAllValues:StringEqualsIfExists", "a:nothing", "x", YES),
    # Variables.
    ("StringEquals", "a:text", "${aws:username}", YES),
    ("StringEquals", "a:text", "${AWS:UserName}", YES),
    ("StringLike", "a:text", "${aws:username}*", YES),
    ("StringEquals", "a:text", "${aws:PrincipalTag/team}", NO),
    ("StringEquals", "a:text", "${a:nothing, 'Dave'}", YES),
    ("StringEquals", "a:text", "${aws:username, 'Eve'}", YES),
    ("StringEquals", "a:text", "${a:nothing}", NO),
    ("StringNotEquals", "a:text", "${a:nothing}", NO),
    ("StringNotEquals", "a:text", "${aws:PrincipalTag/team}", YES),
    ("StringEquals", "a:star", "${*}", YES),
    ("StringLike", "a:text", "${*}", NO),
    ("StringLike", "a:text", "${a:star}", NO),
    ("StringLike", "a:star", "${a:star}", YES),
    ("StringEquals", "a:text", "${a:tags}", NO),
    ("StringEquals", "a:text", "${$}", NO),
    ("NumericEquals", "a:number", "${a:number}", NO),
    # What is not known.
    ("StringEquals", "b:other", "x", MAYBE),
    ("StringNotEqualsIfExists", "b:other", "x", MAYBE),
    ("Null", "b:other", "true", MAYBE),
    ("Teleports", "a:text", "x", MAYBE),
    ("StringEquals", "a:text", "${b:other}", MAYBE),
    ("StringEquals", "a:text", "D${b:other}", MAYBE),
    ("StringEquals", "a:text", "${two words}", MAYBE),
    ("StringEquals", "a:text", "X${b:other}", NO),
    ("StringLike", "a:text", "X*${b:other}", NO),
    ("StringNotLike", "a:text", "D${b:other}", MAYBE),
    ("StringEquals", "a:text", ["Dave", "${b:other}"], YES),
    ("StringNotEquals", "a:text", ["Dave", "${b:other}"], NO),
]


@pytest.mark.parametrize(("operator", "key", "wanted", "expected"), CASES)
def test_what_an_operator_makes_of_a_value(operator: str, key: str, wanted: Any, expected: Truth) -> None:
    checked = check({operator: {key: wanted}}, CONTEXT)
    assert checked.truth is expected
    assert bool(checked.unknown) is (expected is MAYBE)


def test_all_operators_and_all_keys_must_be_met() -> None:
    met = {"StringEquals": {"a:text": "Dave", "a:flag": "true"}, "NumericEquals": {"a:number": "10"}}
    assert check(met, CONTEXT).truth is YES
    assert check({**met, "Bool": {"a:flag": "false"}}, CONTEXT).truth is NO
    assert check({**met, "Bool": {"b:other": "false"}}, CONTEXT).truth is MAYBE
    failed = {"Bool": {"b:other": "false"}, "StringEquals": {"a:text": "Eve"}}
    assert check(failed, CONTEXT).truth is NO


def test_a_document_of_an_older_version_has_no_variables() -> None:
    condition = {"StringEquals": {"a:text": "${aws:username}"}}
    assert check(condition, CONTEXT, variables=False).truth is NO
    literal = Context({"a:text": "${aws:username}"})
    assert check(condition, literal, variables=False).truth is YES


HEAD = "arn:aws:iam::111111111111:role/"


@pytest.mark.parametrize(
    ("operator", "role", "truth"),
    [
        ("ArnEquals", "stage", YES),
        ("ArnEquals", "other", NO),
        ("ArnEquals", "team/stage", MAYBE),
        ("ArnNotEquals", "team/stage", MAYBE),
        ("ArnNotEquals", "team/other", YES),
        ("ArnLike", "team/*", MAYBE),
        ("ArnLike", "team*/stage", MAYBE),
        ("ArnLike", "team*", MAYBE),
        ("ArnLike", "*", YES),
        ("ArnLike", "team/*-admin", NO),
        ("StringEquals", "team/stage", MAYBE),
        ("StringNotLike", "team/st*", MAYBE),
    ],
)
def test_a_role_whose_path_is_not_known_may_be_one_with_a_path(operator: str, role: str, truth: Truth) -> None:
    context = Context({"aws:principalarn": f"{HEAD}stage"}, pathless=frozenset({"aws:principalarn"}))
    checked = check({operator: {"aws:PrincipalArn": f"{HEAD}{role}"}}, context)
    assert checked.truth is truth
    assert [each.about for each in checked.unknown] == (["aws:PrincipalArn"] if truth is MAYBE else [])
