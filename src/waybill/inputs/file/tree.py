"""YAML as plain values, each with the line that it stands in.

Of YAML there is what a reviewed file needs: mappings, lists and scalars. Anchors and aliases (a few lines of them fill
any memory), tags and keys that are there twice are faults. A word is a boolean only as `true` or `false`, and a number
only in plain digits: YAML's other ways (`no`, 0777, 1:30) are read differently by different tools.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from waybill.inputs.file.places import Place, Places

DEEPEST = 20

_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}", re.ASCII)
_LIKE_A_NUMBER = re.compile(
    r"[-+]?(0x[0-9a-f_]+|0o[0-7_]+|[0-9]+(:[0-9]+)+|[0-9][0-9_]*(\.[0-9_]*)?(e[-+]?[0-9]+)?|\.[0-9]+)",
    re.ASCII | re.IGNORECASE,
)
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


class NotYaml(Exception):
    """The text is no YAML; says why and where."""

    def __init__(self, rule: str, line: int) -> None:
        self.rule = rule
        self.line = line
        super().__init__(rule)


@dataclass(slots=True)
class Reader:
    """Reads one document of events. `places` takes lines, texts and faults."""

    events: Iterator[Any]
    places: Places
    depth: int = field(default=0)

    def node(self, event: Any, place: Place) -> Any:
        """Return the value that begins with `event`."""
        from yaml import events as kinds  # noqa: PLC0415 - setup only

        self._refuse_what_is_not_read(event, place)
        if isinstance(event, kinds.ScalarEvent):
            return self._scalar(event, place)
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotYaml(f"is nested more than {DEEPEST} levels deep.", _line(event))
        value = self._mapping(place) if isinstance(event, kinds.MappingStartEvent) else self._list(place)
        self.depth -= 1
        return value

    def _refuse_what_is_not_read(self, event: Any, place: Place) -> None:
        from yaml import events as kinds  # noqa: PLC0415 - setup only

        line = _line(event)
        if isinstance(event, kinds.AliasEvent):
            raise NotYaml(f"has the alias `*{event.anchor}`; aliases are not read: write it out.", line)
        if event.anchor is not None:
            raise NotYaml(f"has the anchor `&{event.anchor}`; anchors are not read: take it out.", line)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.places.fault(place, f"has the tag `{tag}`; tags are not read: take it out.", value="", line=line)

    def _list(self, place: Place) -> list[Any]:
        from yaml import events as kinds  # noqa: PLC0415 - setup only

        found: list[Any] = []
        while not isinstance(event := next(self.events), kinds.SequenceEndEvent):
            inner = (*place, len(found))
            self.places.lines[inner] = _line(event)
            found.append(self.node(event, inner))
        return found

    def _mapping(self, place: Place) -> dict[str, Any]:
        from yaml import events as kinds  # noqa: PLC0415 - setup only

        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), kinds.MappingEndEvent):
            line = _line(event)
            if not isinstance(event, kinds.ScalarEvent):
                raise NotYaml("has a key that is no text.", line)
            self._refuse_what_is_not_read(event, place)
            inner = (*place, event.value)
            twice = event.value in found
            first = self.places.lines.get(inner, line)
            self.places.lines.setdefault(inner, line)
            if twice:
                rule = f"is there twice, in line {first} already; one of the two would be lost."
                self.places.fault(inner, rule, value="", line=line)
                Reader(self.events, Places(self.places.file), self.depth).node(next(self.events), inner)
            else:
                found[event.value] = self.node(next(self.events), inner)
        return found

    def _scalar(self, event: Any, place: Place) -> Any:
        text: str = event.value
        self.places.texts[place] = text
        if event.implicit[1] and not event.implicit[0]:  # in quotes, or a block
            if bad := next((letter for letter in text if letter < " "), None):
                self.places.fault(place, f"has {bad!r} in it; a text is one line, without control characters.")
            return text
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        if _NUMBER.fullmatch(text):
            return int(text)
        if _LIKE_A_NUMBER.fullmatch(text):
            rule = "is read as another number, or none, by some tools: write it in quotes, or in plain digits."
            self.places.fault(place, rule, example=f'"{text}"')
        return text


def read_tree(text: str, places: Places) -> Any:
    """Return the one document of `text` as dicts, lists, texts, integers, booleans and None. Raises `NotYaml`."""
    import yaml  # noqa: PLC0415 - setup only

    try:
        events = iter(yaml.parse(text, Loader=yaml.SafeLoader))
        started = next((event for event in events if isinstance(event, yaml.events.DocumentStartEvent)), None)
        if started is None:
            return None
        value = Reader(events, places).node(next(events), ())
        for event in events:
            if isinstance(event, yaml.events.DocumentStartEvent):
                raise NotYaml("has a second document; take the `---` out.", _line(event))
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise NotYaml(f"is not YAML: {said}.", mark.line + 1 if mark else 1) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise NotYaml(f"is not YAML: it has the character {chr(error.character)!r} in it.", line) from error
    return value


def _line(event: Any) -> int:
    line: int = event.start_mark.line + 1
    return line
