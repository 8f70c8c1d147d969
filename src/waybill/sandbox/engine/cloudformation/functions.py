"""Intrinsic functions over what is known. Pure.

A value may depend on what exists only later: then it is `Unknown`, and so is everything that is computed from it.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from waybill.sandbox.engine.cloudformation.values import NOTHING, Unknown, arguments, text_of, unknown_in, wrong

NO_VALUE: Final = "AWS::NoValue"
_IN_TEXT: Final = re.compile(r"\$\{(!?)([^}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What functions may ask: `values` are those of parameters and pseudo parameters, `conditions` all conditions.

    `ref` and `attribute` answer for resources (`Unknown` where they are none yet), `exported` for other stacks'
    exports; all raise `Refusal`. `functions` are those that may be used here, besides `Ref`.
    """

    values: Mapping[str, Any]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, bool]
    ref: Callable[[str], Any]
    attribute: Callable[[str, str], Any]
    exported: Callable[[str], Any]
    functions: Mapping[str, Function]


Function = Callable[[Any, Scope], Any]


def resolve(value: Any, scope: Scope) -> Any:
    """Return `value` with its functions resolved, and without what is `AWS::NoValue`; raises `Refusal`."""
    if isinstance(value, Mapping):
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Ref":
                return _ref(argument, scope)
            if name in scope.functions:
                return scope.functions[name](argument, scope)
            if str(name).startswith("Fn::"):
                known = ", ".join(sorted(scope.functions))
                raise wrong(f"Encountered unsupported function: {name} Supported functions are: [{known}]")
        found = {name: resolve(each, scope) for name, each in value.items()}
        return {name: each for name, each in found.items() if each is not NOTHING}
    if isinstance(value, list):
        return [each for each in (resolve(each, scope) for each in value) if each is not NOTHING]
    return value


def _ref(name: Any, scope: Scope) -> Any:
    if name == NO_VALUE:
        return NOTHING
    return scope.values[name] if name in scope.values else scope.ref(str(name))


def _get_att(given: Any, scope: Scope) -> Any:
    if isinstance(given, str):
        given = given.split(".", 1)
    name, attribute = arguments("Fn::GetAtt", given, 2)
    attribute = resolve(attribute, scope)
    return unknown_in(attribute) or scope.attribute(str(name), str(attribute))


def _sub(given: Any, scope: Scope) -> Any:
    text, own = (given, {}) if isinstance(given, str) else arguments("Fn::Sub", given, 2)
    if not isinstance(text, str) or not isinstance(own, Mapping):
        raise wrong("Fn::Sub takes a string, or a list of a string and a map")
    found: dict[str, Any] = {}
    for literal, name in _IN_TEXT.findall(text):
        if literal or name in found:
            continue
        if name in own:
            found[name] = resolve(own[name], scope)
        elif "." in name and name not in scope.values:
            found[name] = scope.attribute(*name.split(".", 1))
        else:
            found[name] = _ref(name, scope)
    unknown = unknown_in(list(found.values()))
    if unknown:
        return unknown
    return _IN_TEXT.sub(lambda each: f"${{{each[2]}}}" if each[1] else text_of(found[each[2]], "Fn::Sub"), text)


def _join(given: Any, scope: Scope) -> Any:
    between, items = (resolve(each, scope) for each in arguments("Fn::Join", given, 2))
    unknown = unknown_in(between, items)
    if unknown:
        return unknown
    if not isinstance(items, list):
        raise wrong("Fn::Join joins a list")
    return text_of(between, "Fn::Join").join(text_of(each, "Fn::Join") for each in items)


def _split(given: Any, scope: Scope) -> Any:
    at, text = (resolve(each, scope) for each in arguments("Fn::Split", given, 2))
    return unknown_in(at, text) or text_of(text, "Fn::Split").split(text_of(at, "Fn::Split"))


def _select(given: Any, scope: Scope) -> Any:
    index, items = (resolve(each, scope) for each in arguments("Fn::Select", given, 2))
    unknown = unknown_in(index) or (items if isinstance(items, Unknown) else None)
    if unknown:
        return unknown
    if not isinstance(items, Sequence) or isinstance(items, str) or not str(index).isdecimal():
        raise wrong("Fn::Select takes an index and a list")
    if int(index) >= len(items):
        raise wrong(f"Fn::Select cannot select nonexistent value at index {index}")
    return items[int(index)]


def _if(given: Any, scope: Scope) -> Any:
    name, when, otherwise = arguments("Fn::If", given, 3)
    if name not in scope.conditions:
        raise wrong(f"unresolved condition dependency {name} in Fn::If")
    return resolve(when if scope.conditions[name] else otherwise, scope)


def find_in_map(given: Any, scope: Scope) -> Any:
    """Fn::FindInMap."""
    names = [resolve(each, scope) for each in arguments("Fn::FindInMap", given, 3)]
    unknown = unknown_in(names)
    if unknown:
        return unknown
    found: Any = scope.mappings
    for name in names:
        if not isinstance(found, Mapping) or str(name) not in found:
            raise wrong(f"Unable to get mapping for {'::'.join(map(str, names))}")
        found = found[str(name)]
    return found


def _import_value(given: Any, scope: Scope) -> Any:
    name = resolve(given, scope)
    return unknown_in(name) or scope.exported(text_of(name, "Fn::ImportValue"))


def _base64(given: Any, scope: Scope) -> Any:
    text = resolve(given, scope)
    return unknown_in(text) or base64.b64encode(text_of(text, "Fn::Base64").encode()).decode()


def _get_azs(given: Any, scope: Scope) -> Any:
    region = resolve(given, scope) or scope.values["AWS::Region"]
    return unknown_in(region) or [f"{region}{letter}" for letter in "abc"]


# In Resources and Outputs; conditions and rules have their own.
IN_RESOURCES: Final[Mapping[str, Function]] = {
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::If": _if,
    "Fn::FindInMap": find_in_map,
    "Fn::ImportValue": _import_value,
    "Fn::Base64": _base64,
    "Fn::GetAZs": _get_azs,
}
EVERYWHERE: Final[Mapping[str, Function]] = {
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::FindInMap": find_in_map,
}
