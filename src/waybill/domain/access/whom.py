"""Whom a statement is about, and which of its conditions say no more than that. Pure.

Only the forms that surely name somebody count: all else stays a condition, so that two statements of different meaning
are never told alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from waybill.domain.access.meaning import principals
from waybill.domain.access.refs import Ref
from waybill.domain.access.trust import AUDIENCE, ISSUER
from waybill.domain.iam.conditions import many

EXCEPT: Final = "everybody but "
AND: Final = " and "

_LITERAL: Final = frozenset({"stringequals", "stringlike"})
_ARNS: Final = frozenset({*_LITERAL, "arnequals", "arnlike"})
_WILD: Final = ("*", "?", "${")

Condition = Mapping[str, Mapping[str, Any]]


def whom(statement: Mapping[str, Any], ref: Ref) -> tuple[list[str], Condition]:
    """Return whom a statement is about, and the conditions beside that.

    Each is an account's number, an ARN, `*`, a service, an organisation's id, the subject of a token, or
    `everybody but` such ones.
    """
    condition: Condition = statement.get("Condition") or {}
    if "NotPrincipal" in statement:
        return [f"{EXCEPT}{AND.join(sorted(each for _, each in principals(statement['NotPrincipal'])))}"], condition
    named = principals(statement.get("Principal", "nobody"))
    if statement.get("Effect") == "Allow":
        for operator, key, values in _pairs(condition):
            if _narrows(operator, key, values, named, ref):
                return sorted(values), _without(condition, operator, key)
            if _is_subject(operator, key, values, named):
                return sorted(values), _of_audience(_without(condition, operator, key))
    return sorted({each for _, each in named}), condition


def _narrows(operator: str, key: str, values: list[str], named: frozenset[tuple[str, str]], ref: Ref) -> bool:
    """Whether a condition names roles and users of another account that is the principal, or an organisation of all."""
    if any(wild in value for value in values for wild in _WILD) or not values:
        return False
    if key.lower() == "aws:principalorgid":
        return operator.lower() in _LITERAL and named == {("AWS", "*")}
    accounts = {value.split(":")[4] if value.count(":") >= 5 else "" for value in values}
    is_arn = key.lower() == "aws:principalarn" and operator.lower() in _ARNS
    return is_arn and ref.owner not in accounts and len(accounts) == 1 and named == {("AWS", accounts.pop())}


def _is_subject(operator: str, key: str, values: list[str], named: frozenset[tuple[str, str]]) -> bool:
    """Whether a condition names subjects of GitHub's tokens, where the principal is GitHub's provider."""
    if key.lower() != f"{ISSUER}:sub" or operator.lower() not in _LITERAL or not values:
        return False
    if operator.lower() == "stringequals" and any(wild in value for value in values for wild in _WILD):
        return False
    return all(kind == "Federated" and each.endswith(f":oidc-provider/{ISSUER}") for kind, each in named)


def _of_audience(condition: Condition) -> Condition:
    """Return conditions without the audience that is usual; where none is asked for, that is one."""
    found = [(operator, key, values) for operator, key, values in _pairs(condition) if key.lower() == f"{ISSUER}:aud"]
    for operator, key, values in found:
        if operator == "StringEquals" and values == [AUDIENCE]:
            return _without(condition, operator, key)
    return condition if found else {**condition, "anything": {f"{ISSUER}:aud": "at all"}}


def _pairs(condition: Condition) -> Iterator[tuple[str, str, list[str]]]:
    for operator, pairs in condition.items():
        for key, wanted in pairs.items():
            yield operator, key, [str(value) for value in many(wanted)]


def _without(condition: Condition, operator: str, key: str) -> Condition:
    return {
        each: {name: wanted for name, wanted in pairs.items() if (each, name) != (operator, key)}
        for each, pairs in condition.items()
    }
