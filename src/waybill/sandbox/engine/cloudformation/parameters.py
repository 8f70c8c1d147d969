"""A stack's parameters: the values that are given, held to what the template declares. Pure.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from waybill.sandbox.engine.refusals import Refusal

HIDDEN: Final = "****"
_LONGEST: Final = 4096
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_FROM_STORE: Final = "AWS::SSM::Parameter::Value<"
_LISTS: Final = ("CommaDelimitedList", "List<")
_KNOWN: Final = ("String", "Number", "CommaDelimitedList", "List<", "AWS::")

Declared = Mapping[str, Mapping[str, Any]]


def chosen(declared: Declared, given: Iterable[Mapping[str, Any]], previous: Mapping[str, str]) -> dict[str, str]:
    """Return every parameter's value as text: given, kept from before, or the default. Raises `Refusal`."""
    asked: dict[str, str] = {}
    for each in given:
        name = each.get("ParameterKey", "")
        if not each.get("UsePreviousValue"):
            asked[name] = each.get("ParameterValue", "")
        elif name in previous:
            asked[name] = previous[name]
        elif name in declared:
            raise _wrong(f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a "
                         "parameter key not in the previous template")  # fmt: skip
        else:
            asked[name] = ""
    strange = sorted(asked.keys() - declared.keys())
    if strange:
        raise _wrong(f"Parameters: [{', '.join(strange)}] do not exist in the template")
    values = {name: _text(body["Default"]) for name, body in declared.items() if "Default" in body} | asked
    missing = [name for name in declared if name not in values]
    if missing:
        raise _wrong(f"Parameters: [{', '.join(missing)}] must have values")
    for name, body in declared.items():
        _check(name, body, values[name])
    return {name: values[name] for name in declared}


def read(declared: Declared, values: Mapping[str, str], stored: Callable[[str], str]) -> dict[str, Any]:
    """Return what `Ref` gives for each parameter: a string or a list. `stored` reads Parameter Store."""
    found: dict[str, Any] = {}
    for name, body in declared.items():
        kind, value = str(body.get("Type")), values[name]
        if kind.startswith(_FROM_STORE):
            kind, value = kind.removeprefix(_FROM_STORE).removesuffix(">"), stored(value)
        found[name] = [each.strip() for each in value.split(",")] if kind.startswith(_LISTS) else value
    return found


def shown(declared: Declared, values: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the values as the answers have them."""
    return [
        {"ParameterKey": name, "ParameterValue": HIDDEN if is_hidden(declared.get(name, {})) else value}
        for name, value in values.items()
    ]


def is_hidden(body: Mapping[str, Any]) -> bool:
    """Tell whether a parameter's value is shown to nobody."""
    return body.get("NoEcho") in (True, "true", "True")


def _check(name: str, body: Mapping[str, Any], value: str) -> None:
    kind = body.get("Type")
    if not isinstance(kind, str):
        raise _wrong(f"Template format error: Every Parameters object must contain a Type member: {name}")
    if not kind.startswith(_KNOWN):
        raise _wrong(f"Template format error: Unrecognized parameter type: {kind}")
    if len(value.encode()) > _LONGEST:
        raise _wrong(f"Parameter '{name}' is longer than {_LONGEST} bytes")
    fault = next(_faults(body, kind, value), None)
    if fault is not None:
        described = body.get("ConstraintDescription")
        told = f" failed to satisfy constraint: {described}" if described else f" {fault}"
        raise _wrong(f"Parameter '{name}'{told}")


def _faults(body: Mapping[str, Any], kind: str, value: str) -> Iterator[str]:
    if kind.startswith(_FROM_STORE):
        return
    items = [each.strip() for each in value.split(",")] if kind.startswith(_LISTS) else [value]
    allowed = [_text(each) for each in body.get("AllowedValues", [])]
    pattern = body.get("AllowedPattern")
    for each in items:
        if kind in ("Number", "List<Number>"):
            if not _NUMBER.fullmatch(each):
                yield "must be a number"
                continue
            if "MinValue" in body and float(each) < float(body["MinValue"]):
                yield f"must be a number not less than {body['MinValue']}"
            if "MaxValue" in body and float(each) > float(body["MaxValue"]):
                yield f"must be a number not greater than {body['MaxValue']}"
        if allowed and each not in allowed:
            yield f"must be one of AllowedValues: [{', '.join(allowed)}]"
        if pattern is not None and not re.fullmatch(pattern, each):
            yield f"must match pattern {pattern}"
        if "MinLength" in body and len(each) < int(body["MinLength"]):
            yield f"must contain at least {body['MinLength']} characters"
        if "MaxLength" in body and len(each) > int(body["MaxLength"]):
            yield f"must contain at most {body['MaxLength']} characters"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _wrong(message: str) -> Refusal:
    return Refusal("ValidationError", message)
