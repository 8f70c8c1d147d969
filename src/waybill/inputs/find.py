"""Finds a verb by its name, without reading the tables of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

from waybill.inputs.spec import Verb

NAMES = ("stage", "promote", "deploy", "rollback", "download", "status", "versions", "info", "prune", "doctor")
"""Every verb: its table is `VERB` in `inputs/tables/verb.py`, its run `run` in `routes/verb.py`."""

FAMILIES: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "setup": (
            "prepare accounts: regions, keys, roles, pipelines, from templates that anyone can read.",
            ("init", "plan", "apply", "emit", "configuration", "adopt", "pipeline-role", "check"),
        ),
        "access": (
            "who may do what across accounts, from one file: policies shown, planned, written, taken back, explained.",
            ("show", "plan", "apply", "remove", "explain"),
        ),
    }
)
"""Verbs of two words: what they do together, and each one's second word. `setup plan` is in `setup_plan.py`.

Of a family there is one action, by its own name: on the command line that alone is no verb.
"""

IN_FAMILIES = tuple(f"{family} {word}" for family, (_, words) in FAMILIES.items() for word in words)


def find_verb(name: str) -> Verb | None:
    """Return the verb of a name, `stage` or `setup plan`, or a family's action; None where there is none."""
    if name not in NAMES and name not in IN_FAMILIES and name not in FAMILIES:
        return None
    module = module_of(name)
    verb: Verb = getattr(import_module(f"waybill.inputs.tables.{module}"), module.upper())
    return verb


def split_verb(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Part the verb's name, of one word or two, from what follows it. `words` is not empty."""
    if words[0] in FAMILIES and len(words) > 1 and not words[1].startswith("-"):
        return f"{words[0]} {words[1]}", words[2:]
    return words[0], words[1:]


def whole_name(name: str, values: Mapping[str, str]) -> str:
    """Return the name of the verb that an action runs: of a family it is the one that the input `command` names."""
    whole = f"{name} {values.get('command', '').strip()}"
    return whole if whole in IN_FAMILIES else name


def module_of(name: str) -> str:
    """Return the name of the modules that belong to a verb."""
    return name.replace(" ", "_").replace("-", "_")
