"""Conditions of policies, held against what a request says of itself. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
Known operators: String..., Arn..., Numeric..., Bool and Null, with `IfExists`, `ForAllValues:` and `ForAnyValue:`.
Policy variables (`${aws:username}`), other operators, and keys that the context does not know, make a condition
unknown; what that means is for whoever asks.
"""

from __future__ import annotations

import operator as comparing
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

_EXISTING: Final = "IfExists"
_OF_ALL: Final = "ForAllValues:"
_OF_ANY: Final = "ForAnyValue:"
_ARN_PARTS: Final = 6

Value = str | tuple[str, ...] | None


def _nothing(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Context:
    """What a request says of itself.

    `values` has it by lower-case key; None where this request has no such value. Of the keys that begin with one of
    `families` there are no others than those in `values`. Conditions on keys that `granted` says yes to are met.
    """

    values: Mapping[str, Value]
    families: tuple[str, ...] = ()
    granted: Callable[[str], bool] = _nothing

    def within(self, values: Mapping[str, Value]) -> Context:
        """Return this context with more values."""
        return Context({**values, **self.values}, self.families, self.granted)

    def knows(self, key: str) -> bool:
        """Tell whether it is known what the request says of `key`."""
        return key in self.values or key.startswith(self.families or ("\0",))


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether all that is known of a condition is met, and what is not known of it, in words."""

    met: bool
    unknown: tuple[str, ...] = ()


def check(condition: Mapping[str, Mapping[str, Any]], context: Context) -> Checked:
    """Hold a statement's Condition against a request: every operator and every key must be met."""
    unknown = []
    for operator, pairs in condition.items():
        for name, wanted in pairs.items():
            key = name.lower()
            if context.granted(key):
                continue
            values = tuple(_text(each) for each in many(wanted))
            test = _test(operator)
            if test is None or not context.knows(key) or any("${" in value for value in values):
                unknown.append(f"{operator} {name}")
            elif not test(context.values.get(key), values):
                return Checked(met=False)
    return Checked(met=True, unknown=tuple(unknown))


def many(value: Any) -> list[Any]:
    """Return a JSON value that may be one or a list of them, as a list."""
    return value if isinstance(value, list) else [value]


def like(given: str, pattern: str) -> bool:
    """Tell whether `given` is like `pattern`, in which * is anything and ? one character."""
    return _pattern(pattern).fullmatch(given) is not None


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"([*?])", text)
    return re.compile("".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in parts), re.DOTALL)


def _arn_like(given: str, pattern: str) -> bool:
    """Each of an ARN's six parts is compared by itself: a * does not go past a colon, but in the last one."""
    parts, patterns = given.split(":", _ARN_PARTS - 1), pattern.split(":", _ARN_PARTS - 1)
    return len(parts) == len(patterns) == _ARN_PARTS and all(map(like, parts, patterns))


def _same_letters(given: str, wanted: str) -> bool:
    return given.lower() == wanted.lower()


def _numbers(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def compared(given: str, wanted: str) -> bool:
        try:
            return compare(float(given), float(wanted))
        except ValueError:
            return False

    return compared


_POSITIVE: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "StringEquals": comparing.eq,
    "StringEqualsIgnoreCase": _same_letters,
    "StringLike": like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": _same_letters,
    "NumericEquals": _numbers(comparing.eq),
    "NumericLessThan": _numbers(comparing.lt),
    "NumericLessThanEquals": _numbers(comparing.le),
    "NumericGreaterThan": _numbers(comparing.gt),
    "NumericGreaterThanEquals": _numbers(comparing.ge),
}
_NEGATIVE: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "StringNotEquals": comparing.eq,
    "StringNotEqualsIgnoreCase": _same_letters,
    "StringNotLike": like,
    "ArnNotEquals": _arn_like,
    "ArnNotLike": _arn_like,
    "NumericNotEquals": _numbers(comparing.eq),
}

_Test = Callable[[Value, tuple[str, ...]], bool]


def _test(operator: str) -> _Test | None:
    """Return what an operator tests of a request's value and a policy's, or None for an unknown operator."""
    if operator == "Null":
        return lambda given, wanted: any(_same_letters(str(_is_absent(given)), value) for value in wanted)
    quantifier = next((each for each in (_OF_ALL, _OF_ANY) if operator.startswith(each)), "")
    name = operator.removeprefix(quantifier)
    optional = name.endswith(_EXISTING)
    name = name.removesuffix(_EXISTING)
    if name in _POSITIVE:
        return _quantified(quantifier or _OF_ANY, _some(_POSITIVE[name]), absent=optional or quantifier == _OF_ALL)
    if name in _NEGATIVE:
        return _quantified(quantifier or _OF_ALL, _none(_NEGATIVE[name]), absent=quantifier != _OF_ANY)
    return None


def _some(compare: Callable[[str, str], bool]) -> Callable[[str, tuple[str, ...]], bool]:
    return lambda given, wanted: any(compare(given, value) for value in wanted)


def _none(compare: Callable[[str, str], bool]) -> Callable[[str, tuple[str, ...]], bool]:
    return lambda given, wanted: not any(compare(given, value) for value in wanted)


def _quantified(quantifier: str, one: Callable[[str, tuple[str, ...]], bool], *, absent: bool) -> _Test:
    """Return a test of all of a key's values, or any; `absent` is its answer where the request has none."""
    join: Callable[[Iterable[bool]], bool] = all if quantifier == _OF_ALL else any

    def test(given: Value, wanted: tuple[str, ...]) -> bool:
        return absent if _is_absent(given) else join(one(value, wanted) for value in _values(given))

    return test


def _is_absent(given: Value) -> bool:
    return not _values(given)


def _values(given: Value) -> tuple[str, ...]:
    return () if given is None else given if isinstance(given, tuple) else (given,)


def _text(value: Any) -> str:
    """Return a JSON value as policies compare it: true is "true"."""
    return str(value).lower() if isinstance(value, bool) else str(value)
