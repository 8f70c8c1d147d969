"""Wildcards are those of IAM: not of shells, nor of regular expressions, and they know the parts of an ARN.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import pytest

from domain.iam.asking import ALLOWED, DENIED, DEPENDS, allow, ask, policy
from waybill.domain.iam.answers import Outcome
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.patterns import like, resource_like

QUEUE = "arn:aws:sqs:us-east-1:111111111111:queue"
OBJECT = "arn:aws:s3:::bucket/a/b:c.txt"
PARAMETER = "arn:aws:ssm:us-east-1:111111111111:parameter/team/app"

RESOURCES = [
    ("*", QUEUE, True),
    (QUEUE, QUEUE, True),
    (QUEUE, QUEUE.upper(), False),
    ("arn:aws:sqs:*:111111111111:queue", QUEUE, True),
    ("arn:aws:sqs:us-*-1:*:q?eue", QUEUE, True),
    ("arn:aws:sqs:us-?:*:*", QUEUE, False),
    # A * that ends a part goes past its colon; one within a part does not.
    ("arn:aws:sqs:*:queue", QUEUE, True),
    ("arn:aws:sqs:*", QUEUE, True),
    ("arn:aws:*", QUEUE, True),
    ("arn:aws:sqs:us*1:queue", QUEUE, False),
    ("arn:aws:sqs:us-east-1:111111111111", QUEUE, False),
    ("arn:aws:s3:::bucket/*", OBJECT, True),
    ("arn:aws:s3:::bucket*", OBJECT, True),
    ("arn:aws:s3:::bucket/*.txt", OBJECT, True),
    ("arn:aws:s3:::bucket/a?b:c.txt", OBJECT, True),
    ("arn:aws:s3:::bucket/a/b?c.txt", OBJECT, True),
    ("arn:aws:s3:::bucket", OBJECT, False),
    ("arn:aws:s3:::bucket/", OBJECT, False),
    ("arn:aws:s3:::*/a/*", OBJECT, True),
    ("arn:aws:s3:::bucket/[ab]*", OBJECT, False),
    ("arn:aws:s3:::bucket/.*", OBJECT, False),
]


@pytest.mark.parametrize(("pattern", "resource", "expected"), RESOURCES)
def test_a_resource_is_like_a_pattern_or_not(pattern: str, resource: str, expected: bool) -> None:
    assert resource_like(resource, pattern) is expected


@pytest.mark.parametrize(
    ("given", "pattern", "expected"),
    [
        ("a", "?", True),
        ("", "?", False),
        ("", "*", True),
        ("a\nb", "a*b", True),
        ("a.b", "a.b", True),
        ("axb", "a.b", False),
    ],
)
def test_a_text_is_like_a_pattern_or_not(given: str, pattern: str, expected: bool) -> None:
    assert like(given, pattern) is expected


ACTIONS = [
    ("sqs:SendMessage", ALLOWED),
    ("SQS:sendmessage", ALLOWED),
    ("sqs:Send*", ALLOWED),
    ("sqs:*Message", ALLOWED),
    ("sqs:S?ndMessage", ALLOWED),
    ("*", ALLOWED),
    ("sqs:*", ALLOWED),
    ("s*:Send*", ALLOWED),
    ("sqs:Send", DENIED),
    ("sns:*", DENIED),
    ("", DENIED),
]


@pytest.mark.parametrize(("pattern", "expected"), ACTIONS)
def test_actions_are_compared_without_case(pattern: str, expected: Outcome) -> None:
    said = ask("arn:aws:iam::111111111111:user/me", "sqs:SendMessage", QUEUE, identity=[allow(pattern)])
    assert said.outcome is expected


ME = "arn:aws:iam::111111111111:user/me"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("arn:aws:s3:::home/${aws:username}/*", ALLOWED),
        ("arn:aws:s3:::home/${aws:username}", DENIED),
        ("arn:aws:s3:::home/${aws:PrincipalTag/team, 'me'}/*", DEPENDS),
        ("arn:aws:s3:::other/${aws:PrincipalTag/team}/*", DENIED),
        ("arn:aws:s3:::home/${aws:SourceVpc, 'me'}/*", ALLOWED),
        ("arn:aws:s3:::home/${aws:SourceVpc}/*", DENIED),
        ("arn:aws:s3:::home/${*}", DENIED),
    ],
)
def test_variables_of_a_resource_are_filled_in(resource: str, expected: Outcome) -> None:
    said = ask(ME, "s3:GetObject", "arn:aws:s3:::home/me/x", identity=[allow("s3:*", resource)], owner="111111111111")
    assert said.outcome is expected


def test_a_value_that_has_a_star_is_no_wildcard() -> None:
    mine = allow("s3:*", "arn:aws:s3:::home/${aws:PrincipalTag/team}/*")
    context = {"aws:PrincipalTag/team": "*"}
    said = ask(ME, "s3:GetObject", "arn:aws:s3:::home/you/x", identity=[mine], owner="111111111111", context=context)
    assert said.outcome is DENIED


def test_a_document_of_an_older_version_has_no_variables() -> None:
    home = policy(
        Kind.BUCKET,
        {**allow("s3:*", "arn:aws:s3:::home/${aws:username}/*"), "Principal": "*"},
        version="2008-10-17",
    )
    assert ask(ME, "s3:GetObject", "arn:aws:s3:::home/me/x", home, owner="111111111111").outcome is DENIED
    literal = ask(ME, "s3:GetObject", "arn:aws:s3:::home/${aws:username}/x", home, owner="111111111111")
    assert literal.outcome is ALLOWED


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Effect": "Allow", "NotAction": "ssm:Put*", "Resource": "*"}, ALLOWED),
        ({"Effect": "Allow", "NotAction": "ssm:Get*", "Resource": "*"}, DENIED),
        ({"Effect": "Allow", "Action": "ssm:*", "NotResource": "arn:aws:ssm:*:*:parameter/other/*"}, ALLOWED),
        ({"Effect": "Allow", "Action": "ssm:*", "NotResource": ["arn:aws:ssm:*:*:parameter/team/*"]}, DENIED),
        ({"Effect": "Allow", "Action": "ssm:*", "NotResource": "arn:aws:ssm:*:*:parameter/${aws:userid}/*"}, DEPENDS),
    ],
)
def test_what_a_statement_leaves_out_is_turned_round(statement: dict[str, str], expected: Outcome) -> None:
    assert ask(ME, "ssm:GetParameter", PARAMETER, identity=[statement]).outcome is expected
