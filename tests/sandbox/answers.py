"""Holds every answer of CodePipeline, as it comes over the wire, to botocore's service model.

botocore's own parser forgives: members that it does not know are dropped, those that are missing are left out, enums
are not looked at.
"""

from __future__ import annotations

import json
import re
from typing import Any

JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "timestamp": (int, float),
}


def departures(shape: Any, value: Any, at: str = "") -> list[str]:
    """Return where `value` (JSON) is not as the shape says."""
    if not is_a(shape.type_name, value):
        return [f"{at}: {value!r} is no {shape.type_name}"]
    found: list[str] = []
    if shape.type_name == "structure":
        found += [f"{at}.{name} is missing" for name in shape.required_members if name not in value]
        found += [f"{at}.{name} is unknown" for name in value if name not in shape.members]
        for name in value.keys() & shape.members.keys():
            found += departures(shape.members[name], value[name], f"{at}.{name}")
    elif shape.type_name == "list":
        for number, each in enumerate(value):
            found += departures(shape.member, each, f"{at}[{number}]")
    elif shape.type_name == "map":
        for key, each in value.items():
            found += departures(shape.key, key, f"{at}.key") + departures(shape.value, each, f"{at}.{key}")
    elif shape.type_name == "string":
        rules = shape.metadata
        if "enum" in rules and value not in rules["enum"]:
            found.append(f"{at}: {value!r} is none of {rules['enum']}")
        # Python has no character classes such as \P{C}.
        pattern = rules.get("pattern", "")
        if pattern and "\\P{" not in pattern and not re.fullmatch(pattern, value):
            found.append(f"{at}: {value!r} does not match {pattern}")
        if not rules.get("min", 0) <= len(value) <= rules.get("max", len(value)):
            found.append(f"{at}: {value!r} is too long or too short")
    return found


def is_a(kind: str, value: Any) -> bool:
    return isinstance(value, JSON_TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def watch(client: Any) -> Any:
    """Let `client` fail on an answer that departs from the service model; return it."""

    def check(operation_model: Any, response_dict: Any, **_: Any) -> None:
        body = response_dict["body"]
        if response_dict["status_code"] >= 300:
            code = json.loads(body)["__type"]
            assert code in {shape.name for shape in operation_model.error_shapes}, code
        elif operation_model.output_shape is None:
            assert json.loads(body or b"{}") == {}
        else:
            found = departures(operation_model.output_shape, json.loads(body), operation_model.name)
            assert found == []

    client.meta.events.register("before-parse.codepipeline", check)
    return client
