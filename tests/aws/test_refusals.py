"""A refusal names who was refused what, on what, whose side it is on, and the statement that is missing."""

from __future__ import annotations

import json
import re

import pytest

from aws.answers import KEY, OBJECT, SESSION
from waybill.aws.denials import denial
from waybill.errors import AccessDenied, ExitCode

WHERE = "s3://acme-staging/SugarWater@1.2.3 in us-east-1"
MAY_NOT = f"User: {SESSION} is not authorized to perform: "


def refused(message: str, *, action: str = "s3:PutObject", resource: str = OBJECT, caller: str = "") -> AccessDenied:
    return denial(action, resource, WHERE, message, caller)


def statement_in(text: str) -> dict[str, str]:
    found = re.search(r"\{.*\}", text, re.DOTALL)
    assert found, text
    parsed: dict[str, str] = json.loads(found[0])
    return parsed


def allow(action: str, resource: str) -> dict[str, str]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def test_awss_own_words_name_caller_action_and_resource() -> None:
    error = refused(
        f'{MAY_NOT}s3:PutObject on resource: "{OBJECT}" because no identity-based policy allows the s3:PutObject action'
    )
    assert error.exit_code is ExitCode.IDENTITY
    assert (error.caller, error.action, error.resource) == (SESSION, "s3:PutObject", OBJECT)
    assert all(part in error.what for part in (WHERE, SESSION, "s3:PutObject", OBJECT, "no identity-based policy"))
    assert statement_in(error.advice) == json.loads(error.statement) == allow("s3:PutObject", OBJECT)


def test_a_refused_put_that_is_a_refused_key_asks_for_the_keys_statement() -> None:
    because = "because no identity-based policy allows the kms:GenerateDataKey action"
    error = refused(f"{MAY_NOT}kms:GenerateDataKey on resource: {KEY} {because}")
    assert statement_in(error.advice) == allow("kms:GenerateDataKey", KEY)
    assert "identity's side" in error.advice
    assert "key policy" not in error.advice


@pytest.mark.parametrize(
    "message",
    [
        f"{MAY_NOT}kms:GenerateDataKey on resource: {KEY} because no resource-based policy allows the "
        "kms:GenerateDataKey action",
        f"{MAY_NOT}kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in "
        "this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access",
    ],
)
def test_the_key_policys_side_is_told_from_the_identitys(message: str) -> None:
    error = refused(message)
    assert "key policy's side is missing" in error.advice
    assert SESSION in error.advice
    assert error.action.startswith("kms:")


def test_where_aws_does_not_say_which_side_both_are_named() -> None:
    error = refused(f"{MAY_NOT}kms:GenerateDataKey on resource: {KEY}")
    assert "did not say which" in error.advice
    assert statement_in(error.advice) == allow("kms:GenerateDataKey", KEY)


@pytest.mark.parametrize("policy", ["an identity-based policy", "a service control policy: arn:aws:organizations::x"])
@pytest.mark.parametrize(("action", "resource"), [("s3:PutObject", OBJECT), ("kms:Decrypt", KEY)])
def test_an_explicit_deny_is_not_mended_by_an_allow(policy: str, action: str, resource: str) -> None:
    error = refused(f"{MAY_NOT}{action} on resource: {resource} with an explicit deny in {policy}")
    assert f"with an explicit deny in {policy}" in error.what
    assert "denies this explicitly" in error.advice
    assert "{" not in error.advice, "no statement would help"


@pytest.mark.parametrize(
    ("because", "named"),
    [
        ("no session policy allows the {} action", "session policy of these credentials"),
        ("no permissions boundary allows the {} action", "permissions boundary"),
        ("no service control policy allows the {} action", "service control policy"),
        ("no resource control policy allows the {} action", "resource control policy"),
        ("no VPC endpoint policy allows the {} action", "VPC endpoint"),
    ],
)
@pytest.mark.parametrize(("action", "resource"), [("s3:PutObject", OBJECT), ("kms:GenerateDataKey", KEY)])
def test_a_policy_that_is_not_the_identitys_own_is_named(because: str, named: str, action: str, resource: str) -> None:
    error = refused(f"{MAY_NOT}{action} on resource: {resource} because {because.format(action)}")
    assert named in error.advice
    assert "identity's" not in error.advice
    assert statement_in(error.advice) == allow(action, resource)


def test_a_bucket_policy_that_is_missing_asks_for_a_principal() -> None:
    error = refused(f"{MAY_NOT}s3:PutObject on resource: {OBJECT} because no resource-based policy allows it")
    assert "`Principal`" in error.advice


def test_a_refusal_without_a_word_is_named_by_what_was_asked() -> None:
    error = refused("Forbidden", action="s3:GetObject", caller=SESSION)
    assert (error.caller, error.action, error.resource) == (SESSION, "s3:GetObject", OBJECT)
    assert statement_in(error.advice) == allow("s3:GetObject", OBJECT)
    assert all(hint in error.advice for hint in ("bucket policy", "`expected-account`", "s3:ListBucket"))


def test_a_refusal_of_an_action_without_a_resource_keeps_what_was_asked() -> None:
    error = refused(f"{MAY_NOT}ssm:GetParameter because no identity-based policy allows it", action="ssm:GetParameter")
    assert (error.action, error.resource) == ("ssm:GetParameter", OBJECT)
