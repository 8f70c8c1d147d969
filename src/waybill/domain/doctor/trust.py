"""Roles that GitHub's jobs take: the provider, its audience, and which subjects a trust policy lets in. Pure.

https://docs.github.com/en/actions/concepts/security/openid-connect; a repository that was made, renamed or moved since
2026-07-15 has the immutable form of the subject, with ids.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waybill.domain.arns import RoleArn
from waybill.domain.doctor.facts import Role
from waybill.domain.doctor.verdicts import bad, good, unknown, unseen
from waybill.domain.findings import Finding, Seen, Unseen
from waybill.domain.iam.conditions import many
from waybill.domain.iam.context import Context
from waybill.domain.iam.documents import Statement, statements_of
from waybill.domain.iam.patterns import like
from waybill.domain.iam.policies import Decision, decide
from waybill.domain.iam.requests import Request

ISSUER = "token.actions.githubusercontent.com"
ASSUMES = "sts:AssumeRoleWithWebIdentity"
_PARTS = 3
_IDS = re.compile(r"@\d+")

_SHORT_REF = re.compile(r":ref:(?!refs/|\*)")
_SAYS_WHO = ("sub", "repository", "repository_id", "repository_owner", "repository_owner_id", "job_workflow_ref")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """A role that trusts GitHub's provider. `audiences` are the provider's, None: there is no such provider."""

    role: Role
    provider: str
    audiences: Seen[Sequence[str] | None] | Unseen


def providers_of(role: Role) -> tuple[str, ...]:
    """Return the ARNs of GitHub's providers that a role's trust policy names."""
    found: dict[str, None] = {}
    for statement in _of_github(role.trust):
        found |= dict.fromkeys(
            str(one)
            for one in many(statement.body["Principal"]["Federated"])
            if str(one).endswith(f":oidc-provider/{ISSUER}")
        )
    return tuple(found)


def trust_findings(trusted: Trusted, audience: str) -> Iterator[Finding]:
    """Yield what there is to say of a role's trust, whichever job comes."""
    subject, audiences = trusted.role.arn, trusted.audiences
    if isinstance(audiences, Unseen):
        yield unseen("oidc-provider", audiences, subject=trusted.provider)
    elif audiences.value is None:
        says = f"is not there, and {subject} trusts it: nobody can take that role"
        mend = (
            f"aws iam create-open-id-connect-provider --url https://{ISSUER} --client-id-list {audience} "
            "(or templates/identity.yaml)"
        )
        yield bad("oidc-provider", says, mend, subject=trusted.provider)
    else:
        yield good("oidc-provider", "GitHub's provider is there", subject=trusted.provider)
        yield _audience(trusted, audiences.value, audience)
    yield _subjects(trusted.role)


def _audience(trusted: Trusted, audiences: Sequence[str], audience: str) -> Finding:
    asked = [value for value in _values(trusted.role.trust, "aud") if "*" not in value]
    if audience not in audiences:
        says = f"is for {', '.join(audiences) or 'no audience'}, and tokens are asked for {audience}"
        mend = (
            "aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn "
            f"{trusted.provider} --client-id {audience}"
        )
        return bad("oidc-audience", says, mend, subject=trusted.provider)
    if asked and audience not in asked:
        says = f"asks for the audience {', '.join(asked)}, and tokens are asked for {audience}"
        mend = f'Let its trust policy say "{ISSUER}:aud": "{audience}", or give that `audience`.'
        return bad("oidc-audience", says, mend, subject=trusted.role.arn)
    return good("oidc-audience", f"tokens for {audience} are taken", subject=trusted.role.arn)


def _subjects(role: Role) -> Finding:
    """Return what is wrong with the subjects of a trust policy, as far as can be said without a job."""
    check, subject = "oidc-subject", role.arn
    wrong = [told for statement in _of_github(role.trust) for told in _wrong(statement)]
    if wrong:
        mend = (
            f'Say in its trust policy "StringLike": {{"{ISSUER}:sub": "repo:OWNER/REPO:environment:ENV"}} (or '
            "`:ref:refs/tags/v*`; beside it the form with ids, `repo:OWNER@ID/REPO@ID:...`)."
        )
        return bad(check, "; ".join(wrong), mend, subject=subject)
    return good(check, "its trust policy says which repositories may take it", subject=subject)


def _wrong(statement: Statement) -> Iterator[str]:
    conditions = _conditions(statement)
    if not any(name in _SAYS_WHO for _, name, _ in conditions):
        yield "its trust policy says of no repository that it may take it, so every repository on GitHub may"
    for operator, name, value in conditions:
        if name != "sub":
            continue
        if "like" not in operator and "*" in value:
            yield f"{operator} takes the `*` of {value!r} as it is: no subject has one"
        elif value in {"*", "repo:*"} or value.startswith("repo:*/"):
            yield f"{value!r} lets every repository on GitHub take it"
        elif _SHORT_REF.search(value):
            yield f"{value!r} names a ref without `refs/heads/` or `refs/tags/`: no subject does"


