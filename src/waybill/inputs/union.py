"""The inputs and outputs of an action that does what several verbs do: each one's, under the same names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from waybill.inputs.spec import Input, Output, Verb


def united_inputs(verbs: Mapping[str, Verb], own: Mapping[str, str], last: tuple[str, ...]) -> tuple[Input, ...]:
    """Return the inputs of all verbs, by the words that choose them; those named in `last` at the end.

    `own` has the help of inputs whose verbs say different things of them. What not every verb takes begins with the
    words of those that do, or with the one that does not. Where defaults differ there is none, and each verb's own is
    taken.
    """
    names = list(dict.fromkeys(item.name for verb in verbs.values() for item in verb.inputs))
    names.sort(key=lambda name: name in last)
    return tuple(_united(name, verbs, own) for name in names)


def united_outputs(verbs: Mapping[str, Verb]) -> tuple[Output, ...]:
    """Return the outputs of all verbs. The first to have one says what it is."""
    found: dict[str, Output] = {}
    for verb in verbs.values():
        for output in verb.outputs:
            found.setdefault(output.name, output)
    return tuple(found.values())


def takers(name: str, verbs: Mapping[str, Verb]) -> tuple[str, ...]:
    """Return the words of the verbs that take an input."""
    return tuple(word for word, verb in verbs.items() if any(item.name == name for item in verb.inputs))


def listed(words: tuple[str, ...]) -> str:
    """Return words as code, parted by commas."""
    return ", ".join(f"`{word}`" for word in words)


def _united(name: str, verbs: Mapping[str, Verb], own: Mapping[str, str]) -> Input:
    words = takers(name, verbs)
    items = {word: verbs[word].input(name) for word in words}
    first, helps, defaults = (
        items[words[0]],
        {one.help for one in items.values()},
        {one.default for one in items.values()},
    )
    told = own.get(name) or (first.help if len(helps) == 1 else " ".join(f"`{w}`: {i.help}" for w, i in items.items()))
    everywhere = len(words) == len(verbs)
    return replace(
        first,
        help=told if everywhere else f"{_whose(words, verbs)}: {told}",
        default=first.default if len(defaults) == 1 else "",
        required=everywhere and all(one.required for one in items.values()),
        example=next((one.example for one in items.values() if one.example), ""),
        secret=any(one.secret for one in items.values()),
    )


def _whose(words: tuple[str, ...], verbs: Mapping[str, Verb]) -> str:
    others = tuple(word for word in verbs if word not in words)
    return f"All but {listed(others)}" if len(others) == 1 < len(words) else listed(words)
