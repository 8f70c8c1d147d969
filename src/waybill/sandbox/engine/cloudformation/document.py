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


# The one in C is several times as fast; not every build of PyYAML has it.
_Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Reader(_Loader):  # type: ignore[misc]
    """YAML without dates and merge keys."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, Any]]]] = {
        first: [(tag, pattern) for tag, pattern in found if tag not in (_DATE, "tag:yaml.org,2002:merge")]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


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
            found = _yaml(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
            raise _wrong(f"Template format error: YAML not well-formed.{where} {error.problem or ''}") from None
        except yaml.YAMLError as error:
            raise _wrong(f"Template format error: YAML not well-formed. {error}") from None
    if not isinstance(found, dict):
        raise _wrong("Template format error: unsupported structure.")
    return found


def _yaml(text: str) -> Any:
    reader = _Reader(text)
    try:
        node = reader.get_single_node()
        if node is None:
            return None
        _check_aliases(node, set())
        return reader.construct_document(node)
    finally:
        reader.dispose()


def _check_aliases(node: yaml.Node, seen: set[int]) -> None:
    """Raise `Refusal` where a piece is in two places: that is what an alias does."""
    if id(node) in seen:
        raise _wrong("Template error: YAML aliases are not allowed in CloudFormation templates")
    seen.add(id(node))
    if isinstance(node, yaml.CollectionNode):
        for each in node.value:
            for inner in each if isinstance(each, tuple) else (each,):
                _check_aliases(inner, seen)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        # YAML's flow style begins with a brace, too.
        try:
            return _yaml(text)
        except yaml.YAMLError:
            raise _wrong(f"Template format error: JSON not well-formed. {error}") from None


def _wrong(message: str) -> Refusal:
    return Refusal("ValidationError", message.rstrip())
