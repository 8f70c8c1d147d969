"""Statements by what they mean: order, formatting, and one value or a list of it, are nothing. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from waybill.domain.iam.conditions import many

_ROOT: Final = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root", re.ASCII)
_LOWER: Final = frozenset({"Action", "NotAction"})

Meaning = tuple[Any, ...]
"""A statement without its Sid; equal where two statements mean the same."""


def meaning_of(statement: Mapping[str, Any]) -> Meaning:
    """Return what a statement means. An account's number and its `:root` are one; so are `*` and `{"AWS": "*"}`."""
    found: list[tuple[str, Any]] = []
    for name, value in statement.items():
        if name == "Sid":
            continue
        if name in {"Principal", "NotPrincipal"}:
            found.append((name, principals(value)))
        elif name == "Condition":
            if value:
                found.append((name, _condition(value)))
        else:
            texts = (str(each).lower() if name in _LOWER else str(each) for each in many(value))
            found.append((name, frozenset(texts)))
    return tuple(sorted(found, key=lambda item: item[0]))


def principals(value: Any) -> frozenset[tuple[str, str]]:
    """Return the principals of a statement, each with its kind; an account is its number: `("AWS", "111111111111")`."""
    if not isinstance(value, Mapping):
        return frozenset({("AWS", str(value))})
    return frozenset((str(kind), _ROOT.sub(r"\1", str(each))) for kind, named in value.items() for each in many(named))


def statements_in(text: str) -> list[dict[str, Any]]:
    """Return the statements of a document. Raises `ValueError` where it is no policy."""
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("it is no JSON object")
    return [each for each in many(document.get("Statement", [])) if isinstance(each, dict)]


def same_document(one: str, other: str) -> bool:
    """Whether two texts are documents of the same statements, Sids included; what is no policy is only its text."""
    if one == other:
        return True
    try:
        return _whole(one) == _whole(other)
    except ValueError:
        return False


def _whole(text: str) -> tuple[Any, ...]:
    statements = Counter((str(each.get("Sid") or ""), meaning_of(each)) for each in statements_in(text))
    return json.loads(text).get("Version"), frozenset(statements.items())


def _condition(value: Mapping[str, Mapping[str, Any]]) -> tuple[Any, ...]:
    found = (
        (operator.lower(), name.lower(), tuple(sorted(_text(each) for each in many(wanted))))
        for operator, pairs in value.items()
        for name, wanted in pairs.items()
    )
    return tuple(sorted(found))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
