"""Holds every answer of CloudFormation, as it comes over the wire, to botocore's service model.

botocore's own parser forgives: elements that it does not know are dropped, those that are missing are left out, enums
are not looked at.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as Xml

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
COMMON = {"ValidationError", "NotImplemented"}
"""Errors that all services have, besides those of the operation."""

UNLISTED = {
    "REVIEW_IN_PROGRESS",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
}
"""Statuses of a stack that CloudFormation tells as those of events, though the model's list has them not."""


def departures(shape: Any, element: Xml.Element, at: str = "") -> list[str]:
    """Return where an element is not as the shape says."""
    if shape.type_name == "structure":
        return of_structure(shape, element, at)
    if shape.type_name == "list":
        found = [f"{at}: {bare(each)} in a list" for each in element if bare(each) != "member"]
        for number, each in enumerate(element):
            found += departures(shape.member, each, f"{at}[{number}]")
        return found
    text = element.text or ""
    if len(element):
        return [f"{at} has elements"]
    if shape.type_name == "boolean":
        return [] if text in {"true", "false"} else [f"{at}: {text!r} is no boolean"]
    if shape.type_name == "integer":
        return [] if text.isdecimal() else [f"{at}: {text!r} is no integer"]
    if shape.type_name == "timestamp":
        return [] if TIME.fullmatch(text) else [f"{at}: {text!r} is no time"]
    return of_text(shape, text, at)


def of_structure(shape: Any, element: Xml.Element, at: str) -> list[str]:
    names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
    there = [bare(each) for each in element]
    found = [f"{at}.{name} is missing" for name in shape.required_members if name not in there]
    found += [f"{at}.{name} is unknown" for name in there if name not in names]
    found += [f"{at}.{name} is there twice" for name in set(there) if there.count(name) > 1]
    for each in element:
        if bare(each) in names:
            found += departures(shape.members[names[bare(each)]], each, f"{at}.{bare(each)}")
    return found


def of_text(shape: Any, text: str, at: str) -> list[str]:
    rules = shape.metadata
    found = []
    unlisted = UNLISTED if shape.name == "ResourceStatus" else set[str]()
    if "enum" in rules and text not in {*rules["enum"], *unlisted}:
        found.append(f"{at}: {text!r} is none of {rules['enum']}")
    if "pattern" in rules and not re.fullmatch(rules["pattern"], text):
        found.append(f"{at}: {text!r} does not match {rules['pattern']}")
    if not rules.get("min", 0) <= len(text) <= rules.get("max", len(text)):
        found.append(f"{at}: {text!r} is too long or too short")
    return found


def bare(element: Xml.Element) -> str:
    return element.tag.rpartition("}")[2]


def watch(client: Any) -> Any:
    """Let `client` fail on an answer that departs from the service model; return it."""

    def check(operation_model: Any, response_dict: Any, **_: Any) -> None:
        root = Xml.fromstring(response_dict["body"])
        if response_dict["status_code"] >= 300:
            code = next(each.text for each in root.iter() if bare(each) == "Code")
            assert code in COMMON | {shape.error_code for shape in operation_model.error_shapes}, code
            return
        named = {bare(each): each for each in root}
        assert "RequestId" in {bare(each) for each in named["ResponseMetadata"]}
        shape = operation_model.output_shape
        if shape is not None:
            result = named[shape.serialization["resultWrapper"]]
            assert departures(shape, result, operation_model.name) == []

    client.meta.events.register("before-parse.cloudformation", check)
    return client
