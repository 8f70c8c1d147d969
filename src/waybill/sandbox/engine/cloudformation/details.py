"""The members of a change, as change sets tell it. Pure.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChangeDetail.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from waybill.sandbox.engine.cloudformation import template as templates
from waybill.sandbox.engine.cloudformation.stack import Kept
from waybill.sandbox.engine.cloudformation.values import Unknown

_UNSEEN: Final = "{{changeSet:KNOWN_AFTER_APPLY}}"

Json = dict[str, Any]


def may_equal(was: Any, will: Any) -> bool:
    """Tell whether `will`, which has unknown values in it, could turn out to be `was`."""
    if isinstance(will, Unknown):
        return True
    if isinstance(will, Mapping) and isinstance(was, Mapping):
        return was.keys() == will.keys() and all(may_equal(was[name], will[name]) for name in will)
    if isinstance(will, list) and isinstance(was, list):
        return len(was) == len(will) and all(may_equal(*pair) for pair in zip(was, will, strict=True))
    return bool(was == will)


def visible(value: Any) -> Any:
    """Return a value with what is unknown in it said so."""
    if isinstance(value, Unknown):
        return _UNSEEN
    if isinstance(value, Mapping):
        return {name: visible(each) for name, each in value.items()}
    return [visible(each) for each in value] if isinstance(value, list) else value


def removal(kept: Kept) -> Json:
    """Return the change of a resource that is in the template no more."""
    return {
        "Action": "Remove",
        "PolicyAction": "Delete" if kept.declared.deletion == templates.DELETE else "Retain",
        "LogicalResourceId": kept.declared.logical_id,
        "PhysicalResourceId": kept.made.physical_id,
        "ResourceType": kept.declared.type,
        "BeforeContext": json.dumps({"Properties": visible(kept.properties)}),
    }


def replacement(details: list[Json]) -> str:
    """Return whether changes of these details make another resource: True, False or Conditional."""
    again = {each["Evaluation"] for each in details if each["Target"].get("RequiresRecreation") == "Always"}
    return "True" if "Static" in again else "Conditional" if again else "False"


def detail(wanted: Json, source: tuple[str, str], *, dynamic: bool = False) -> Json:
    """Return a detail: what changes (`wanted`), and why: the kind of change and what causes it."""
    found: Json = {
        "Target": {"RequiresRecreation": "Never", **wanted},
        "Evaluation": "Dynamic" if dynamic else "Static",
        "ChangeSource": source[0],
    }
    return {**found, "CausingEntity": source[1]} if source[1] else found


def of_property(name: str, was: Any, will: Any, again: bool) -> Json:
    """Return the target of a property's change; `again`: it makes another resource."""
    wanted: Json = {"Attribute": "Properties", "Name": name, "Path": f"/Properties/{name}"}
    for side, value in (("BeforeValue", was), ("AfterValue", will)):
        if value is not None:
            wanted[side] = value if isinstance(value, str) else json.dumps(visible(value))
    return {**wanted, "RequiresRecreation": "Always" if again else "Never"}
