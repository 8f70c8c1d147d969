"""A job of GitHub against the trust policy of the role that it takes: whether that lets it in, and if not, why. Pure.

A repository that was made, renamed or moved since 2026-07-15 has the immutable form of the subject, with ids.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from waybill.domain.arns import RoleArn
from waybill.domain.doctor.facts import Role
from waybill.domain.doctor.trust import ASSUMES, ISSUER, of_github, values_of
from waybill.domain.doctor.verdicts import bad, good, unknown
from waybill.domain.findings import Finding, Seen, Unseen
from waybill.domain.iam.context import Context
from waybill.domain.iam.patterns import like
from waybill.domain.iam.policies import Decision, decide
from waybill.domain.iam.requests import Request

_PARTS = 3
_IDS = re.compile(r"@\d+")


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


def issuer_of(claims: Mapping[str, Any]) -> str:
    """Return who made a token, as providers and conditions name it: GitHub, or an enterprise's own server."""
    return str(claims.get("iss") or ISSUER).removeprefix("https://")


def provider_of(role: RoleArn, issuer: str = ISSUER) -> str:
    """Return the ARN of an issuer's provider in a role's account."""
    return f"arn:{role.partition}:iam::{role.account}:oidc-provider/{issuer}"


def taken_finding(role: RoleArn, claims: Mapping[str, Any]) -> Finding:
    """Return that STS took the job's token."""
    return good("oidc-trust", f"{_job(claims)}, and the role's trust policy lets it in", subject=role.text)


def refused_finding(role: RoleArn, claims: Mapping[str, Any], fact: Seen[Role | None] | Unseen) -> Finding:
    """Return why STS did not take the job's token: what the trust policy says (`fact`), or what it must say."""
    check, said = "oidc-trust", _job(claims)
    issuer = issuer_of(claims)
    provider = provider_of(role, issuer)
    mend = f"The trust policy of {role} must have: {needed(claims, provider)}"
    if isinstance(fact, Unseen):
        return unknown(check, f"{said}; the role's trust policy may not be read: {fact.why}", mend, subject=role.text)
    if fact.value is None:
        return bad(check, f"{said}; the role is not there", f"Make it. {mend}", subject=role.text)
    trust = fact.value.trust
    values = {f"{issuer}:{name}".lower(): _text(value) for name, value in claims.items()}
    request = Request("", "", Context(values, families=(f"{issuer.lower()}:",)), "", "", provider)
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
    issuer = issuer_of(claims)
    audiences, subjects = values_of(trust, "aud", issuer), values_of(trust, "sub", issuer)
    subject = str(claims.get("sub", ""))
    if not any(of_github(trust, issuer)):
        return f"it does not name the provider of {issuer}"
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
                f"{issuer_of(claims)}:aud": claims.get("aud", "sts.amazonaws.com"),
                f"{issuer_of(claims)}:sub": claims.get("sub", "repo:OWNER/REPO:environment:ENV"),
            }
        },
    }
    return json.dumps(statement)


def _text(value: Any) -> str | tuple[str, ...] | None:
    if isinstance(value, list):
        return tuple(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
