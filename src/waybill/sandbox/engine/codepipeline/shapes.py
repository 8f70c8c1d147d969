"""Requests against the service model: required members, types, lengths, patterns, enums. Pure.

Clients check types only, AWS checks all of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_TYPES: Final[Mapping[str, type]] = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "integer": int,
    "boolean": bool,
}


def faults(shape: Any, value: Any, at: str = "") -> list[str]:
    """Return what is wrong with `value`, which should be as a botocore `shape` says; sentences."""
    where = at or "request"
    if not _is_a(shape.type_name, value):
        return [f"Value at '{where}' must be of type {shape.type_name}"]
    if shape.type_name == "structure":
        return _of_structure(shape, value, at)
    found = _of_size(shape, value, where)
    if shape.type_name == "list":
        inside = (faults(shape.member, each, f"{at}.{number}.member") for number, each in enumerate(value, 1))
    elif shape.type_name == "map":
        inside = (
            fault
            for key, each in value.items()
            for fault in (faults(shape.key, key, f"{at}.key"), faults(shape.value, each, f"{at}.{key}"))
        )
    else:
        return found
    return [*found, *(fault for several in inside for fault in several)]


def _is_a(kind: str, value: Any) -> bool:
    return isinstance(value, _TYPES.get(kind, object))


def _of_structure(shape: Any, value: dict[str, Any], at: str) -> list[str]:
    dot = f"{at}." if at else ""
    found = [
        f"Value at '{dot}{name}' failed to satisfy constraint: Member must not be null"
        for name in shape.required_members
        if value.get(name) is None
    ]
    for name, each in value.items():
        if name in shape.members and each is not None:
            found += faults(shape.members[name], each, f"{dot}{name}")
    return found


def _of_size(shape: Any, value: Any, where: str) -> list[str]:
    rules = shape.metadata
    start = f"Value at '{where}' failed to satisfy constraint: Member must"
    size = value if isinstance(value, int) else len(value)
    kind = "have value" if isinstance(value, int) else "have length"
    found = []
    if not isinstance(value, bool) and size < rules.get("min", size):
        found.append(f"{start} {kind} greater than or equal to {rules['min']}")
    if not isinstance(value, bool) and size > rules.get("max", size):
        found.append(f"{start} {kind} less than or equal to {rules['max']}")
    if "enum" in rules and value not in rules["enum"]:
        found.append(f"{start} satisfy enum value set: [{', '.join(rules['enum'])}]")
    # Python has no character classes such as \P{C}.
    pattern = rules.get("pattern", "")
    if pattern and "\\P{" not in pattern and not re.fullmatch(pattern, value):
        found.append(f"{start} satisfy regular expression pattern: {pattern}")
    return found
