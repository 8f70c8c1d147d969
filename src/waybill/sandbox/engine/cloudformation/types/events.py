"""AWS::Events::Rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.sandbox.engine.cloudformation.kinds import Made, Place
from waybill.sandbox.engine.cloudformation.types.asking import ask, unfit
from waybill.sandbox.engine.cloudformation.types.common import document, gone, named, only, tag_list, tags, undoing


class Rule:
    """A rule of the default bus, and its targets."""

    type = "AWS::Events::Rule"
    known = frozenset(
        {"Description", "EventPattern", "Name", "RoleArn", "ScheduleExpression", "State", "Tags", "Targets"}
    )
    required = frozenset[str]()
    replaces = frozenset({"Name"})

    def create(self, properties: Mapping[str, Any], place: Place) -> Made:
        """PutRule, where none is, and PutTargets."""
        name = str(properties.get("Name") or named(place))
        events = place.client("events")
        if any(rule["Name"] == name for rule in ask(events, "ListRules", {"NamePrefix": name})["Rules"]):
            raise unfit(f"Rule {name} already exists on event bus default.", "AlreadyExists")
        request = {"Tags": tag_list(tags(properties, place))}
        arn = ask(events, "PutRule", {**_request(name, properties), **request})["RuleArn"]
        made = Made(name, {"Arn": arn})
        with undoing(lambda: self.delete(made, properties, place)):
            _target(events, name, properties.get("Targets", []))
        return made

    def update(self, made: Made, before: Mapping[str, Any], after: Mapping[str, Any], place: Place) -> Made:
        """PutRule over it, and its targets."""
        events, name = place.client("events"), made.physical_id
        ask(events, "PutRule", _request(name, after))
        kept = {target["Id"] for target in after.get("Targets", [])}
        _drop(events, name, [target["Id"] for target in before.get("Targets", []) if target["Id"] not in kept])
        _target(events, name, after.get("Targets", []))
        which, then = {"ResourceARN": made.attributes["Arn"]}, tags(after, place)
        there = {tag["Key"] for tag in ask(events, "ListTagsForResource", which)["Tags"]}
        if there - then.keys():
            ask(events, "UntagResource", {**which, "TagKeys": sorted(there - then.keys())})
        if then:
            ask(events, "TagResource", {**which, "Tags": tag_list(then)})
        return made

    def delete(self, made: Made, properties: Mapping[str, Any], place: Place) -> None:
        """DeleteRule, without its targets."""
        events = place.client("events")
        with gone("ResourceNotFoundException"):
            _drop(events, made.physical_id, [target["Id"] for target in properties.get("Targets", [])])
            ask(events, "DeleteRule", {"Name": made.physical_id})


def _request(name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    request = {"Name": name, **only(properties, "Description", "RoleArn", "ScheduleExpression", "State")}
    if "EventPattern" in properties:
        request["EventPattern"] = document(properties["EventPattern"])
    return request


def _target(events: Any, rule: str, targets: list[Any]) -> None:
    if targets:
        _check(ask(events, "PutTargets", {"Rule": rule, "Targets": targets}))


def _drop(events: Any, rule: str, ids: list[str]) -> None:
    if ids:
        _check(ask(events, "RemoveTargets", {"Rule": rule, "Ids": ids}))


def _check(answer: Mapping[str, Any]) -> None:
    for entry in answer.get("FailedEntries", []):
        raise unfit(f"{entry['TargetId']}: {entry['ErrorMessage']}", entry["ErrorCode"])
