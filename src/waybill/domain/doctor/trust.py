"""Roles that GitHub's jobs take: the provider, its audience, and which subjects a trust policy lets in. Pure.

https://docs.github.com/en/actions/concepts/security/openid-connect
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waybill.domain.doctor.facts import Role
from waybill.domain.doctor.verdicts import bad, good, unseen
from waybill.domain.findings import Finding, Seen, Unseen
from waybill.domain.iam.conditions import many
from waybill.domain.iam.documents import Statement, statements_of

ISSUER = "token.actions.githubusercontent.com"
ASSUMES = "sts:AssumeRoleWithWebIdentity"
AUDIENCE = "sts.amazonaws.com"

_SHORT_REF = re.compile(r":ref:(?!refs/|\*)")
_POSITIVE = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "numericequals"})
_OWNED = re.compile(r"[^*?/@:]+(?:[/@:]|\Z)")
_SAYS_WHO: Mapping[str, re.Pattern[str]] = {
    "sub": re.compile(rf"[a-z_]+:{_OWNED.pattern}"),
    **dict.fromkeys(("repository", "job_workflow_ref", "workflow_ref"), _OWNED),
    **dict.fromkeys(
        ("actor_id", "enterprise", "enterprise_id", "repository_id", "repository_owner", "repository_owner_id"),
        re.compile(r"[^*?]+\Z"),
    ),
}
"""Claims that say whose a job is, and how a pattern begins that no stranger has: `acme*` is `acme-evil`, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """A role that trusts GitHub's provider. `audiences` are the provider's, None: there is no such provider."""

    role: Role
    provider: str
    audiences: Seen[Sequence[str] | None] | Unseen


def providers_of(role: Role) -> tuple[str, ...]:
    """Return the ARNs of GitHub's providers that a role's trust policy names."""
    found: dict[str, None] = {}
    for statement in of_github(role.trust):
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
            "# or templates/identity.yaml"
        )
        yield bad("oidc-provider", says, mend, subject=trusted.provider)
    else:
        yield good("oidc-provider", "GitHub's provider is there", subject=trusted.provider)
        yield _audience(trusted, audiences.value, audience)
    yield _subjects(trusted.role)


def _audience(trusted: Trusted, audiences: Sequence[str], audience: str) -> Finding:
    asked = [value for value in values_of(trusted.role.trust, "aud") if "*" not in value]
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
    wrong = {statement: told for statement in of_github(role.trust) if (told := list(_wrong(statement)))}
    if wrong:
        changes = [f"change {_body(one.body)} to {_body(_corrected(one))}" for one in wrong]
        mend = f"In the trust policy of {role.arn} {', and '.join(changes)}"
        if not all(map(_literal, wrong)):
            mend += " (or `:ref:refs/tags/v*` in place of the environment; beside it `repo:OWNER@ID/REPO@ID:...`)."
        return bad(check, "; ".join(one for told in wrong.values() for one in told), mend, subject=subject)
    return good(check, "its trust policy says which repositories may take it", subject=subject)


def is_open(role: Role) -> bool:
    """Whether a trust policy lets in jobs of repositories that it does not mean: strangers'."""
    return any(any(_open(_conditions(statement))) for statement in of_github(role.trust))


def _body(body: Mapping[str, Any]) -> str:
    return json.dumps(dict(body))


def _corrected(statement: Statement) -> dict[str, Any]:
    """Return a statement with subjects as patterns: its own, where they are only compared amiss, else to be filled in.

    What else it asks stays; an audience is asked in any case.
    """
    key, audience = f"{ISSUER}:sub", f"{ISSUER}:aud"
    asked = {
        operator: {name: value for name, value in keys.items() if name.lower() != key or "not" in operator.lower()}
        for operator, keys in (statement.body.get("Condition") or {}).items()
    }
    if not any(name == "aud" for _, name, _ in _conditions(statement)):
        asked["StringEquals"] = {**asked.get("StringEquals", {}), audience: AUDIENCE}
    subjects = _literal(statement) or "repo:OWNER/REPO:environment:ENV"
    asked["StringLike"] = {**asked.get("StringLike", {}), key: subjects}
    return {**statement.body, "Condition": {operator: keys for operator, keys in asked.items() if keys}}


def _wrong(statement: Statement) -> Iterator[str]:
    conditions = _conditions(statement)
    yield from _open(conditions)
    for operator, name, value in conditions:
        if name != "sub" or "not" in operator:
            continue
        if "like" not in operator and "*" in value:
            yield f"the `*` of {value!r} is taken as it is, by an operator without `Like`: no subject has one"
        elif _SHORT_REF.search(value):
            yield f"{value!r} names a ref without `refs/heads/` or `refs/tags/`: no subject does"


def _open(conditions: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Yield what lets strangers in, where no condition keeps them out: each must be met, by one of its values."""
    values: dict[tuple[str, str], list[str]] = {}
    for operator, name, value in conditions:
        bare = operator.partition(":")[2] or operator
        if name in _SAYS_WHO and bare.removesuffix("ifexists") in _POSITIVE:
            values.setdefault((operator, name), []).append(value)
    wide = {
        asked: [one for one in some if "like" in asked[0] and not _SAYS_WHO[asked[1]].match(one)]
        for asked, some in values.items()
    }
    if not wide:
        yield "its trust policy says of no repository that it may take it, so every repository on GitHub may"
    elif all(wide.values()):
        for value in dict.fromkeys(one for some in wide.values() for one in some):
            if re.match(r"(?:[a-z_]+:)?[*?]", value):
                yield f"{value!r} lets every repository on GitHub take it"
            else:
                yield f"{value!r} lets in repositories of other owners, whose names begin so"


def _literal(statement: Statement) -> list[str]:
    """Return the subjects that an operator without patterns compares, where one of them is meant as a pattern."""
    found = [value for operator, name, value in _conditions(statement) if (operator, name) == ("stringequals", "sub")]
    return found if any("*" in value for value in found) else []


def of_github(trust: str, issuer: str = ISSUER) -> Iterator[Statement]:
    """Yield the statements of a trust policy that let GitHub's jobs in; an enterprise may have an issuer of its own."""
    try:
        statements = statements_of(trust)
    except ValueError:
        return
    for statement in statements:
        principal = statement.body.get("Principal")
        federated = many(principal.get("Federated", [])) if isinstance(principal, dict) else []
        acts = {str(one).lower() for one in many(statement.body.get("Action", []))}
        takes = bool(acts & {ASSUMES.lower(), "sts:*", "*"})
        if statement.allows and takes and any(str(one).endswith(f":oidc-provider/{issuer}") for one in federated):
            yield statement


def _conditions(statement: Statement, ours: str = ISSUER) -> list[tuple[str, str, str]]:
    """Return the conditions on claims: the operator in lower case, the claim, and each value."""
    found = []
    for operator, keys in (statement.body.get("Condition") or {}).items():
        for key, values in keys.items():
            issuer, _, name = key.partition(":")
            if issuer.lower() == ours.lower():
                found += [(operator.lower(), name.lower(), str(value)) for value in many(values)]
    return found


def values_of(trust: str, claim: str, issuer: str = ISSUER) -> list[str]:
    """Return the values that a trust policy asks of a claim."""
    return [
        value
        for statement in of_github(trust, issuer)
        for _, name, value in _conditions(statement, issuer)
        if name == claim
    ]
