"""Reads a CloudFormation template as CloudFormation would: its short tags, its conditions, its functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(str(files("waybill"))) / "templates"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))
NOTHING = object()
"""What AWS::NoValue is."""


class Loader(yaml.CSafeLoader):
    """A safe loader, and the short tags: `!Sub x` is `{"Fn::Sub": "x"}`, and a date stays text."""


def _tagged(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", _tagged)


def text(name: str) -> str:
    return (FOLDER / f"{name}.yaml").read_text()


@cache
def load(name: str) -> dict[str, Any]:
    """Return the template, which all tests share: nobody changes it."""
    template = yaml.load(text(name), Loader=Loader)
    assert isinstance(template, dict)
    return template


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A template with its parameters: what CloudFormation would make of it.

    A resource's `Ref` is `<Key>`, its attribute `<Key.Arn>`, unless `known` says what they are.
    """

    template: Mapping[str, Any]
    parameters: Mapping[str, str] = field(default_factory=dict)
    account: str = "222222222222"
    region: str = "us-east-1"
    known: Mapping[str, str] = field(default_factory=dict)

    @property
    def resources(self) -> dict[str, Any]:
        """The resources whose conditions hold, with every function evaluated."""
        return self._those("Resources")

    @property
    def outputs(self) -> dict[str, Any]:
        return {name: output["Value"] for name, output in self._those("Outputs").items()}

    def properties(self, name: str) -> Any:
        return self.resources[name]["Properties"]

    def _those(self, section: str) -> dict[str, Any]:
        found = {}
        for name, body in self.template.get(section, {}).items():
            if self.holds(body.get("Condition")):
                found[name] = self.value({key: value for key, value in body.items() if key != "Condition"})
        return found

    def holds(self, condition: str | None) -> bool:
        return condition is None or bool(self.value(self.template["Conditions"][condition]))

    def value(self, node: Any) -> Any:
        """Return what is left of `node` when its functions are evaluated."""
        if isinstance(node, list):
            return [value for value in map(self.value, node) if value is not NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name in {"Ref", "Condition"} and isinstance(argument, str):
                return self.ref(argument) if name == "Ref" else self.holds(argument)
            if name.startswith("Fn::"):
                return self.called(name.removeprefix("Fn::"), argument)
        values = {key: self.value(value) for key, value in node.items()}
        return {key: value for key, value in values.items() if value is not NOTHING}

    def ref(self, name: str) -> Any:
        pseudo = {"AWS::AccountId": self.account, "AWS::Region": self.region, "AWS::Partition": "aws"}
        pseudo |= {"AWS::URLSuffix": "amazonaws.com", "AWS::StackName": "stack", "AWS::NoValue": NOTHING}  # type: ignore[dict-item]
        if name in pseudo:
            return pseudo[name]
        if name in self.template["Parameters"]:
            declared = self.template["Parameters"][name]
            given = self.parameters.get(name, declared.get("Default"))
            assert given is not None, f"{name} needs a value"
            return given.split(",") if declared["Type"] == "CommaDelimitedList" else str(given)
        assert name in self.template["Resources"], f"nothing is called {name}"
        assert self.holds(self.template["Resources"][name].get("Condition")), f"{name} is not made"
        return self.known.get(name, f"<{name}>")

    def called(self, name: str, argument: Any) -> Any:
        match name:
            case "If":
                condition, then, otherwise = argument
                return self.value(then if self.holds(condition) else otherwise)
            case "GetAtt":
                self.ref(argument[0])
                attribute = ".".join(argument)
                return self.known.get(attribute, f"<{attribute}>")
            case "Sub":
                return self.substituted(*(argument if isinstance(argument, list) else (argument, {})))
        values = self.value(argument)
        match name:
            case "Equals":
                return values[0] == values[1]
            case "Not":
                return not values[0]
            case "And":
                return all(values)
            case "Or":
                return any(values)
            case "Join":
                return values[0].join(values[1])
            case "Split":
                return values[1].split(values[0])
            case "Select":
                return values[1][int(values[0])]
        raise AssertionError(f"Fn::{name} is not known here")

    def substituted(self, pattern: str, names: Mapping[str, Any]) -> str:
        def found(match: re.Match[str]) -> str:
            name = match[1]
            if name in names:
                return str(self.value(names[name]))
            return str(self.called("GetAtt", name.split(".", 1)) if "." in name else self.ref(name))

        return re.sub(r"\$\{([A-Za-z0-9:.]+)\}", found, pattern)


def statements(document: Mapping[str, Any]) -> list[Any]:
    assert document["Version"] == "2012-10-17"
    return list(document["Statement"])


def by_sid(document: Mapping[str, Any]) -> dict[str, Any]:
    found = {statement["Sid"]: _plain(statement) for statement in statements(document)}
    assert len(found) == len(statements(document)), "every statement has a Sid of its own"
    return found


def listed(value: Any) -> list[Any]:
    """Return the values of a member of a policy, which may be one or a list."""
    return value if isinstance(value, list) else [value]


def _plain(statement: Mapping[str, Any]) -> dict[str, Any]:
    """A list of one is that one."""
    return {name: _one(value) for name, value in statement.items()}


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value
