"""The options of a command line, from the table of inputs: no abbreviations, and every fault at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from waybill.errors import Fault
from waybill.inputs.spec import Input, Kind, Verb

COMMON = {"--json": "Print the result document on standard output; everything for people goes to standard error."}


@dataclass(slots=True)
class Words:
    """What a command line says: inputs as texts, the common options, and what is wrong with it."""

    values: dict[str, str] = field(default_factory=dict)
    json: bool = False
    help: bool = False
    faults: list[Fault] = field(default_factory=list)


def read_words(verb: Verb, argv: Sequence[str]) -> Words:
    """Read `--name value`, `--name=value`, `--flag`, and what a verb takes without a name, in its order.

    LINES given several times are joined, one a line.
    """
    known = {f"--{item.name}": item for item in verb.inputs}
    words, rest, unnamed = Words(), list(argv), [verb.input(name) for name in verb.positional]
    while rest:
        word = rest.pop(0)
        name, separator, value = word.partition("=")
        if word in {"--help", "-h"}:
            words.help = True
        elif word == "--json":
            words.json = True
        elif name in known and separator:
            _take(words, known[name], value)
        elif name in known and known[name].kind is Kind.FLAG and not (rest and rest[0] in {"true", "false"}):
            _take(words, known[name], "true")
        elif name in known and rest and (not rest[0].startswith("--") or " " in rest[0]):
            _take(words, known[name], rest.pop(0))
        elif name in known:
            words.faults.append(Fault(name.removeprefix("--"), "", "needs a value.", known[name].example))
        elif unnamed and not word.startswith("-"):
            _take(words, unnamed[0], word)
            unnamed = unnamed if unnamed[0].kind is Kind.LINES else unnamed[1:]
        else:
            if word.startswith("--") and not separator and rest and not rest[0].startswith("-"):
                value = rest.pop(0)  # most likely meant for it: one slip is one fault
            words.faults.append(Fault(name, value, _unknown(name, known)))
    return words


def _take(words: Words, item: Input, value: str) -> None:
    before = words.values.get(item.name)
    if before is None:
        words.values[item.name] = value
    elif item.kind is Kind.LINES:
        words.values[item.name] = f"{before}\n{value}"
    else:
        shown, was = ("", "") if item.secret else (value, f"; it was {before!r} before")
        words.faults.append(Fault(item.name, shown, f"is given twice{was}."))


def _unknown(name: str, known: dict[str, Input]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a fault needs it

    if not name.startswith("--"):
        return "is not an option; every value belongs to one."
    near = get_close_matches(name, [*known, *COMMON], 1)
    return f"is not an option; did you mean `{near[0]}`?" if near else "is not an option."


def usage(verb: Verb) -> str:
    """Return the help of a verb."""
    from textwrap import wrap  # noqa: PLC0415 - only help needs it

    lines = [f"waybill {verb.name}: {verb.does}", ""]
    lines += [*(f"  {line}" for line in verb.example.splitlines()), ""] if verb.example else []
    if verb.positional:
        several = {name: " ..." if verb.input(name).kind is Kind.LINES else "" for name in verb.positional}
        places = " ".join(f"[{name.upper()}{several[name]}]" for name in verb.positional)
        lines += [f"  waybill {verb.name} {places} [--option value ...]", ""]
    lines += ["Options (an action's inputs have the same names):", ""]
    for item in verb.inputs:
        metavar = {Kind.FLAG: "", Kind.TEXT: " VALUE", Kind.LINES: " LINE (may be repeated)"}[item.kind]
        lines.append(f"  --{item.name}{metavar}{'  (required)' if item.required else ''}")
        text = item.help + (f" Default: `{item.default}`." if item.default else "")
        text += f" Example: `{item.example}`." if item.example else ""
        lines += wrap(text, 100, initial_indent=" " * 6, subsequent_indent=" " * 6)
    for name, text in COMMON.items():
        lines += [f"  {name}", f"      {text}"]
    return "\n".join(lines) + "\n"
