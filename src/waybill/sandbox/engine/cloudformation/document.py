"""A template's text, YAML or JSON, as the mapping that it is. Pure.

CloudFormation's YAML has its own tags for functions (`!Ref`, `!GetAtt A.B`), no dates, no aliases and no merge keys.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

from __future__ import annotations

import json
from typing import Any, ClassVar, Final

import yaml
from yaml.constructor import ConstructorError

from waybill.sandbox.engine.refusals import Refusal

_BARE: Final = frozenset({"Ref", "Condition"})
_DATE: Final = "tag:yaml.org,2002:timestamp"
_SYSTEM_TAGS: Final = ("tag:yaml.org,2002:binary", "tag:yaml.org,2002:omap", "tag:yaml.org,2002:pairs", _DATE)


class _Reader(yaml.SafeLoader):
    """YAML without dates and aliases."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, Any]]]] = {  # type: ignore[misc]
        first: [(tag, pattern) for tag, pattern in found if tag not in (_DATE, "tag:yaml.org,2002:merge")]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise Refusal("ValidationError", "Template error: YAML aliases are not allowed in CloudFormation templates")
        return super().compose_node(parent, index)


def _tagged(reader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """Return what a short tag stands for: `!Sub x` is {"Fn::Sub": "x"}, `!GetAtt A.B` {"Fn::GetAtt": ["A", "B"]}."""
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = reader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = reader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = reader.construct_mapping(node, deep=True)
    else:
        raise ConstructorError(None, None, f"!{suffix} has no value", node.start_mark)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in _BARE else f"Fn::{suffix}": value}


def _unwanted(reader: yaml.SafeLoader, node: yaml.Node) -> Any:
    raise ConstructorError(None, None, f"CloudFormation has no tag {node.tag}", node.start_mark)


_Reader.add_multi_constructor("!", _tagged)
for _TAG in _SYSTEM_TAGS:
    _Reader.add_constructor(_TAG, _unwanted)


def read(text: str) -> dict[str, Any]:
    """Return a template as a mapping; raises `Refusal`."""
    if text.lstrip().startswith("{"):
        found = _json(text)
    else:
        try:
            found = yaml.load(text, _Reader)  # noqa: S506 - a SafeLoader
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
            raise _wrong(f"Template format error: YAML not well-formed.{where} {error.problem or ''}") from None
        except yaml.YAMLError as error:
            raise _wrong(f"Template format error: YAML not well-formed. {error}") from None
    if not isinstance(found, dict):
        raise _wrong("Template format error: unsupported structure.")
    return found


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        # YAML's flow style begins with a brace, too.
        try:
            return yaml.load(text, _Reader)  # noqa: S506 - a SafeLoader
        except yaml.YAMLError:
            raise _wrong(f"Template format error: JSON not well-formed. {error}") from None


def _wrong(message: str) -> Refusal:
    return Refusal("ValidationError", message.rstrip())
