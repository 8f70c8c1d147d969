"""Who may call what of CodeArtifact, by its documented semantics, for callers from other accounts.

https://docs.aws.amazon.com/codeartifact/latest/ug/domain-policies.html and .../repo-policies.html: an allow in the
domain's or the repository's policy is enough (the templates deny nothing); a call on the domain itself sees the policy
of the domain only; the policy that a call replaces is not asked for that call. What the caller's own account allows is
taken as all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from templates.reading import Stack, listed

ROOT = "arn:aws:codeartifact:us-east-1:111111111111"
REPLACING = {
    "codeartifact:PutDomainPermissionsPolicy": "Domain",
    "codeartifact:DeleteDomainPermissionsPolicy": "Domain",
    "codeartifact:PutRepositoryPermissionsPolicy": "Repository",
    "codeartifact:DeleteRepositoryPermissionsPolicy": "Repository",
}
"""The calls that replace or delete a policy, and whose."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A role or user, and the organisation of its account."""

    arn: str
    organisation: str = ""

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]


def allowed(stack: Stack, caller: Caller, call: str, on: str) -> bool:
    """Return whether one of the stack's policies allows the call, as `ReadFromRepository`, on what `on` names.

    `on` is an ARN's end: `domain/acme`, `repository/acme/internal`, `package/acme/internal/pypi//acme-beer`.
    """
    action, resource = f"codeartifact:{call}", f"{ROOT}:{on}"
    asked = ["Domain"] if on.startswith("domain/") else ["Domain", "Repository"]
    documents = [
        stack.properties(one).get("PermissionsPolicyDocument", {"Statement": []})
        for one in asked
        if one in stack.resources and one != REPLACING.get(action)
    ]
    return any(allows(one, caller, action, resource) for document in documents for one in document["Statement"])


def allows(statement: Mapping[str, Any], caller: Caller, action: str, resource: str) -> bool:
    assert statement["Effect"] == "Allow"
    principal = statement["Principal"]
    return (
        (principal == "*" or caller.account in principal["AWS"])
        and any(fnmatchcase(action, one) for one in listed(statement["Action"]))
        and any(fnmatchcase(resource, one) for one in listed(statement["Resource"]))
        and all(fits(caller, *one) for one in statement.get("Condition", {}).items())
    )


def fits(caller: Caller, operator: str, keys: Mapping[str, Any]) -> bool:
    known = {"aws:PrincipalArn": caller.arn, "aws:PrincipalOrgID": caller.organisation}
    assert operator in {"ArnEquals", "StringEquals"}
    return all(known[key] in listed(values) for key, values in keys.items())
