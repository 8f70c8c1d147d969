"""What is wrong with a policy document, in sentences; and the document inside of what the aws CLI prints. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from waybill.domain.iam.conditions import has_operator, many
from waybill.domain.iam.documents import Kind

_VERSIONS: Final = ("2012-10-17", "2008-10-17")
_ELEMENTS: Final = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)
_WRAPPERS: Final = (
    "policy",
    "Policy",
    "document",
    "Document",
    "PolicyVersion",
    "PolicyDocument",
    "Role",
    "AssumeRolePolicyDocument",
    "Content",
)
"""Members that the aws CLI prints around a document: get-bucket-policy, get-role, get-policy-version, ..."""


def unwrapped(text: str) -> str:
    """Return the policy (JSON) in a text: the text, or what the aws CLI printed it in. Raises `ValueError`: no JSON."""
    found = json.loads(text)
    for _ in range(4):
        if not isinstance(found, dict) or "Statement" in found:
            break
        inside = next((found[name] for name in _WRAPPERS if name in found), None)
        if inside is None:
            break
        found = json.loads(inside) if isinstance(inside, str) else inside
    return json.dumps(found)


def faults_of(text: str, kind: Kind) -> Iterator[str]:
    """Yield what is wrong with a policy (JSON) of a kind."""
    document = json.loads(text)
    if not isinstance(document, dict) or "Statement" not in document:
        yield "must be a policy: a JSON object with `Statement`."
        return
    if document.get("Version", _VERSIONS[-1]) not in _VERSIONS:
        yield f"has the Version {document['Version']!r}; there are {_VERSIONS[0]} and {_VERSIONS[1]}."
    for number, statement in enumerate(many(document["Statement"]), 1):
        if not isinstance(statement, dict):
            yield f"statement {number} is no JSON object."
            continue
        yield from (f"statement {number} {wrong}" for wrong in _wrong(statement, kind))


def _wrong(statement: Mapping[str, Any], kind: Kind) -> Iterator[str]:
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield "must have the Effect `Allow` or `Deny`."
    unknown = sorted(str(name) for name in statement if name not in _ELEMENTS)
    if unknown:
        yield f"has {', '.join(unknown)}, which no statement has."
    yield from _either(statement, "Action", needed=True)
    yield from _either(statement, "Principal", needed=kind.names_principals, known=kind.names_principals, kind=kind)
    of_roles = kind is Kind.TRUST
    yield from _either(statement, "Resource", needed=not of_roles, known=not of_roles, kind=kind)
    condition = statement.get("Condition", {})
    if not isinstance(condition, dict) or not all(isinstance(pairs, dict) for pairs in condition.values()):
        yield "has a Condition that is no map of operators to maps of keys."
        return
    for operator in condition:
        if not has_operator(operator):
            yield f"has the condition operator {operator}, and there is none."


def _either(
    statement: Mapping[str, Any], name: str, *, needed: bool, known: bool = True, kind: Kind | None = None
) -> Iterator[str]:
    found = [each for each in (name, f"Not{name}") if each in statement]
    if len(found) > 1:
        yield f"has both {name} and Not{name}."
    if found and not known and kind is not None:
        yield f"has a {found[0]}, which a {kind.value} has none of."
    if needed and not found:
        yield f"has neither {name} nor Not{name}."
