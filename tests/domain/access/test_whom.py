"""Statements of different meaning are never told alike."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from domain.access.making import BOB, BUCKET, DEVELOPMENT, NAMES, OTHER, PRODUCTION, TRUST
from waybill.domain.access.refs import Ref
from waybill.domain.access.words import parts, told

ISSUER = "token.actions.githubusercontent.com"
PROVIDER = {"Federated": f"arn:aws:iam::{DEVELOPMENT}:oidc-provider/{ISSUER}"}
OWN = f"arn:aws:iam::{DEVELOPMENT}:user/alice"
SUBJECT, AUDIENCE = "repo:acme/website:environment:production", {f"{ISSUER}:aud": "sts.amazonaws.com"}


def root(account: str) -> dict[str, str]:
    return {"AWS": f"arn:aws:iam::{account}:root"}


def of(principal: Any, condition: dict[str, Any] | None = None, effect: str = "Allow") -> dict[str, Any]:
    return {"Effect": effect, "Principal": principal, "Action": "a:B", "Resource": "*", "Condition": condition or {}}


def token(**conditions: dict[str, Any]) -> dict[str, Any]:
    return of(PROVIDER, conditions)


ORGANISATION = {"aws:PrincipalOrgID": "o-x"}
ARN = {"aws:PrincipalArn": BOB}
DIFFERENT = [
    of("*"),
    *(of("*", {operator: ORGANISATION}) for operator in ("StringEquals", "StringNotEquals", "StringEqualsIfExists")),
    *(of("*", {operator: ORGANISATION}, "Deny") for operator in ("StringEquals", "StringNotEquals")),
    of(root(PRODUCTION), {"StringEquals": ORGANISATION}),
    of(root(PRODUCTION), {"ArnEquals": ARN}),
    of(root(PRODUCTION), {"ArnNotEquals": ARN}),
    of(root(PRODUCTION), {"ArnEqualsIfExists": ARN}),
    of(root(PRODUCTION), {"ArnEquals": ARN}, "Deny"),
    of(root(PRODUCTION), {"ArnNotEquals": ARN}, "Deny"),
    of(root(PRODUCTION), {"ArnEquals": ARN, "StringEquals": ORGANISATION}),
    of(root(OTHER), {"ArnEquals": ARN}),
    of("*", {"ArnEquals": ARN}),
    of({"AWS": OWN}),
    of(root(DEVELOPMENT), {"ArnEquals": {"aws:PrincipalArn": OWN}}),
    of(root(PRODUCTION), {"ArnLike": {"aws:PrincipalArn": BOB.replace("bob", "b*")}}),
    of(root(PRODUCTION), {"StringEquals": {"aws:PrincipalArn": BOB.replace("bob", "b*")}}),
    of(root(PRODUCTION), {"ArnEquals": {"aws:PrincipalArn": BOB.replace("bob", "team/bob")}}),
    {**of("*"), "Resource": BUCKET.arn},
]
TOKENS = [
    token(StringEquals=AUDIENCE, StringLike={f"{ISSUER}:sub": SUBJECT}),
    token(StringLike={f"{ISSUER}:sub": SUBJECT}),
    token(StringEquals={f"{ISSUER}:aud": "other"}, StringLike={f"{ISSUER}:sub": SUBJECT}),
    token(StringEquals=AUDIENCE, StringNotLike={f"{ISSUER}:sub": SUBJECT}),
    token(StringEquals=AUDIENCE, StringLike={f"{ISSUER}:sub": "repo:acme/website:*"}),
    token(StringEquals={**AUDIENCE, f"{ISSUER}:sub": "repo:acme/website:*"}),
    token(StringEquals=AUDIENCE, StringLike={"gitlab.example.com:sub": SUBJECT}),
    token(StringEquals=AUDIENCE),
]


@pytest.mark.parametrize(("ref", "statements"), [(BUCKET, DIFFERENT), (TRUST, TOKENS)])
def test_two_meanings_are_never_told_alike(ref: Ref, statements: list[dict[str, Any]]) -> None:
    for one, other in combinations(statements, 2):
        assert set(parts(one, ref)) != set(parts(other, ref)), (one, other)


def test_a_denial_to_all_but_an_organisation_is_told_as_that() -> None:
    said = told([], [of("*", {"StringNotEquals": ORGANISATION}, "Deny")], TRUST, NAMES)
    assert said == (
        "everybody is denied a:B on the role waybill-publish, where aws:PrincipalOrgID StringNotEquals o-x",
    )


def test_an_organisation_that_becomes_everybody_else_is_told() -> None:
    positive, negative = (of("*", {operator: ORGANISATION}) for operator in ("StringEquals", "StringNotEquals"))
    assert told([positive], [negative], TRUST, NAMES) == (
        "everybody gains a:B on the role waybill-publish, where aws:PrincipalOrgID StringNotEquals o-x",
        "the organisation o-x loses a:B on the role waybill-publish",
    )
