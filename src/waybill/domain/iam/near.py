"""Statements that nearly allow: what one thing keeps each from it, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.domain.iam import conditions
from waybill.domain.iam.answers import Near, Unmet
from waybill.domain.iam.context import Context
from waybill.domain.iam.documents import Document, Statement
from waybill.domain.iam.matching import concerns
from waybill.domain.iam.requests import Request
from waybill.domain.iam.truth import Truth


def nearly(documents: tuple[Document, ...], action: str, request: Request) -> Iterator[Near]:
    """Yield the statements that would allow `action` in a described request, but for one thing beside the action."""
    for document in documents:
        for statement in document.statements:
            if not statement.allows:
                continue
            speaks = concerns(statement, action, request, principals=document.kind.names_principals)
            condition = statement.body.get("Condition") or {}
            met = conditions.check(condition, request.context, variables=statement.variables).truth
            lacks = [name for name, truth in (*speaks.items(), ("condition", met)) if truth is Truth.NO]
            if len(lacks) == 1 and lacks != ["action"]:
                unmet = tuple(_unmet(statement, request.context)) if lacks == ["condition"] else ()
                but = _but(lacks[0], unmet, request)
                yield Near(document=document, statement=statement, but=but, unmet=unmet)


def _but(lacks: str, unmet: tuple[Unmet, ...], request: Request) -> str:
    if lacks == "resource":
        return f"is of other resources than {request.resource}"
    if lacks == "principal":
        return f"names other principals than {request.caller or request.provider}"
    return f"asks {' and '.join(map(str, unmet))}"


def _unmet(statement: Statement, context: Context) -> Iterator[Unmet]:
    condition = statement.body.get("Condition") or {}
    for operator, pairs in condition.items():
        for key, wanted in pairs.items():
            checked = conditions.check({operator: {key: wanted}}, context, variables=statement.variables)
            if checked.truth is Truth.NO:
                asked = tuple(map(str, conditions.many(wanted)))
                yield Unmet(key=key, operator=operator, wanted=asked, given=tuple(context.all_of(key.lower())))
