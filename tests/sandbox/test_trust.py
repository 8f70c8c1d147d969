"""Trust policies are read as STS reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from waybill.sandbox import layout
from waybill.sandbox.engine.trust import Request, allows

USER = "arn:aws:iam::111111111111:user/waybill-sandbox"
SESSION = "arn:aws:sts::111111111111:assumed-role/builder/run-1"


def decide(statements: Any, caller: str = USER, action: str = "sts:AssumeRole", **context: str) -> bool:
    named = {name.replace("_", ":"): value for name, value in context.items()}
    return allows(json.dumps({"Statement": statements}), action, Request(caller, "111111111111", named))


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
    assert decide(allow(principal))
    assert decide([allow(principal, Action=["sts:Assume*", "sts:TagSession"])])


@pytest.mark.parametrize(
    "principal",
    [{"AWS": "arn:aws:iam::333333333333:root"}, {"AWS": USER + "2"}, {"Service": "codepipeline.amazonaws.com"}, {}],
)
def test_anybody_else_is_not(principal: Any) -> None:
    assert not decide(allow(principal))


def test_a_session_is_let_in_as_its_role() -> None:
    assert decide(allow({"AWS": "arn:aws:iam::111111111111:role/builder"}), caller=SESSION)
    assert not decide(allow({"AWS": "arn:aws:iam::111111111111:role/other"}), caller=SESSION)


def test_an_action_that_is_not_named_is_refused() -> None:
    assert not decide(allow("*"), action="sts:TagSession")


def test_a_deny_wins() -> None:
    assert not decide([allow("*"), {**allow({"AWS": USER}), "Effect": "Deny"}])


def test_a_federated_principal_lets_web_identities_in_and_nobody_else() -> None:
    policy = layout.oidc_trust()
    assert allows(policy, "sts:AssumeRoleWithWebIdentity", Request("", "123456789012", {}))
    assert not allows(policy, "sts:AssumeRole", Request(USER, "111111111111", {}))
    assert not allows(layout.role_trust(), "sts:AssumeRoleWithWebIdentity", Request("", "123456789012", {}))


@pytest.mark.parametrize(
    ("condition", "given", "expected"),
    [
        ({"StringEquals": {"sts:ExternalId": "a"}}, {"sts_externalid": "a"}, True),
        ({"StringEquals": {"sts:ExternalId": ["b", "a"]}}, {"sts_externalid": "a"}, True),
        ({"StringEquals": {"sts:ExternalId": "a"}}, {"sts_externalid": "A"}, False),
        ({"StringEquals": {"sts:ExternalId": "a"}}, {}, False),
        ({"StringEqualsIfExists": {"sts:ExternalId": "a"}}, {}, True),
        ({"StringLike": {"sts:RoleSessionName": "run-*"}}, {"sts_rolesessionname": "run-1"}, True),
        ({"StringLike": {"sts:RoleSessionName": "run-*"}}, {"sts_rolesessionname": "job-1"}, False),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, {}, True),
    ],
)
def test_conditions_on_the_external_id_and_the_session_name_count(
    condition: Any, given: dict[str, str], expected: bool
) -> None:
    assert decide(allow("*", Condition=condition), **given) is expected


BUCKET = "arn:aws:s3:::staging"
READER = "arn:aws:sts::222222222222:assumed-role/waybill-promote/run-1"


def reads(statement: dict[str, Any], resource: str = f"{BUCKET}/Demo@1.0.0", caller: str = READER) -> bool:
    policy = json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", **statement}]})
    return allows(policy, "s3:GetObject", Request(caller, "222222222222", {}, resource))


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
