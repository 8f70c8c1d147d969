"""Policies of roles, buckets and keys are read as AWS reads them; what is not understood denies and never allows."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from waybill.domain.iam.context import Context
from waybill.domain.iam.policies import Decision, Verdict, decide
from waybill.domain.iam.requests import Request

USER = "arn:aws:iam::111111111111:user/waybill-sandbox"
SESSION = "arn:aws:sts::111111111111:assumed-role/builder/run-1"


def allows(policy: str, action: str, request: Request) -> bool:
    return decide(policy, action, request).decision is Decision.ALLOWED


def trusted(statements: Any, caller: str = USER, action: str = "sts:AssumeRole") -> bool:
    return allows(json.dumps({"Statement": statements}), action, Request(caller, "111111111111"))


def allow(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "arn:aws:iam::111111111111:root"},
        {"AWS": "111111111111"},
        {"AWS": [USER, "arn:aws:iam::333333333333:root"]},
        {"AWS": "*"},
        "*",
    ],
)
def test_a_named_principal_is_let_in(principal: Any) -> None:
    assert trusted(allow(principal))
    assert trusted([allow(principal, Action=["sts:Assume*", "sts:TagSession"])])


@pytest.mark.parametrize(
    "principal",
    [{"AWS": "arn:aws:iam::333333333333:root"}, {"AWS": USER + "2"}, {"Service": "codepipeline.amazonaws.com"}, {}],
)
def test_anybody_else_is_not(principal: Any) -> None:
    assert not trusted(allow(principal))


def test_a_session_is_let_in_as_its_role() -> None:
    assert trusted(allow({"AWS": "arn:aws:iam::111111111111:role/builder"}), caller=SESSION)
    assert not trusted(allow({"AWS": "arn:aws:iam::111111111111:role/other"}), caller=SESSION)


def test_an_action_that_is_not_named_is_refused() -> None:
    assert not trusted(allow("*"), action="sts:TagSession")


def test_a_deny_wins() -> None:
    assert not trusted([allow("*"), {**allow({"AWS": USER}), "Effect": "Deny"}])


def test_a_federated_principal_lets_web_identities_in_and_nobody_else() -> None:
    issuer = "token.actions.githubusercontent.com"
    provider = f"arn:aws:iam::111111111111:oidc-provider/{issuer}"
    action, audience = "sts:AssumeRoleWithWebIdentity", f"{issuer}:aud"
    trusts = allow({"Federated": provider}, Action=action, Condition={"StringEquals": {audience: "sts.amazonaws.com"}})
    policy = json.dumps({"Statement": [trusts]})
    claims = Context({audience: "sts.amazonaws.com"}, families=(f"{issuer}:",))
    token = Request("", "123456789012", claims, provider=provider)
    assert allows(policy, action, token)
    assert not allows(policy, action, replace(token, provider=f"{provider}.example"))
    assert not allows(policy, action, replace(token, context=Context({}, claims.families)))
    assert not allows(policy, "sts:AssumeRole", Request(USER, "111111111111"))
    assert not allows(json.dumps({"Statement": [allow({"AWS": USER})]}), action, Request("", "123456789012"))


BUCKET = "arn:aws:s3:::staging"
ROLE = "arn:aws:iam::222222222222:role/waybill-promote"
READER = "arn:aws:sts::222222222222:assumed-role/waybill-promote/run-1"


def reads(statement: dict[str, Any], resource: str = f"{BUCKET}/Demo@1.0.0", caller: str = READER) -> bool:
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", **statement}]})
    return allows(policy, "s3:GetObject", Request(caller, "222222222222", resource=resource))


def test_a_statement_speaks_of_its_resources_only() -> None:
    everyone = {"Principal": "*"}
    assert reads({**everyone, "Resource": f"{BUCKET}/*"})
    assert reads({**everyone, "Resource": [BUCKET, f"{BUCKET}/Demo@*"]})
    assert not reads({**everyone, "Resource": f"{BUCKET}/Other@*"})
    assert not reads({**everyone, "Resource": BUCKET})


@pytest.mark.parametrize("operator", ["ArnEquals", "ArnLike", "StringEquals", "StringLike"])
def test_an_account_is_narrowed_to_a_role_by_a_condition(operator: str) -> None:
    account = {"Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Resource": "*"}
    role = {operator: {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/waybill-promote"}}
    assert reads({**account, "Condition": role})
    assert not reads({**account, "Condition": role}, caller="arn:aws:iam::222222222222:user/waybill-promote")


def test_a_role_with_a_path_is_known_by_it() -> None:
    statement = {"Principal": {"AWS": "arn:aws:iam::222222222222:role/team/waybill-promote"}, "Resource": "*"}
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", **statement}]})
    with_path = Request(READER, "222222222222", role="arn:aws:iam::222222222222:role/team/waybill-promote")
    assert allows(policy, "s3:GetObject", with_path)
    assert not allows(policy, "s3:GetObject", Request(READER, "222222222222"))


@pytest.mark.parametrize("policy", ["{}", "[]", '{"Statement": []}'])
def test_a_policy_that_says_nothing_neither_allows_nor_denies(policy: str) -> None:
    assert decide(policy, "s3:GetObject", Request(READER, "222222222222")) == Verdict(Decision.NEITHER)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"NotAction": "s3:GetObject"}, False),
        ({"NotAction": "s3:Put*"}, True),
        ({"Action": "*", "NotResource": f"{BUCKET}/*"}, False),
        ({"Action": "*", "NotResource": "arn:aws:s3:::other/*"}, True),
    ],
)
def test_what_a_statement_does_not_speak_of_is_turned_round(statement: Any, expected: bool) -> None:
    policy = json.dumps({"Statement": {"Effect": "Allow", "Principal": "*", "Resource": "*", **statement}})
    if "NotResource" in statement:
        policy = policy.replace('"Resource": "*", ', "")
    assert allows(policy, "s3:GetObject", Request(READER, "222222222222", resource=f"{BUCKET}/x")) is expected


def denied_but(*excepted: str) -> str:
    everybody = {"Effect": "Deny", "NotPrincipal": {"AWS": list(excepted)}, "Action": "s3:*", "Resource": "*"}
    return json.dumps({"Statement": [everybody]})


def test_a_denial_of_everybody_but_some_spares_these() -> None:
    policy = denied_but(ROLE, "arn:aws:iam::222222222222:root")
    assert decide(policy, "s3:GetObject", Request(USER, "111111111111")).decision is Decision.DENIED
    assert decide(policy, "s3:GetObject", Request(READER, "222222222222")).decision is Decision.NEITHER


@pytest.mark.parametrize("excepted", [ROLE, READER])
def test_a_denial_that_spares_a_role_without_its_account_may_be_one_for_it_too(excepted: str) -> None:
    """AWS says so: some services hold the account against it first, and then the role."""
    verdict = decide(denied_but(excepted), "s3:GetObject", Request(READER, "222222222222"))
    assert verdict.decision is Decision.DENIED
    assert verdict.unknown


# A token's claims, a tag and a header, beside what every request has.
GIVEN = Context(
    {
        "sts:externalid": "a",
        "sts:rolesessionname": "run-1",
        "sts:sourceidentity": None,
        "aws:resourceaccount": "111111111111",
        "aws:sourceaccount": "111111111111",
        "aws:sourcearn": "arn:aws:codepipeline:us-east-1:111111111111:deploy",
        "aws:requesttag/team": "blue",
        "aws:tagkeys": ("team", "cost"),
        "s3:x-amz-server-side-encryption": "aws:kms",
        "s3:x-amz-server-side-encryption-aws-kms-key-id": None,
        "s3:if-none-match": None,
        "s3:objectcreationoperation": "true",
        "s3:prefix": "Demo@1.0.0[x]",
        "s3:max-keys": "100",
        "token.example:sub": "repo:acme/site:environment:production",
    },
    families=("aws:requesttag/", "token.example:"),
)
SSE, SSE_KEY = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"

CONDITIONS: list[tuple[dict[str, Any], bool | None]] = [
    ({"Bool": {"aws:SecureTransport": "false"}}, False),
    ({"Bool": {"aws:SecureTransport": True}}, True),
    ({"StringEquals": {"sts:ExternalId": "a"}}, True),
    ({"StringEquals": {"STS:externalID": ["b", "a"]}}, True),
    ({"StringEquals": {"sts:ExternalId": "A"}}, False),
    ({"StringEqualsIgnoreCase": {"sts:ExternalId": "A"}}, True),
    ({"StringEquals": {"sts:SourceIdentity": "a"}}, False),
    ({"StringEqualsIfExists": {"sts:SourceIdentity": "a"}}, True),
    ({"StringEqualsIfExists": {"sts:ExternalId": "b"}}, False),
    ({"StringNotEquals": {"sts:SourceIdentity": "a"}}, True),
    ({"StringNotEquals": {SSE: "aws:kms"}}, False),
    ({"StringNotEquals": {SSE: ["AES256", "aws:kms"]}}, False),
    ({"StringNotEquals": {SSE: "AES256"}}, True),
    ({"StringNotEqualsIfExists": {SSE_KEY: "arn"}}, True),
    ({"StringNotEqualsIgnoreCase": {SSE: "AWS:KMS"}}, False),
    ({"Null": {SSE: "false"}, "StringNotEquals": {SSE: "aws:kms"}}, False),
    ({"Null": {SSE: "false"}, "StringNotEquals": {SSE: "AES256"}}, True),
    ({"Null": {SSE_KEY: "false"}, "StringNotEquals": {SSE_KEY: "arn"}}, False),
    ({"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}}, True),
    ({"Null": {"s3:if-none-match": True}, "Bool": {"s3:ObjectCreationOperation": "false"}}, False),
    ({"Null": {SSE: "true"}}, False),
    ({"StringLike": {"sts:RoleSessionName": "run-*"}}, True),
    ({"StringLike": {"sts:RoleSessionName": "job-?"}}, False),
    ({"StringLike": {"s3:prefix": "Demo@?.?.?[x]"}}, True),
    ({"StringLike": {"s3:prefix": "Demo@1.0.0[a-z]"}}, False),
    ({"StringLikeIfExists": {"s3:prefix": "Other@*"}}, False),
    ({"StringNotLike": {"s3:prefix": "Demo@*"}}, False),
    ({"StringLike": {"token.example:sub": ["repo:acme/site:ref:*", "repo:acme/site:environment:production"]}}, True),
    ({"StringLike": {"token.example:sub": "repo:acme/*:environment:staging"}}, False),
    ({"StringEquals": {"token.example:actor": "me"}}, False),
    ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/waybill-promote"}}, True),
    ({"ArnEquals": {"aws:PrincipalArn": [ROLE, "arn:aws:iam::222222222222:role/other"]}}, True),
    ({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/other"}}, False),
    ({"ArnLike": {"aws:PrincipalArn": "arn:*:role/waybill-promote"}}, False),
    ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/waybill-*"}}, False),
    ({"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/other"}}, True),
    ({"StringEquals": {"aws:PrincipalAccount": "222222222222"}}, True),
    ({"StringNotEquals": {"aws:PrincipalAccount": ["111111111111", "222222222222"]}}, False),
    ({"StringEquals": {"aws:ResourceAccount": "111111111111"}}, True),
    ({"StringEquals": {"AWS:SourceAccount": "111111111111"}}, True),
    ({"ArnLike": {"aws:SourceArn": "arn:aws:codepipeline:*:111111111111:dep*"}}, True),
    ({"StringEquals": {"aws:SourceArn": "arn:aws:cloudfront::1:distribution/X"}}, False),
    ({"StringEquals": {"aws:RequestTag/Team": "blue"}}, True),
    ({"StringEquals": {"aws:RequestTag/Other": "blue"}}, False),
    ({"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost", "owner"]}}, True),
    ({"ForAllValues:StringEquals": {"aws:TagKeys": "team"}}, False),
    ({"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}, True),
    ({"ForAllValues:StringEquals": {"sts:SourceIdentity": "a"}}, True),
    ({"ForAnyValue:StringNotEquals": {"sts:SourceIdentity": "a"}}, False),
    ({"NumericLessThanEquals": {"s3:max-keys": "100"}}, True),
    ({"NumericGreaterThan": {"s3:max-keys": 100}}, False),
    ({"NumericEquals": {"sts:ExternalId": "1"}}, False),
    ({"StringEquals": {"sts:ExternalId": "a", "sts:RoleSessionName": "run-2"}}, False),
    ({}, True),
    ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, None),
    ({"StringEqualsIfExists": {"aws:PrincipalTag/team": "blue"}}, None),
    ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, None),
    ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, None),
    ({"StringEquals": {"sts:ExternalId": "${aws:PrincipalAccount}"}}, False),
    ({"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}}, True),
    ({"StringEquals": {"sts:ExternalId": "${aws:userid}"}}, None),
    ({"StringEquals": {"aws:PrincipalOrgID": "o-1", "sts:ExternalId": "b"}}, False),
]


@pytest.mark.parametrize(("condition", "met"), CONDITIONS)
def test_a_condition_that_is_not_understood_is_met_in_a_denial_and_not_in_an_allowance(
    condition: dict[str, Any], met: bool | None
) -> None:
    said = {}
    for effect in ("Allow", "Deny"):
        statement = {"Effect": effect, "Principal": "*", "Action": "*", "Sid": "One", "Condition": condition}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        verdict = decide(policy, "any:Thing", Request(READER, "222222222222", GIVEN))
        said[effect] = verdict.decision
        assert bool(verdict.unknown) is (met is None)
    assert said["Allow"] is (Decision.ALLOWED if met else Decision.NEITHER)
    assert said["Deny"] is (Decision.NEITHER if met is False else Decision.DENIED)


def test_what_is_not_understood_is_named() -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "*", "Sid": "Hours"}
    late = {**statement, "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}}
    policy = json.dumps({"Statement": [late]})
    assert decide(policy, "any:Thing", Request(USER, "111111111111")).unknown == (
        "Deny Hours: DateGreaterThan aws:CurrentTime",
    )


def test_a_denial_of_what_a_variable_may_stand_for_goes_for_everything_that_it_may_be() -> None:
    for effect, expected in (("Deny", Decision.DENIED), ("Allow", Decision.NEITHER)):
        statement = {"Effect": effect, "Principal": "*", "Action": "*", "Resource": BUCKET + "/${aws:userid}/*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        verdict = decide(policy, "s3:GetObject", Request(USER, "111111111111", resource=f"{BUCKET}/me/x"))
        assert verdict.decision is expected
        assert verdict.unknown


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ({"StringEquals": {"aws:SourceAccount": "111111111111"}}, True),
        ({"StringEquals": {"aws:PrincipalIsAWSService": "true"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "*"}}, False),
    ],
)
def test_a_service_is_not_an_identity_of_any_account(condition: dict[str, Any], met: bool) -> None:
    service = {"Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policy = json.dumps({"Statement": [{"Effect": "Allow", **service, "Condition": condition}]})
    assert allows(policy, "sts:AssumeRole", Request("codepipeline.amazonaws.com", "", GIVEN)) is met
