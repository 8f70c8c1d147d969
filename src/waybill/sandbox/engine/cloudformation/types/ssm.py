"""AWS::SSM::Parameter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.sandbox.engine.cloudformation.kinds import Made, Place
from waybill.sandbox.engine.cloudformation.types.asking import ask, unfit
from waybill.sandbox.engine.cloudformation.types.common import gone, named, tag_list

_TYPES = ("String", "StringList")
_PUT = frozenset({"Type", "Value", "Description", "AllowedPattern", "DataType", "Tier"})


class Parameter:
    """A parameter. `Tags` is a mapping here, unlike everywhere else."""

    type = "AWS::SSM::Parameter"
    known = _PUT | {"Name", "Tags"}
    required = frozenset({"Type", "Value"})
    replaces = frozenset({"Name", "DataType"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """PutParameter, where none is."""
        if properties["Type"] not in _TYPES:
            raise unfit(f"#/Type: {properties['Type']} is not a valid enum value: {', '.join(_TYPES)}")
        name = str(properties.get("Name") or named(place))
        found = {**place.tags, **properties.get("Tags", {})}
        ask(place.client("ssm"), "PutParameter", {**_request(name, properties), "Tags": tag_list(found)})
        return _made(name, properties)

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """PutParameter over it (only where that changes it), and its tags."""
        ssm, name = place.client("ssm"), made.physical_id
        if any(before.get(key) != after.get(key) for key in _PUT):
            # What is left out stays as it was.
            request = {"Description": "", **_request(name, after), "Overwrite": True}
            ask(ssm, "PutParameter", request)
        which = {"ResourceType": "Parameter", "ResourceId": name}
        there = {tag["Key"] for tag in ask(ssm, "ListTagsForResource", which)["TagList"]}
        then = {**place.tags, **after.get("Tags", {})}
        if there - then.keys():
            ask(ssm, "RemoveTagsFromResource", {**which, "TagKeys": sorted(there - then.keys())})
        if then:
            ask(ssm, "AddTagsToResource", {**which, "Tags": tag_list(then)})
        return _made(name, after)

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """DeleteParameter."""
        with gone("ParameterNotFound"):
            ask(place.client("ssm"), "DeleteParameter", {"Name": made.physical_id})


def _request(name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"Name": name, **{key: value for key, value in properties.items() if key in _PUT}}


def _made(name: str, properties: Mapping[str, Any]) -> Made:
    return Made(name, {"Type": str(properties["Type"]), "Value": str(properties["Value"])})
