"""The command line that asks for the same again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from waybill.inputs.spec import Kind, Verb

OF_THE_RUNNER = frozenset({"oidc-role", "audience", "summary"})
"""What only a runner has a use for: whoever types the command has credentials of their own."""


def command_line(verb: Verb, values: Mapping[str, str]) -> str:
    """Return the command that asks for the same, on one line."""
    words = ["waybill", *verb.name.split()]
    for item in verb.inputs:
        value = values.get(item.name, "").strip()
        value = value.lower() if item.kind is Kind.FLAG else value
        if not value or value == item.default or item.name in OF_THE_RUNNER or item.secret:
            continue
        if item.kind is Kind.FLAG and value == "true":
            words.append(f"--{item.name}")
            continue
        lines = [line.strip() for line in value.splitlines() if line.strip()] if item.kind is Kind.LINES else [value]
        for line in lines:
            words += [f"--{item.name}={line}"] if line.startswith("-") else [f"--{item.name}", line]
    return shlex.join(words)
