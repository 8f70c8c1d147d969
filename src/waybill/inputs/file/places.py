"""Where in the file something stands, and what is wrong there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from waybill.errors import Fault

Place = tuple[str | int, ...]
"""Keys and numbers of list items, from the top of the file: ("pipelines", "site", "also", 0)."""


def spelled(place: Sequence[str | int]) -> str:
    """Return a place as people write it: `pipelines.site.also[0]`."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def shown(value: Any) -> str:
    """Return a value as YAML in one line."""
    if value is None:
        return ""
    if isinstance(value, str) and value and not value.isdigit() and value.isprintable():
        return value
    return json.dumps(value, ensure_ascii=False)


@dataclass(slots=True)
class Places:
    """The lines of all places of one file, the texts as they are written, and the faults, each with its place.

    `names`: what places are called that the file has by another name.
    """

    file: str
    lines: dict[Place, int] = field(default_factory=dict)
    texts: dict[Place, str] = field(default_factory=dict)
    names: dict[Place, str] = field(default_factory=dict)
    found: list[tuple[Place, int, Fault]] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """Return the line of a place, or of what it is missing in."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def fault(
        self, place: Place, rule: str, *, value: str | None = None, example: str = "", line: int | None = None
    ) -> None:
        """Say that a place breaks a rule; `value` where it is not what is written there."""
        at = self.line(place) if line is None else line
        given = self.texts.get(place, "") if value is None else value
        name = f"{self.file}:{at}: {self.names.get(place) or spelled(place)}" if place else f"{self.file}:{at}"
        self.found.append((place, at, Fault(name, given, rule, example)))

    def told(self, place: Place) -> bool:
        """Whether something is wrong with this very place."""
        return any(other == place for other, _, _ in self.found)

    def wrong(self, place: Place) -> bool:
        """Whether something is wrong with a place, with what it stands in, or with what stands in it."""
        return any(other[: len(place)] == place or place[: len(other)] == other for other, _, _ in self.found if other)

    def faults(self) -> list[Fault]:
        """Return the faults in the order of the file."""
        return [fault for _, _, fault in sorted(self.found, key=lambda item: item[1])]
