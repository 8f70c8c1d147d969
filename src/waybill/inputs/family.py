"""Which verb of a family the inputs of its action ask for, and which of them are its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from waybill.errors import Fault, InputError
from waybill.inputs.spec import Input, Kind, Verb
from waybill.inputs.union import listed, takers

COMMAND = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A verb's whole name, its own inputs, and the faults of those that were given and are another verb's."""

    verb: str
    values: Mapping[str, str]
    faults: tuple[Fault, ...] = ()


def choose(values: Mapping[str, str], action: Verb, commands: Mapping[str, Verb]) -> Chosen:
    """Return which of `commands` the input `command` of `action` names. Raises `InputError` where it names none.

    A runner hands over an input's default as if it were given, so a default is no fault, whoever takes the input.
    """
    word = values.get(COMMAND, "").strip()
    verb = commands.get(word)
    if verb is None:
        rule = f"must be one of {listed(tuple(commands))}.{_meant(word, commands)}" if word else "is missing."
        raise InputError([Fault(COMMAND, word, rule, action.input(COMMAND).example)], "Nothing was touched.")
    own = {item.name for item in verb.inputs}
    return Chosen(
        verb=verb.name,
        values={name: value for name, value in values.items() if name in own},
        faults=tuple(
            _foreign(action.input(name), word, values[name], commands)
            for name in _given(values, action)
            if name not in own
        ),
    )


def _given(values: Mapping[str, str], action: Verb) -> list[str]:
    """Return the inputs of the action that are more than a default, in its order."""
    found = []
    for item in action.inputs:
        value = values.get(item.name, "").strip()
        value = value.lower() if item.kind is Kind.FLAG else value
        if item.name != COMMAND and value not in {"", item.default}:
            found.append(item.name)
    return found


def _foreign(item: Input, word: str, value: str, commands: Mapping[str, Verb]) -> Fault:
    words = takers(item.name, commands)
    take = "takes" if len(words) == 1 else "take"
    return Fault(item.name, "" if item.secret else value, f"is no input of `{word}`: {listed(words)} {take} it.")


def _meant(word: str, commands: Mapping[str, Verb]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a slip needs it

    near = get_close_matches(word.lower(), commands, 1)
    return f" Did you mean `{near[0]}`?" if near else ""
