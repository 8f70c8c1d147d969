"""What doctor says of trust policies that GitHub's jobs meet: slips that people make, and why a job was not let in."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from waybill.domain.arns import RoleArn
from waybill.domain.doctor.claims import claims_in, refused_finding
from waybill.domain.doctor.facts import Role
from waybill.domain.doctor.trust import ISSUER, Trusted, is_open, providers_of, trust_findings
from waybill.domain.findings import Finding, Seen, Unseen, Verdict

ROLE = RoleArn.parse("arn:aws:iam::111111111111:role/waybill-stage")
PROVIDER = f"arn:aws:iam::111111111111:oidc-provider/{ISSUER}"
AUDIENCE = "sts.amazonaws.com"


def role(*conditions: tuple[str, str, Any], provider: str = PROVIDER) -> Role:
    """Return a role that trusts GitHub; a condition is an operator, a claim, and its values."""
    said: dict[str, dict[str, Any]] = {}
    for operator, claim, value in conditions:
        said.setdefault(operator, {})[f"{ISSUER}:{claim}"] = value
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": said,
    }
    return Role(arn=ROLE.text, trust=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def judged(asked: Role, audiences: Any = (AUDIENCE,)) -> dict[str, Finding]:
    fact = audiences if isinstance(audiences, Unseen) else Seen(audiences)
    trusted = Trusted(role=asked, provider=PROVIDER, audiences=fact)
    return {one.check: one for one in trust_findings(trusted, AUDIENCE)}


GOOD = ("StringEquals", "sub", "repo:acme/site:environment:production")


@pytest.mark.parametrize(
    "condition",
    [
        GOOD,
        ("StringLike", "sub", "repo:acme/site:ref:refs/tags/v*"),
        ("StringLike", "sub", ["repo:acme@12/site@34:*", "repo:acme/site:*"]),
        ("StringEquals", "sub", "repo:acme/site:pull_request"),
        ("StringEquals", "repository_id", "34"),
        ("StringEqualsIfExists", "repository_owner", "acme"),
        ("StringLike", "sub", "repo:acme@*/site@*:environment:production"),
        ("ForAnyValue:StringLike", "job_workflow_ref", "acme/workflows/.github/workflows/release.yml@*"),
    ],
)
def test_a_trust_policy_that_names_repositories_is_good(condition: tuple[str, str, Any]) -> None:
    assert judged(role(condition))["oidc-subject"].verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (("StringEquals", "sub", "repo:acme/site:*"), "as it is"),
        (("StringLike", "sub", "repo:acme/site:ref:main"), "refs/heads/"),
        (("StringLike", "sub", "*"), "every repository on GitHub"),
        (("StringLike", "sub", "repo:*"), "every repository on GitHub"),
        (("StringLike", "sub", "repo:*/site:*"), "every repository on GitHub"),
        (("StringLike", "sub", "repo:*:environment:production"), "every repository on GitHub"),
        (("StringLike", "sub", ["repo:acme/site:*", "repo:acme*"]), "'repo:acme*' lets in repositories of other"),
        (("StringNotEquals", "sub", "repo:evil/x:pull_request"), "every repository on GitHub may"),
        (("Null", "sub", "false"), "every repository on GitHub may"),
        (("StringLike", "repository_owner", "*"), "every repository on GitHub"),
        (("StringLike", "repository_owner", "acme*"), "of other owners"),
        (("StringLike", "repository", "acme*/site"), "of other owners"),
        (("StringEquals", "aud", AUDIENCE), "every repository on GitHub may"),
    ],
)
def test_slips_in_subjects_are_told(condition: tuple[str, str, Any], told: str) -> None:
    one = judged(role(condition))["oidc-subject"]
    assert one.verdict is Verdict.FAIL
    assert told in one.says
    assert f"{ISSUER}:sub" in one.mend


def test_what_is_to_stand_in_place_of_an_open_statement_is_closed_and_keeps_the_rest() -> None:
    asked = role(("StringLike", "sub", "repo:*"), ("Bool", "x", "true"))
    mend = judged(asked)["oidc-subject"].mend
    old, _, new = mend.removeprefix(f"In the trust policy of {ROLE} change ").partition(" to {")
    statement = json.loads(f"{{{new.partition(' (or')[0]}")
    assert [json.loads(old)] == json.loads(asked.trust)["Statement"]
    assert statement["Condition"] == {
        "StringLike": {f"{ISSUER}:sub": "repo:OWNER/REPO:environment:ENV"},
        "StringEquals": {f"{ISSUER}:aud": AUDIENCE},
        "Bool": {f"{ISSUER}:x": "true"},
    }
    closed = replace(asked, trust=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    assert judged(closed)["oidc-subject"].verdict is Verdict.PASS
    assert (is_open(asked), is_open(closed)) == (True, False)


def test_conditions_hold_together_so_that_one_of_them_is_enough() -> None:
    wide = ("StringLike", "sub", "repo:*:environment:production")
    denied = ("StringNotLike", "sub", "repo:acme/old:*")
    assert judged(role(wide, ("StringEquals", "repository_owner_id", "12")))["oidc-subject"].verdict is Verdict.PASS
    assert judged(role(denied, GOOD))["oidc-subject"].verdict is Verdict.PASS


def test_a_provider_that_is_not_there_or_for_another_audience_is_told_with_the_command() -> None:
    gone = judged(role(GOOD), None)["oidc-provider"]
    assert gone.verdict is Verdict.FAIL
    assert f"--client-id-list {AUDIENCE}" in gone.mend
    other = judged(role(GOOD), ("https://github.com/acme",))["oidc-audience"]
    assert other.verdict is Verdict.FAIL
    assert "add-client-id-to-open-id-connect-provider" in other.mend
    asks = judged(role(GOOD, ("StringEquals", "aud", "me")))["oidc-audience"]
    assert asks.verdict is Verdict.FAIL


def test_a_provider_that_may_not_be_looked_at_is_unknown() -> None:
    found = judged(role(GOOD), Unseen("no"))
    assert {name: one.verdict for name, one in found.items()} == {
        "oidc-provider": Verdict.UNKNOWN,
        "oidc-subject": Verdict.PASS,
    }


def test_only_roles_that_trust_github_have_a_provider() -> None:
    assert providers_of(role(GOOD)) == (PROVIDER,)
    assert providers_of(role(GOOD, provider="arn:aws:iam::111111111111:oidc-provider/gitlab.com")) == ()
    assert providers_of(Role(arn=ROLE.text, trust="no JSON")) == ()


def refused(*conditions: tuple[str, str, Any], **claims: str) -> Finding:
    said = {"sub": "repo:acme/site:environment:production", "aud": AUDIENCE, **claims}
    return refused_finding(ROLE, said, Seen(role(*conditions)))


@pytest.mark.parametrize(
    ("conditions", "claims", "why"),
    [
        ([("StringEquals", "aud", "me"), GOOD], {}, "asks for the audience me"),
        ([GOOD], {"sub": "repo:acme@12/site@34:environment:production"}, "immutable form"),
        ([GOOD], {"sub": "repo:acme/site:ref:refs/heads/main"}, "has no `environment`"),
        ([("StringLike", "sub", "repo:acme/site:ref:refs/tags/v*")], {}, "takes the ref's place"),
        ([GOOD], {"sub": "repo:acme/other:environment:production"}, "this repository is acme/other"),
        ([("StringEquals", "repository_id", "1")], {"repository_id": "2"}, "does not let in"),
        ([GOOD], {}, "whom the trust policy lets in"),
    ],
)
def test_why_a_job_was_not_let_in_is_said_with_the_statement_that_would(
    conditions: list[tuple[str, str, Any]], claims: dict[str, str], why: str
) -> None:
    one = refused(*conditions, **claims)
    assert why in one.says
    assert one.verdict is Verdict.FAIL
    if "lets in" not in why:
        statement = json.loads(one.mend.partition("must have: ")[2])
        subject = claims.get("sub", "repo:acme/site:environment:production")
        assert statement["Condition"]["StringEquals"][f"{ISSUER}:sub"] == subject
        assert statement["Principal"] == {"Federated": PROVIDER}


def test_where_the_trust_policy_may_not_be_read_it_is_unknown_with_what_it_must_contain() -> None:
    one = refused_finding(ROLE, {"sub": "repo:acme/site:pull_request", "aud": AUDIENCE}, Unseen("denied"))
    assert one.verdict is Verdict.UNKNOWN
    assert "repo:acme/site:pull_request" in one.mend


@pytest.mark.parametrize("token", ["", "a.b", "a.!!!.c", "a.bnVsbA.c", "a.W10.c"])
def test_what_is_no_token_claims_nothing(token: str) -> None:
    with pytest.raises(ValueError, match="no JSON Web Token"):
        claims_in(token)
