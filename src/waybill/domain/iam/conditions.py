"""Conditions of policies, held against what a request says of itself. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html
Keys and variables that the context does not know, and operators that there are none of, make a condition neither met
nor failed. A variable that the request has no value for makes its own value compare with nothing; behind a negated
operator, which all would pass, it fails the condition: AWS then drops the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from waybill.domain.iam.context import Context
from waybill.domain.iam.operators import Operator, operator_of
from waybill.domain.iam.patterns import Filled, fill
from waybill.domain.iam.truth import Truth, Unknown

_EXISTING: Final = "ifexists"
_OF_ALL: Final = "forallvalues:"
_OF_ANY: Final = "foranyvalue:"


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a condition is met, and what is not known of it (nothing where it is failed anyway)."""

    truth: Truth
    unknown: tuple[Unknown, ...] = ()


def check(condition: Mapping[str, Mapping[str, Any]], context: Context, *, variables: bool = True) -> Checked:
    """Hold a statement's Condition against a request: every operator and every key must be met.

    `variables`: the document is of the version that has them.
    """
    unknown: list[Unknown] = []
    truth = Truth.YES
    for operator, pairs in condition.items():
        for name, wanted in pairs.items():
            if context.granted(name.lower()):
                continue
            values = tuple(_text(each) for each in many(wanted))
            met, more = _one(operator, name, values, context, variables=variables)
            if met is Truth.NO:
                return Checked(Truth.NO)
            truth = min(truth, met)
            unknown += more
    return Checked(truth, tuple(unknown))


def many(value: Any) -> list[Any]:
    """Return a JSON value that may be one or a list of them, as a list."""
    return value if isinstance(value, list) else [value]


def has_operator(name: str) -> bool:
    """Tell whether there is a condition operator of a name, quantifier and `IfExists` included."""
    lower = name.lower()
    if lower == "null":
        return True
    bare = lower.removeprefix(_OF_ALL).removeprefix(_OF_ANY).removesuffix(_EXISTING)
    return operator_of(bare) is not None


def _one(
    operator: str, name: str, values: tuple[str, ...], context: Context, *, variables: bool
) -> tuple[Truth, Iterable[Unknown]]:
    """Hold one key against one operator's values."""
    key, lower = name.lower(), operator.lower()
    asked = Unknown(name, operator, values)
    if lower == "null":
        if not context.knows(key):
            return Truth.MAYBE, [asked]
        absent = str(not context.all_of(key)).lower()
        return Truth.of(any(value.lower() == absent for value in values)), ()
    quantifier = next((each for each in (_OF_ALL, _OF_ANY) if lower.startswith(each)), "")
    lower = lower.removeprefix(quantifier)
    found = operator_of(lower.removesuffix(_EXISTING))
    if found is None or not context.knows(key):
        return Truth.MAYBE, [asked]
    given = context.all_of(key)
    if not given:
        # A quantifier asks of each value, so that IfExists has nothing to say beside it.
        absent_is = quantifier == _OF_ALL or (not quantifier and (lower.endswith(_EXISTING) or found.negated))
        return Truth.of(absent_is), ()
    filled = [fill(value, context) if variables and found.varies else Filled(value) for value in values]
    join: Callable[[Iterable[Truth]], Truth] = min if _joins_all(quantifier, found) else max
    pathless = key in context.pathless
    truth = join(_compared(value, filled, found, pathless=pathless) for value in given)
    unknown = [more for each in filled for more in each.unknown] if truth is Truth.MAYBE else []
    if truth is Truth.MAYBE and pathless:
        unknown.append(asked)
    return truth, unknown


def _joins_all(quantifier: str, operator: Operator) -> bool:
    return quantifier == _OF_ALL or (not quantifier and operator.negated)


def _compared(given: str, wanted: Iterable[Filled], operator: Operator, *, pathless: bool) -> Truth:
    truth = Truth.NO
    for value in wanted:
        if value.text is None:
            if operator.negated:
                return Truth.NO
        elif operator.compare(given, value.text):
            truth = max(truth, Truth.MAYBE if value.unknown else Truth.YES)
        elif pathless and operator.compare(given, _without_path(value.text)):
            truth = max(truth, Truth.MAYBE)
    return truth.turned() if operator.negated else truth


def _without_path(role: str) -> str:
    """Return what the ARN of a role, or a pattern of such, asks of its name: a path may be what any of its `*` is."""
    head, marker, tail = role.partition(":role/")
    _, star, after = tail.rpartition("*")
    name = after.rpartition("/")[2] if "/" in after or not star else f"*{after}"
    return f"{head}{marker}{name}"


def _text(value: Any) -> str:
    """Return a JSON value as policies compare it: true is "true"."""
    return str(value).lower() if isinstance(value, bool) else str(value)
