"""A template as values, and what CloudFormation refuses in one before anything is made. Pure.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from waybill.sandbox.engine.cloudformation import document, references
from waybill.sandbox.engine.refusals import Refusal

DELETE: Final = "Delete"
RETAIN: Final = "Retain"
RETAIN_EXCEPT_ON_CREATE: Final = "RetainExceptOnCreate"
LONGEST_BODY: Final = 51_200
LONGEST_OBJECT: Final = 1_048_576
_POLICIES: Final = (DELETE, RETAIN, RETAIN_EXCEPT_ON_CREATE)
_MOST_PARAMETERS: Final = 200
_MOST_RESOURCES: Final = 500
_MOST_OUTPUTS: Final = 200
_LONGEST_DESCRIPTION: Final = 1024
_SECTIONS: Final = (
    "AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings", "Conditions", "Resources",
    "Outputs",
)  # fmt: skip
_OF_RESOURCES: Final = frozenset(
    ["Type", "Properties", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "Metadata"]
)
_LOGICAL_ID: Final = re.compile(r"[A-Za-z0-9]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource as it is declared. `needs` are the resources that it depends on, by reference or `DependsOn`."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    needs: frozenset[str]
    condition: str | None = None
    deletion: str = DELETE
    replacement: str = DELETE
    metadata: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template: its text, and its sections by name."""

    text: str
    description: str = ""
    metadata: Any = None
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict)
    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read(text: str) -> Template:
    """Return what a template's text says; raises `Refusal`."""
    found = document.read(text)
    unknown = sorted(str(name) for name in found if name not in _SECTIONS)
    if unknown == ["Transform"]:
        raise _wrong("The sandbox has no transforms.")
    if unknown:
        raise _wrong(f"Invalid template property or properties [{', '.join(unknown)}]")
    if found.get("AWSTemplateFormatVersion", "2010-09-09") != "2010-09-09":
        raise _wrong(f"Template format error: {found['AWSTemplateFormatVersion']} is not a supported value.")
    description = found.get("Description", "")
    if not isinstance(description, str):
        raise _wrong("Template format error: Description must be a string.")
    if len(description.encode()) > _LONGEST_DESCRIPTION:
        raise _wrong("Template format error: 'Description' length is greater than 1024.")
    sections = {name: _section(found, name) for name in _SECTIONS[3:]}
    for name, most in (("Parameters", _MOST_PARAMETERS), ("Resources", _MOST_RESOURCES), ("Outputs", _MOST_OUTPUTS)):
        _check_names(name, sections[name], most)
    if not sections["Resources"]:
        raise _wrong("Template format error: At least one Resources member must be defined.")
    resources = {name: _resource(name, body) for name, body in sections["Resources"].items()}
    made = Template(
        text=text,
        description=description,
        metadata=found.get("Metadata"),
        parameters=sections["Parameters"],
        rules=sections["Rules"],
        mappings=sections["Mappings"],
        conditions=sections["Conditions"],
        resources=resources,
        outputs=sections["Outputs"],
    )
    _check(made)
    return made


def _section(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = found.get(name, {})
    if section is None:
        raise _wrong(f"Template format error: [/{name}] 'null' values are not allowed in templates")
    if not isinstance(section, Mapping):
        raise _wrong(f"Template format error: {name} must be an object.")
    if name in ("Parameters", "Outputs", "Rules", "Mappings"):
        for each, body in section.items():
            if not isinstance(body, Mapping):
                raise _wrong(f"Template format error: Every {name} member must be an object: [/{name}/{each}]")
    return section


def _check_names(section: str, named: Mapping[str, Any], most: int) -> None:
    if len(named) > most:
        raise _wrong(
            f"Template format error: Number of {section.lower()}, {len(named)}, is greater than maximum {most}"
        )
    for name in named:
        if not isinstance(name, str) or not _LOGICAL_ID.fullmatch(name):
            raise _wrong(f"Template format error: {section} name {name} is non alphanumeric.")


def _resource(name: str, body: Any) -> Resource:
    at = f"[/Resources/{name}]"
    if not isinstance(body, Mapping):
        raise _wrong(f"Template format error: {at} resource definition is malformed")
    if not isinstance(body.get("Type"), str):
        raise _wrong(f"Template format error: {at} Every Resources object must contain a Type member.")
    for attribute in body:
        if attribute not in _OF_RESOURCES:
            raise _wrong(f"Invalid template resource property '{attribute}'")
    properties = body.get("Properties", {})
    if not isinstance(properties, Mapping):
        raise _wrong(f"Template format error: {at} Properties must be an object.")
    on = body.get("DependsOn", [])
    depends = [on] if isinstance(on, str) else on
    if not isinstance(depends, list) or not all(isinstance(each, str) for each in depends):
        raise _wrong(f"Template format error: {at} DependsOn must be a string or a list of strings.")
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        if body.get(policy, DELETE) not in _POLICIES:
            raise _wrong(f"Template error: unrecognized {policy} {body[policy]} for resource {name}")
    return Resource(
        logical_id=name,
        type=body["Type"],
        properties=properties,
        needs=frozenset(depends) | references.resources_in(properties),
        condition=body.get("Condition"),
        deletion=body.get("DeletionPolicy", DELETE),
        replacement=body.get("UpdateReplacePolicy", DELETE),
        metadata=body.get("Metadata"),
    )


def _check(made: Template) -> None:
    """Raise `Refusal` where a name leads nowhere, or in a circle."""
    known = made.resources.keys() | made.parameters.keys()
    for resource in made.resources.values():
        _check_reached(resource.needs - known, "Resources")
        _check_condition(made, resource.condition, f"resource {resource.logical_id}")
    for name, output in made.outputs.items():
        if "Value" not in output:
            raise _wrong(f"Template format error: Output {name} is malformed. Every Outputs member must have a Value.")
        _check_reached(references.resources_in(output) - known, "Outputs")
        _check_condition(made, output.get("Condition"), f"output {name}")
    references.order({name: each.needs & made.resources.keys() for name, each in made.resources.items()})


def _check_reached(missing: frozenset[str], section: str) -> None:
    if missing:
        names = ", ".join(sorted(missing))
        raise _wrong(
            f"Template format error: Unresolved resource dependencies [{names}] in the {section} block of the template"
        )


def _check_condition(made: Template, name: str | None, where: str) -> None:
    if name is not None and name not in made.conditions:
        raise _wrong(f"Template format error: Unresolved condition dependency [{name}] of {where}")


def _wrong(message: str) -> Refusal:
    return Refusal("ValidationError", message)
