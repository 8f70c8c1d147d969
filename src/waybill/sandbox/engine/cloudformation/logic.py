"""Conditions and rules: functions that say true or false, over parameters. Pure.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-rules.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from waybill.sandbox.engine.cloudformation.functions import EVERYWHERE, Function, Scope, resolve
from waybill.sandbox.engine.cloudformation.values import arguments, text_of, wrong
from waybill.sandbox.engine.refusals import Refusal

_MOST: Final = 10


def conditions(declared: Mapping[str, Any], values: Mapping[str, Any], mappings: Mapping[str, Any]) -> dict[str, bool]:
    """Return every condition of a template as true or false; raises `Refusal`."""
    deciding = _Deciding(declared, values, mappings, {})
    return {name: deciding.decide(name) for name in declared}


def check_rules(declared: Mapping[str, Any], values: Mapping[str, Any], mappings: Mapping[str, Any]) -> None:
    """Raise `Refusal` with what the rules say of the values that they do not allow."""
    scope = _scope(values, mappings, {}, _IN_RULES)
    faults = []
    for name, rule in declared.items():
        if not isinstance(rule, Mapping) or not isinstance(rule.get("Assertions"), list):
            raise Refusal("ValidationError", f"Template format error: Rule {name} has no list of Assertions.")
        if "RuleCondition" in rule and not _truth(rule["RuleCondition"], scope):
            continue
        for each in rule["Assertions"]:
            if not _truth(each.get("Assert"), scope):
                faults.append(f"{name}: {each.get('AssertDescription', 'An assertion does not hold.')}")
    if faults:
        raise Refusal("ValidationError", f"Template validation error: Rule {'; Rule '.join(faults)}")


@dataclass(frozen=True, slots=True)
class _Deciding:
    """Conditions while they are decided: one may ask for others. `found` has those that are."""

    declared: Mapping[str, Any]
    values: Mapping[str, Any]
    mappings: Mapping[str, Any]
    found: dict[str, bool]

    def decide(self, name: str, above: tuple[str, ...] = ()) -> bool:
        if name in self.found:
            return self.found[name]
        if name not in self.declared:
            unresolved = f"Unresolved condition dependency {name} in the Conditions block of the template"
            raise Refusal("ValidationError", f"Template format error: {unresolved}")
        if name in above:
            raise wrong(f"Circular dependencies among conditions: [{', '.join(above)}]")

        def other(given: Any, _: Scope) -> bool:
            return self.decide(str(given), (*above, name))

        scope = _scope(self.values, self.mappings, self.found, {**_IN_CONDITIONS, "Condition": other})
        self.found[name] = _truth(self.declared[name], scope)
        return self.found[name]


def _scope(
    values: Mapping[str, Any],
    mappings: Mapping[str, Any],
    known: Mapping[str, bool],
    functions: Mapping[str, Function],
) -> Scope:
    return Scope(
        values=values,
        mappings=mappings,
        conditions=known,
        ref=_no_resource,
        attribute=_no_resource,
        exported=_no_resource,
        functions=functions,
    )


def _no_resource(name: str, _: str = "") -> Any:
    where = "Cannot reference resources in the Conditions block of the template"
    raise Refusal("ValidationError", f"Template format error: Unresolved dependencies [{name}]. {where}")


def _truth(given: Any, scope: Scope) -> bool:
    found = resolve(given, scope)
    if isinstance(found, bool):
        return found
    if found in ("true", "false"):
        return bool(found == "true")
    raise wrong(f"a condition is neither true nor false: {found!r}")


def _equals(given: Any, scope: Scope) -> bool:
    one, other = (resolve(each, scope) for each in arguments("Fn::Equals", given, 2))
    if isinstance(one, list) or isinstance(other, list):
        return bool(one == other)
    return text_of(one, "Fn::Equals") == text_of(other, "Fn::Equals")


def _and(given: Any, scope: Scope) -> bool:
    truths = [_truth(each, scope) for each in arguments("Fn::And", given, *range(2, _MOST + 1))]
    return all(truths)


def _or(given: Any, scope: Scope) -> bool:
    truths = [_truth(each, scope) for each in arguments("Fn::Or", given, *range(2, _MOST + 1))]
    return any(truths)


def _not(given: Any, scope: Scope) -> bool:
    return not _truth(arguments("Fn::Not", given, 1)[0], scope)


def _if(given: Any, scope: Scope) -> Any:
    name, when, otherwise = arguments("Fn::If", given, 3)
    decided = scope.functions["Condition"](name, scope)
    return resolve(when if decided else otherwise, scope)


def _contains(given: Any, scope: Scope) -> bool:
    items, one = (resolve(each, scope) for each in arguments("Fn::Contains", given, 2))
    return text_of(one, "Fn::Contains") in _texts("Fn::Contains", items)


def _each_equals(given: Any, scope: Scope) -> bool:
    items, one = (resolve(each, scope) for each in arguments("Fn::EachMemberEquals", given, 2))
    return all(each == text_of(one, "Fn::EachMemberEquals") for each in _texts("Fn::EachMemberEquals", items))


def _each_in(given: Any, scope: Scope) -> bool:
    items, among = (resolve(each, scope) for each in arguments("Fn::EachMemberIn", given, 2))
    return set(_texts("Fn::EachMemberIn", items)) <= set(_texts("Fn::EachMemberIn", among))


def _texts(name: str, items: Any) -> list[str]:
    if not isinstance(items, list):
        raise wrong(f"{name} takes a list of strings")
    return [text_of(each, name) for each in items]


_LOGIC: Final[Mapping[str, Function]] = {"Fn::Equals": _equals, "Fn::And": _and, "Fn::Or": _or, "Fn::Not": _not}
_IN_CONDITIONS: Final[Mapping[str, Function]] = {**EVERYWHERE, **_LOGIC, "Fn::If": _if}
# RefAll, ValueOf and ValueOfAll ask about types of parameters that the sandbox has no lists of.
_IN_RULES: Final[Mapping[str, Function]] = {
    **_LOGIC,
    "Fn::Contains": _contains,
    "Fn::EachMemberEquals": _each_equals,
    "Fn::EachMemberIn": _each_in,
}
