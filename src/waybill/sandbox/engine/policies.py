"""Policies of what is asked for (a role's trust, a bucket, a key), read as AWS reads them. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
A statement has Effect; Action, Resource and Principal or their Not...; Condition (`conditions`). A principal is `*`, an
account or its `:root`, an ARN (a session goes as its role, too), a service, or an identity provider. What cannot be
known of a condition counts as met in a Deny and as not met in an Allow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache, partial
from typing import Any, Final

from waybill.sandbox.engine import conditions
from waybill.sandbox.engine.conditions import Context, Value, like, many

_IAM: Final = "arn:aws:iam::"
_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")


class Decision(Enum):
    """What a policy says to a request. An explicit denial wins."""

    ALLOWED = "allowed"
    DENIED = "denied"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision, and which conditions could not be known, in words for people."""

    decision: Decision
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for something, and how.

    `caller` is an ARN, a service such as `codepipeline.amazonaws.com`, or "" for a web identity, whose `provider` is an
    ARN, or "" where it is not known. `resource` is the ARN of what is asked for, where the policy may speak of several
    things. `role` is the ARN of the role whose session the caller is; left out, it has no path.
    """

    caller: str
    account: str
    context: Context = field(default_factory=lambda: Context({}))
    resource: str = ""
    role: str = ""
    provider: str = ""

    @property
    def principal(self) -> str:
        """The ARN that policies call the caller by: a session's is its role's."""
        return self.role or role_of(self.caller)


def decide(policy: str, action: str, request: Request) -> Verdict:
    """Return what the policy document `policy` (JSON) says to `request` of `action`."""
    context = request.context.within(_about(request))
    unknown: list[str] = []
    found = dict.fromkeys(("Allow", "Deny"), False)
    for statement in _statements(policy):
        if not _concerns(statement, action, request):
            continue
        effect = str(statement.get("Effect"))
        checked = conditions.check(statement.get("Condition") or {}, context)
        unknown += [f"{effect} {statement.get('Sid', '')}: {each}" for each in checked.unknown if checked.met]
        found[effect] = found.get(effect, False) or (checked.met and (effect == "Deny" or not checked.unknown))
    said = Decision.DENIED if found["Deny"] else Decision.ALLOWED if found["Allow"] else Decision.NEITHER
    return Verdict(said, tuple(unknown))


def role_of(caller: str) -> str:
    """Return the ARN of the role whose session `caller` is, as far as the session's ARN tells: without a path."""
    prefix, marker, rest = caller.partition(":assumed-role/")
    if not marker:
        return caller
    return f"{prefix.replace(':sts:', ':iam:')}:role/{rest.split('/')[0]}"


@lru_cache(maxsize=256)
def _statements(policy: str) -> tuple[Mapping[str, Any], ...]:
    document = json.loads(policy)
    return tuple(many(document.get("Statement", []))) if isinstance(document, dict) else ()


def _concerns(statement: Mapping[str, Any], action: str, request: Request) -> bool:
    return (
        _named(statement, "Action", lambda pattern: like(action.lower(), pattern.lower()))
        and _named(statement, "Resource", partial(_is_resource, request.resource, statement.get("Effect") == "Deny"))
        and _is_principal(statement, request)
    )


def _named(statement: Mapping[str, Any], element: str, fits: Callable[[str], bool]) -> bool:
    """Tell whether one of an element's values fits, or none of its Not...'s. A trust policy has no Resource."""
    if f"Not{element}" in statement:
        return not any(fits(str(each)) for each in many(statement[f"Not{element}"]))
    if element not in statement:
        return element == "Resource"
    return any(fits(str(each)) for each in many(statement[element]))


def _is_resource(asked: str, denied: bool, pattern: str) -> bool:
    # Variables are not put in: a denial goes for whatever they may stand for.
    return not asked or like(asked, _VARIABLE.sub("*", pattern) if denied else pattern)


def _is_principal(statement: Mapping[str, Any], request: Request) -> bool:
    if "NotPrincipal" in statement:
        return not _is_one_of(statement["NotPrincipal"], request)
    return _is_one_of(statement.get("Principal", {}), request)


def _is_one_of(principal: Any, request: Request) -> bool:
    if principal == "*":
        return True
    if not request.caller:
        providers = many(principal.get("Federated", []))
        return request.provider in providers if request.provider else bool(providers)
    if request.caller in many(principal.get("Service", [])):
        return True
    named = {str(each) for each in many(principal.get("AWS", []))}
    if not request.caller.startswith("arn:"):
        return "*" in named
    whole_account = {"*", request.account, f"{_IAM}{request.account}:root"}
    return bool(named & (whole_account | {request.caller, request.principal}))


def _about(request: Request) -> dict[str, Value]:
    """Return the condition keys that every request has a value for, or surely none."""
    caller = request.caller
    is_identity = caller.startswith("arn:")
    kind = "User" if ":user/" in caller else "Account" if caller.endswith(":root") else "AssumedRole"
    return {
        # The sandbox counts as reached by TLS: it is on this machine's loopback interface.
        "aws:securetransport": "true",
        "aws:principalarn": request.principal if is_identity else None,
        "aws:principalaccount": request.account if is_identity else None,
        "aws:principaltype": kind if is_identity else None,
        "aws:username": caller.rpartition("/")[2] if kind == "User" else None,
        "aws:principalisawsservice": str(not is_identity and bool(caller)).lower(),
        "aws:principalservicename": None if is_identity else caller or None,
        "aws:federatedprovider": request.provider or None,
        "aws:viaawsservice": "false",
        "aws:calledvia": None,
        "aws:sourcearn": None,
        "aws:sourceaccount": None,
        "aws:sourcevpc": None,
        "aws:sourcevpce": None,
    }
