"""Whether a statement speaks of a request. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from waybill.domain.iam import conditions
from waybill.domain.iam.conditions import many
from waybill.domain.iam.documents import Statement
from waybill.domain.iam.patterns import fill, like, resource_like
from waybill.domain.iam.principals import EVERYBODY, Named, named, not_named
from waybill.domain.iam.requests import Request
from waybill.domain.iam.truth import Truth, Unknown


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a statement speaks of a request, and names its caller at least so closely (`principals`)."""

    at_all: Truth
    by_role: Truth = Truth.NO
    itself: Truth = Truth.NO
    unknown: tuple[Unknown, ...] = ()


_NONE: Final = Match(Truth.NO)


def match(statement: Statement, action: str, request: Request, *, principals: bool = True) -> Match:
    """Return whether a statement speaks of `action` (`s3:GetObject`) in a described request.

    `principals`: the policy says whom it is about; otherwise it is about whomever it is attached to.
    """
    if not _speaks_of_action(statement, action):
        return _NONE
    resource, unknown = _resource(statement, request)
    who = _principal(statement, request) if principals else EVERYBODY
    if Truth.NO in {resource, who.at_all}:
        return _NONE
    condition = statement.body.get("Condition") or {}
    checked = conditions.check(condition, request.context, variables=statement.variables)
    rest = min(resource, checked.truth)
    if rest is Truth.NO:
        return _NONE
    unsure = who.unknown if Truth.MAYBE in {who.at_all, who.by_role, who.itself} else ()
    all_unknown = (*(unknown if resource is Truth.MAYBE else ()), *unsure, *checked.unknown)
    return Match(min(rest, who.at_all), min(rest, who.by_role), min(rest, who.itself), all_unknown)


def concerns(statement: Statement, action: str, request: Request, *, principals: bool = True) -> dict[str, Truth]:
    """Return whether a statement is about the `action`, the `resource` and the `principal` of a described request."""
    who = _principal(statement, request) if principals else EVERYBODY
    return {
        "action": Truth.of(_speaks_of_action(statement, action)),
        "resource": _resource(statement, request)[0],
        "principal": who.at_all,
    }


def _speaks_of_action(statement: Statement, action: str) -> bool:
    excepted = "NotAction" in statement.body
    patterns = many(statement.body.get("NotAction" if excepted else "Action", []))
    return excepted != any(like(action.lower(), str(pattern).lower()) for pattern in patterns)


def _resource(statement: Statement, request: Request) -> tuple[Truth, tuple[Unknown, ...]]:
    body = statement.body
    excepted = "NotResource" in body
    if not request.resource or not (excepted or "Resource" in body):
        return Truth.YES, ()
    patterns = [str(each) for each in many(body["NotResource" if excepted else "Resource"])]
    truth, unknown = _one_of(patterns, statement, request)
    return (truth.turned() if excepted else truth), unknown


def _one_of(patterns: Iterable[str], statement: Statement, request: Request) -> tuple[Truth, tuple[Unknown, ...]]:
    """Return whether one of them is the resource, and what of them is not known."""
    truth = Truth.NO
    unknown: tuple[Unknown, ...] = ()
    for pattern in patterns:
        filled = fill(pattern, request.context)
        text = filled.text if statement.variables else pattern
        if text is None or not resource_like(request.resource, text):
            continue
        if not filled.unknown or not statement.variables:
            return Truth.YES, ()
        truth, unknown = Truth.MAYBE, (*unknown, *filled.unknown)
    return truth, unknown


def _principal(statement: Statement, request: Request) -> Named:
    if "NotPrincipal" in statement.body:
        return not_named(statement.body["NotPrincipal"], request, denies=statement.denies)
    return named(statement.body.get("Principal", {}), request)
