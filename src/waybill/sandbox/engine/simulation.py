"""What IAM's policies say to somebody, without anything being done: SimulatePrincipalPolicy.

Identity policies and the permissions boundary, as AWS simulates them; nothing here asks them otherwise.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.iam.models import Group, IAMBackend, Policy, Role, User

from waybill.domain.iam.context import Context, Value
from waybill.domain.iam.documents import statements_of
from waybill.domain.iam.matching import match
from waybill.domain.iam.requests import Request
from waybill.domain.iam.truth import Truth
from waybill.sandbox.engine.refusals import Refusal

_ALLOWED, _DENIED, _NEITHER = "allowed", "explicitDeny", "implicitDeny"


@dataclass(frozen=True, slots=True)
class _Said:
    decision: str
    missing: tuple[str, ...] = ()
    by: str = ""


def simulate(
    backend: IAMBackend,
    principal: str,
    actions: Iterable[str],
    resources: Iterable[str],
    entries: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the answer: one result for each action on each resource. Raises `Refusal` for nobody's ARN."""
    holder = _holder(backend, principal)
    policies, boundary = list(_policies(backend, holder)), _boundary(backend, holder)
    values: dict[str, Value] = {
        str(each["ContextKeyName"]).lower(): tuple(each.get("ContextKeyValues") or ()) for each in entries
    }
    results = []
    for resource in list(resources) or ["*"]:
        for action in actions:
            said = _said(policies, principal, action, resource, values)
            result: dict[str, Any] = {"EvalActionName": action, "EvalResourceName": resource}
            decision, missing = said.decision, said.missing
            if boundary is not None:
                limit = _said([("", boundary)], principal, action, resource, values)
                within = limit.decision == _ALLOWED
                result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": within}
                decision = _DENIED if _DENIED in {decision, limit.decision} else decision if within else _NEITHER
                missing = (*missing, *limit.missing)
            matched = [{"SourcePolicyId": said.by}] if said.by else []
            result |= {"EvalDecision": decision, "MatchedStatements": matched, "MissingContextValues": list(missing)}
            results.append(result)
    return {"EvaluationResults": results, "IsTruncated": False}


def _holder(backend: IAMBackend, principal: str) -> User | Role:
    holders: list[User | Role] = [*backend.users.values(), *backend.roles.values()]
    found = next((each for each in holders if each.arn == principal), None)
    if found is None:
        raise Refusal("NoSuchEntity", f"The entity {principal} cannot be found.", 404)
    return found


def _policies(backend: IAMBackend, holder: User | Role | Group) -> Iterator[tuple[str, str]]:
    """Yield the names and the texts of the policies that somebody has."""
    yield from ((name, _text(each)) for name, each in holder.policies.items())
    yield from ((each.name, _default(each)) for each in holder.managed_policies.values())
    if isinstance(holder, User):
        for group in backend.groups.values():
            if holder in group.users:
                yield from _policies(backend, group)


def _boundary(backend: IAMBackend, holder: User | Role) -> str | None:
    bound = vars(holder).get("permissions_boundary")
    arn = bound.get("PermissionsBoundaryArn") if isinstance(bound, dict) else None
    arn = arn or getattr(holder, "permissions_boundary_arn", None)
    found = backend.managed_policies.get(str(arn)) if arn else None
    return _default(found) if found else None


def _said(
    policies: Iterable[tuple[str, str]], principal: str, action: str, resource: str, values: Mapping[str, Value]
) -> _Said:
    account = principal.split(":")[4]
    asked = Request(principal, account, Context(dict(values)), resource).described
    allowed = False
    missing: dict[str, None] = {}
    for name, policy in policies:
        for statement in statements_of(policy):
            found = match(statement, action, asked, principals=False)
            if found.at_all is Truth.YES and statement.denies:
                return _Said(_DENIED, by=name)
            allowed = allowed or (statement.allows and found.at_all is Truth.YES)
            missing |= dict.fromkeys(each.about for each in found.unknown if each.is_key)
    return _Said(_ALLOWED if allowed else _NEITHER, tuple(missing))


def _default(policy: Policy) -> str:
    """Return the version of a managed policy that holds."""
    return next(_text(each.document) for each in policy.versions if each.version_id == policy.default_version_id)


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)
