"""Statements of policy documents, made from tables of calls: one for each thing that calls are made on. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from waybill.domain.calls import Call, On

MAX_SESSION_POLICY = 2048
"""Characters of a session policy that STS takes."""


def stated(
    calls: Iterable[Call],
    known: Mapping[On, Sequence[str]],
    condition: Callable[[On], Mapping[str, Any]] = lambda on: {},
    *,
    sids: bool = False,
) -> list[dict[str, Any]]:
    """Return the statements for these calls; what has no resource in `known` is left out."""
    needed, found = tuple(calls), []
    for on in On:
        actions = sorted({call.action for call in needed if call.on is on})
        if not actions or not known.get(on):
            continue
        statement: dict[str, Any] = {"Sid": on.value.title().replace("-", "")} if sids else {}
        statement |= {"Effect": "Allow", "Action": _one(actions), "Resource": _one(known[on])}
        if narrowed := condition(on):
            statement["Condition"] = dict(narrowed)
        found.append(statement)
    return found


def whole(statements: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a whole policy document."""
    return {"Version": "2012-10-17", "Statement": statements}


def cut(text: str, length: int) -> str:
    """Return a name that is too long for a session policy with `*` at its end: never narrower than it was."""
    return text if len(text) <= length else f"{text[:length]}*"


def _one(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
