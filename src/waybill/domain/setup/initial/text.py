"""The text of a new `waybill.yaml`: what was answered, with a comment for every part, and examples of the others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any

SCHEMA_URL = "https://raw.githubusercontent.com/OWNER/waybill/v0/src/waybill/schemas/waybill.schema.json"
"""Where editors find the schema. OWNER is whoever publishes the actions, as in README."""

WIDTH = 100

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./@+=*-]*(:+[A-Za-z0-9_./@+=*-]+)*|https?://[A-Za-z0-9.*:-]+")
_TAKEN = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def waybill_yaml(file: Mapping[str, Any], form: Mapping[str, Any], *, schema: str = SCHEMA_URL) -> str:
    """Return the file's text. `form` is its JSON schema, whose order and descriptions it has.

    A part that `file` has not is there as a comment with the schema's example.
    """
    lines = [f"# yaml-language-server: $schema={schema}", *_comment(str(form["description"]))]
    for key, part in form["properties"].items():
        lines += ["", *_comment(str(part["description"]))]
        if key in file:
            lines += _entry(key, file[key], 0)
        else:
            lines += [f"# {line}" for line in _entry(key, part["examples"][0], 0)]
    return "\n".join(lines) + "\n"


def scalar(value: Any) -> str:
    """Return a value in one line: plain where every YAML reads it as the same text, else as JSON, which is YAML."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _TAKEN:
        return value
    if isinstance(value, list):
        return f"[{', '.join(scalar(item) for item in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {scalar(inner)}" for key, inner in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def _entry(key: str, value: Any, depth: int) -> Iterator[str]:
    margin = "  " * depth
    if isinstance(value, dict) and value:
        yield f"{margin}{scalar(key)}:"
        for name, inner in value.items():
            yield from _entry(name, inner, depth + 1)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        yield f"{margin}{scalar(key)}:"
        yield from (f"{margin}  - {scalar(item)}" for item in value)
    else:
        yield f"{margin}{scalar(key)}: {scalar(value)}"


def _comment(text: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
