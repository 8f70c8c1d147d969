"""What functions are made of: values that are left out, values that are not known yet, and how they are told. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from waybill.sandbox.engine.refusals import Refusal


class Nothing:
    """What `AWS::NoValue` is: a property or an item that is left out."""


NOTHING: Final = Nothing()


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not known yet, for reasons such as ("ResourceAttribute", "Key.Arn")."""

    causes: frozenset[tuple[str, str]]


def wrong(message: str) -> Refusal:
    """Return the refusal of a template that says something impossible."""
    return Refusal("ValidationError", f"Template error: {message}")


def unknown_in(*values: Any) -> Unknown | None:
    """Return what is unknown in values, all of it in one, or None."""
    causes = frozenset(cause for value in values for each in _unknowns(value) for cause in each.causes)
    return Unknown(causes) if causes else None


def text_of(value: Any, where: str) -> str:
    """Return a scalar as CloudFormation writes it into text; raises `Refusal`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise wrong(f"every value in {where} must be a string, and one is {type(value).__name__}")


def arguments(name: str, given: Any, *counts: int) -> list[Any]:
    """Return the list that a function was given; raises `Refusal` unless it has one of these lengths."""
    if not isinstance(given, list) or len(given) not in counts:
        raise wrong(f"{name} must have {' or '.join(map(str, counts))} arguments in a list")
    return given


def _unknowns(value: Any) -> Iterable[Unknown]:
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, Mapping):
        yield from _unknowns(list(value.values()))
    elif isinstance(value, list):
        for each in value:
            yield from _unknowns(each)
