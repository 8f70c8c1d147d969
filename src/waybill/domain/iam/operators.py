"""The condition operators: what each compares a request's value with a policy's. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import operator as comparing
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from waybill.domain.iam.patterns import arn_like, like, plain, same

_EPOCH: Final = re.compile(r"\d{5,}(\.\d+)?\Z")
_YEAR: Final = re.compile(r"\d{4}(-\d\d)?\Z")

Compare = Callable[[str, str], bool]
"""Compares what a request says with one filled value of a policy."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator. A `negated` one is met where no value of the policy compares; `varies`: it takes variables."""

    compare: Compare
    negated: bool = False
    varies: bool = False


def operator_of(name: str) -> Operator | None:
    """Return an operator by its name, without quantifier and `IfExists`; None where there is no such one."""
    return _OPERATORS.get(name.lower())


def _same_letters(given: str, wanted: str) -> bool:
    return same(given.lower(), wanted.lower())


def _numbers(compare: Callable[[float, float], bool]) -> Compare:
    def compared(given: str, wanted: str) -> bool:
        try:
            return compare(float(given), float(wanted))
        except ValueError:
            return False

    return compared


def _dates(compare: Callable[[datetime, datetime], bool]) -> Compare:
    def compared(given: str, wanted: str) -> bool:
        left, right = _moment(given), _moment(wanted)
        return left is not None and right is not None and compare(left, right)

    return compared


def _moment(text: str) -> datetime | None:
    """Read a moment as policies write them: ISO 8601, down to a year alone, or seconds since 1970."""
    text = text.strip()
    try:
        if _EPOCH.match(text):
            return datetime.fromtimestamp(float(text), UTC)
        if _YEAR.match(text):
            text += "-01" if "-" in text else "-01-01"
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _in_range(given: str, wanted: str) -> bool:
    import ipaddress  # noqa: PLC0415 - few policies speak of addresses

    try:
        return ipaddress.ip_address(given) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return False


def _same_bytes(given: str, wanted: str) -> bool:
    import base64  # noqa: PLC0415 - as above

    try:
        return base64.b64decode(given, validate=True) == base64.b64decode(plain(wanted), validate=True)
    except ValueError:
        return False


def _orders(make: Callable[[Callable[[Any, Any], bool]], Compare], kind: str) -> dict[str, Operator]:
    return {
        f"{kind}Equals": Operator(make(comparing.eq)),
        f"{kind}NotEquals": Operator(make(comparing.eq), negated=True),
        f"{kind}LessThan": Operator(make(comparing.lt)),
        f"{kind}LessThanEquals": Operator(make(comparing.le)),
        f"{kind}GreaterThan": Operator(make(comparing.gt)),
        f"{kind}GreaterThanEquals": Operator(make(comparing.ge)),
    }


_NAMED: Final[Mapping[str, Operator]] = {
    "StringEquals": Operator(same, varies=True),
    "StringNotEquals": Operator(same, varies=True, negated=True),
    "StringEqualsIgnoreCase": Operator(_same_letters, varies=True),
    "StringNotEqualsIgnoreCase": Operator(_same_letters, varies=True, negated=True),
    "StringLike": Operator(like, varies=True),
    "StringNotLike": Operator(like, varies=True, negated=True),
    "ArnEquals": Operator(arn_like, varies=True),
    "ArnLike": Operator(arn_like, varies=True),
    "ArnNotEquals": Operator(arn_like, varies=True, negated=True),
    "ArnNotLike": Operator(arn_like, varies=True, negated=True),
    "Bool": Operator(_same_letters, varies=True),
    "BinaryEquals": Operator(_same_bytes),
    "IpAddress": Operator(_in_range),
    "NotIpAddress": Operator(_in_range, negated=True),
    **_orders(_numbers, "Numeric"),
    **_orders(_dates, "Date"),
}
_OPERATORS: Final = {name.lower(): operator for name, operator in _NAMED.items()}
