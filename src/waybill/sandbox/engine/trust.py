"""Policies of what is asked for (a role's trust, a bucket, a key), read as AWS reads them. Pure.

As far as the sandbox needs: Effect, Action and Resource (with `*`), Principal AWS (`*`, an account, its `:root`, an
ARN), Service and Federated, and the conditions StringEquals, StringLike, ArnEquals and ArnLike on `sts:ExternalId`,
`sts:RoleSessionName` and `aws:PrincipalArn`. Other condition keys (a token's claims, request tags, ...) count as met.
Deny statements win.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

_KNOWN_KEYS: Final = ("sts:externalid", "sts:rolesessionname", "aws:principalarn")


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for something, and how; `context` has lower-case names.

    `caller` is an ARN, a service such as `codepipeline.amazonaws.com`, or "" for a web identity. `resource` is the ARN
    of what is asked for, where the policy may speak of several things.
    """

    caller: str
    account: str
    context: Mapping[str, str]
    resource: str = ""


def allows(policy: str, action: str, request: Request) -> bool:
    """Tell whether the policy document `policy` (JSON) allows `action` to `request`."""
    statements = _many(json.loads(policy).get("Statement", []))
    applicable = [each for each in statements if _applies(each, action, request)]
    effects = {str(each.get("Effect")) for each in applicable}
    return "Allow" in effects and "Deny" not in effects


def _applies(statement: Mapping[str, Any], action: str, request: Request) -> bool:
    actions = (str(each).lower() for each in _many(statement.get("Action", [])))
    return (
        any(fnmatchcase(action.lower(), pattern) for pattern in actions)
        and _is_principal(statement.get("Principal", {}), request)
        and _is_resource(statement.get("Resource"), request.resource)
        and _holds(statement.get("Condition", {}), {"aws:principalarn": role_of(request.caller), **request.context})
    )


def _is_resource(named: Any, asked: str) -> bool:
    return named is None or not asked or any(fnmatchcase(asked, str(pattern)) for pattern in _many(named))


def _is_principal(principal: Any, request: Request) -> bool:
    if principal == "*":
        return True
    if not request.caller:
        return "Federated" in principal
    if request.caller in _many(principal.get("Service", [])):
        return True
    named = {str(each) for each in _many(principal.get("AWS", []))}
    whole_account = {"*", request.account, f"arn:aws:iam::{request.account}:root"}
    return bool(named & (whole_account | {request.caller, role_of(request.caller)}))


def role_of(caller: str) -> str:
    """Return the ARN of the role whose session `caller` is; sessions match their role."""
    prefix, marker, rest = caller.partition(":assumed-role/")
    if not marker:
        return caller
    return f"{prefix.replace(':sts:', ':iam:')}:role/{rest.split('/')[0]}"


def _holds(condition: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    for operator, pairs in condition.items():
        for key, values in pairs.items():
            if key.lower() in _KNOWN_KEYS and not _matches(operator, _many(values), context.get(key.lower())):
                return False
    return True


def _matches(operator: str, values: list[Any], given: str | None) -> bool:
    if given is None:
        return operator.endswith("IfExists")
    if operator.startswith(("StringLike", "ArnLike", "ArnEquals")):
        return any(fnmatchcase(given, str(value)) for value in values)
    if operator.startswith("StringEquals"):
        return given in {str(value) for value in values}
    return True


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
