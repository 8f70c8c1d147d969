"""Which verb of `setup` the action's inputs ask for, and which of them are its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from waybill.errors import Fault, InputError
from waybill.inputs.spec import Kind
from waybill.inputs.tables.setup import COMMAND, COMMANDS, SETUP
from waybill.inputs.union import listed, takers


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A verb's whole name, its own inputs, and the faults of those that were given and are another verb's."""

    verb: str
    values: Mapping[str, str]
    faults: tuple[Fault, ...] = ()


def choose(values: Mapping[str, str]) -> Chosen:
    """Return the verb that `command` names. Raises `InputError` where it names none.

    A runner hands over an input's default as if it were given, so a default is no fault, whoever takes the input.
    """
    word = values.get(COMMAND.name, "").strip()
    verb = COMMANDS.get(word)
    if verb is None:
        rule = f"must be one of {listed(tuple(COMMANDS))}.{_meant(word)}" if word else "is missing."
        raise InputError([Fault(COMMAND.name, word, rule, COMMAND.example)], "Nothing was touched.")
    own = {item.name for item in verb.inputs}
    return Chosen(
        verb=verb.name,
        values={name: value for name, value in values.items() if name in own},
        faults=tuple(_foreign(name, word, values[name]) for name in _given(values) if name not in own),
    )


def _given(values: Mapping[str, str]) -> list[str]:
    """Return the inputs of the action that are more than a default, in its order."""
    found = []
    for item in SETUP.inputs:
        value = values.get(item.name, "").strip()
        value = value.lower() if item.kind is Kind.FLAG else value
        if item.name != COMMAND.name and value not in {"", item.default}:
            found.append(item.name)
    return found


def _foreign(name: str, word: str, value: str) -> Fault:
    words = takers(name, COMMANDS)
    shown = "" if SETUP.input(name).secret else value
    take = "takes" if len(words) == 1 else "take"
    return Fault(name, shown, f"is no input of `{word}`: {listed(words)} {take} it.")


def _meant(word: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a slip needs it

    near = get_close_matches(word.lower(), COMMANDS, 1)
    return f" Did you mean `{near[0]}`?" if near else ""