def claims_in(token: str) -> dict[str, Any]:
    """Return what a JSON Web Token claims, unverified. Raises `ValueError` for what is none."""
    parts = token.split(".")
    if len(parts) != _PARTS:
        raise ValueError("it is no JSON Web Token")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError) as error:
        raise ValueError("it is no JSON Web Token") from error
    if not isinstance(claims, dict):
        raise ValueError("it is no JSON Web Token")
    return claims


def provider_of(role: RoleArn) -> str:
    """Return the ARN of GitHub's provider in a role's account."""
    return f"arn:{role.partition}:iam::{role.account}:oidc-provider/{ISSUER}"


def taken_finding(role: RoleArn, claims: Mapping[str, Any]) -> Finding:
    """Return that STS took the job's token."""
    return good("oidc-trust", f"{_job(claims)}, and the role's trust policy lets it in", subject=role.text)


def refused_finding(role: RoleArn, claims: Mapping[str, Any], fact: Seen[Role | None] | Unseen) -> Finding:
    """Return why STS did not take the job's token: what the trust policy says (`fact`), or what it must say."""
    check, said = "oidc-trust", _job(claims)
    provider = provider_of(role)
    mend = f"The trust policy of {role} must have: {needed(claims, provider)}"
    if isinstance(fact, Unseen):
        return unknown(check, f"{said}; the role's trust policy may not be read: {fact.why}", mend, subject=role.text)
    if fact.value is None:
        return bad(check, f"{said}; the role is not there", f"Make it. {mend}", subject=role.text)
    trust = fact.value.trust
    values = {f"{ISSUER}:{name}".lower(): _text(value) for name, value in claims.items()}
    request = Request("", "", Context(values, families=(f"{ISSUER}:",)), "", "", provider)
    if decide(trust, ASSUMES, request).decision is Decision.ALLOWED:
        says = f"{said}, whom the trust policy lets in: the provider is missing, or is for another audience"
        return bad(check, says, f"Look at the provider {provider}.", subject=role.text)
    why = _why_not(trust, claims)
    return bad(
        check, f"{said}, whom the trust policy does not let in{f': {why}' if why else ''}", mend, subject=role.text
    )


def _repository(subject: str) -> str:
    """Return the repository of a subject, or of a pattern of subjects."""
    return subject.split(":")[1] if subject.startswith("repo:") else subject


def _job(claims: Mapping[str, Any]) -> str:
    return f"this job is {claims.get('sub', '')!r} for {claims.get('aud', '')!r}"


def _why_not(trust: str, claims: Mapping[str, Any]) -> str:
    """Return the likeliest reason, as people slip: the audience, the subject's form, an environment."""
    audiences, subjects = _values(trust, "aud"), _values(trust, "sub")
    subject = str(claims.get("sub", ""))
    if not any(_of_github(trust)):
        return "it does not name GitHub's provider"
    if audiences and claims.get("aud") not in audiences and not any("*" in one for one in audiences):
        return f"it asks for the audience {', '.join(audiences)}"
    mine, named = _repository(subject), [_repository(one) for one in subjects]
    if named and not any(like(mine, one) for one in named):
        if "@" in mine and any(like(_IDS.sub("", mine), one) for one in named):
            return "this repository's subjects have the immutable form, with ids, and it names the classic one"
        return f"it names {', '.join(named[:3])}, and this repository is {mine}"
    with_environment = [one for one in subjects if ":environment:" in one]
    if with_environment and ":environment:" not in subject:
        return f"it names an environment ({', '.join(with_environment[:3])}), and the job has no `environment`"
    if subjects and not with_environment and ":environment:" in subject:
        return "the job has an `environment`, which takes the ref's place in its subject"
    return f"it names {', '.join(subjects[:3])}" if subjects else ""


def needed(claims: Mapping[str, Any], provider: str) -> str:
    """Return the statement that lets a job in."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": ASSUMES,
        "Condition": {
            "StringEquals": {
                f"{ISSUER}:aud": claims.get("aud", "sts.amazonaws.com"),
                f"{ISSUER}:sub": claims.get("sub", "repo:OWNER/REPO:environment:ENV"),
            }
        },
    }
    return json.dumps(statement)


def _of_github(trust: str) -> Iterator[Statement]:
    try:
        statements = statements_of(trust)
    except ValueError:
        return
    for statement in statements:
        principal = statement.body.get("Principal")
        federated = many(principal.get("Federated", [])) if isinstance(principal, dict) else []
        acts = {str(one).lower() for one in many(statement.body.get("Action", []))}
        takes = bool(acts & {ASSUMES.lower(), "sts:*", "*"})
        if statement.allows and takes and any(str(one).endswith(f":oidc-provider/{ISSUER}") for one in federated):
            yield statement


def _conditions(statement: Statement) -> list[tuple[str, str, str]]:
    """Return the conditions on claims: the operator in lower case, the claim, and each value."""
    found = []
    for operator, keys in (statement.body.get("Condition") or {}).items():
        for key, values in keys.items():
            issuer, _, name = key.partition(":")
            if issuer.lower() == ISSUER:
                found += [(operator.lower(), name.lower(), str(value)) for value in many(values)]
    return found


def _values(trust: str, claim: str) -> list[str]:
    return [value for statement in _of_github(trust) for _, name, value in _conditions(statement) if name == claim]


def _text(value: Any) -> str | tuple[str, ...] | None:
    if isinstance(value, list):
        return tuple(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
