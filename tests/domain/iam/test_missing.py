"""What is said to lack never lets in more than was asked for: no statement without its conditions."""

from __future__ import annotations

from collections.abc import Mapping

from domain.iam.asking import Body, allow, ask, policy, to
from waybill.domain.iam.answers import Answer
from waybill.domain.iam.context import Value
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.words import because

ISSUER = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::111111111111:oidc-provider/{ISSUER}"
ROLE = "arn:aws:iam::111111111111:role/waybill-oidc"
EVIL = {f"{ISSUER}:sub": "repo:evil/website:ref:refs/heads/main", f"{ISSUER}:aud": "sts.amazonaws.com"}
ACME = {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}, "StringLike": {f"{ISSUER}:sub": ["repo:acme/*"]}}
USER = "arn:aws:iam::222222222222:user/ci"


def with_token(context: Mapping[str, Value], **condition: object) -> Answer:
    statement: Body = {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", **condition}
    trust = policy(Kind.TRUST, to({"Federated": PROVIDER}, statement), name="waybill-oidc", account="111111111111")
    return ask(PROVIDER, "sts:AssumeRoleWithWebIdentity", ROLE, trust, context=context)


def assuming(context: Mapping[str, Value], named: str = USER) -> Answer:
    condition = {"StringEquals": {"sts:ExternalId": "acme"}}
    statement = to(named, {"Effect": "Allow", "Action": "sts:AssumeRole", "Condition": condition})
    trust = policy(Kind.TRUST, statement, name="waybill-oidc", account="111111111111")
    return ask(USER, "sts:AssumeRole", ROLE, trust, identity=[allow("sts:AssumeRole")], context=context)


def test_a_token_is_told_the_statement_for_just_that_token() -> None:
    (missing,) = with_token(EVIL, Condition=ACME).missing
    assert missing.statement is not None
    assert missing.statement["Condition"] == {"StringEquals": dict(reversed(EVIL.items()))}
    assert missing.statement["Principal"] == {"Federated": PROVIDER}


def test_the_reason_names_the_condition_that_the_token_does_not_meet() -> None:
    said = because(with_token(EVIL, Condition=ACME))
    assert f"{ISSUER}:sub must be repo:acme/* (StringLike)" in said
    assert "and the request has repo:evil/website:ref:refs/heads/main" in said


def test_of_a_token_that_nobody_describes_no_statement_is_said() -> None:
    other = ask(PROVIDER, "sts:AssumeRoleWithWebIdentity", ROLE, policy(Kind.TRUST))
    (missing,) = other.missing
    assert missing.statement is None
    assert f"`{ISSUER}:aud` and `{ISSUER}:sub` by `context`" in missing.advice


def test_a_wrong_external_id_is_the_reason_and_no_statement_without_it_is_said() -> None:
    for context, has in (({"sts:ExternalId": "wrong"}, "wrong"), ({"sts:ExternalId": None}, "none")):
        answer = assuming(context)
        said = because(answer)
        assert said.startswith("Not allowed: sts:ExternalId must be acme (StringEquals), ")
        assert f"and the request has {has}" in said
        (missing,) = answer.missing
        assert missing.statement is None
        assert "role-external-id" in missing.advice
        assert missing.to_json()["unmet"][0] == {
            "key": "sts:ExternalId",
            "operator": "StringEquals",
            "wanted": ["acme"],
            "given": [] if has == "none" else [has],
        }


def test_whom_no_statement_names_is_told_one_with_the_external_id_that_is_sent() -> None:
    (missing,) = assuming({"sts:ExternalId": "wrong"}, named="arn:aws:iam::222222222222:user/other").missing
    assert missing.statement is not None
    assert missing.statement["Condition"] == {"StringEquals": {"sts:ExternalId": "wrong"}}
