"""Reads a gantt as Mermaid does, and takes less: the rules of its lexer, in their order, and no line that fits none.

https://github.com/mermaid-js/mermaid/blob/develop/packages/mermaid/src/diagrams/gantt/parser/gantt.jison
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

# What Mermaid takes for a word of its own wherever a line begins with it, in upper or lower case.
WORDS = re.compile(
    r"%|href\s|call\s|click\s|gantt\b|dateFormat\s|inclusiveEndDates\b|topAxis\b|axisFormat\s|tickInterval\s|"
    r"includes\s|excludes\s|todayMarker\s|weekday\s|weekend\s|\d{4}-\d\d-\d\d\b|title\s|acc\w*|section\s",
    re.IGNORECASE,
)
TASK = re.compile(r"(?P<label>[^:\n]+):(?P<data>[^#\n;]+)")
# Mermaid takes these out, or makes something of them, before it reads a line.
BEFORE = re.compile(r"%%|\{|\}|<|>|style.*:\S*#.*;|classDef.*:\S*#.*;|[\r\t]", re.IGNORECASE)
CODE = re.compile(r"#(\d+);")
LARGEST = 50_000


@dataclass
class Task:
    """One bar: `start` in seconds after midnight of the first day."""

    label: str
    tag: str
    start: float
    seconds: float


@dataclass
class Gantt:
    """What would be drawn. `sections` are in order, a name and its tasks."""

    axis: str = ""
    sections: list[tuple[str, list[Task]]] = field(default_factory=list)

    @property
    def tasks(self) -> list[Task]:
        """All bars, in order."""
        return [task for _, tasks in self.sections for task in tasks]


def plain(text: str) -> str:
    """Return what is shown of a text with entity codes. Raises `ValueError` for a bare sign."""
    if "#" in CODE.sub("", text) or ";" in CODE.sub("", text):
        raise ValueError(f"a bare # or ; in {text!r}")
    return CODE.sub(lambda found: chr(int(found[1])), text)


def read(text: str) -> Gantt:
    """Parse a whole gantt. Raises `ValueError` for anything that ours need not have."""
    if len(text) > LARGEST:
        raise ValueError("Mermaid refuses so long a text")
    if BEFORE.search(text):
        raise ValueError(f"changed before it is read: {BEFORE.search(text)}")
    first, dates, axis, today, *lines = text.split("\n")
    if (first, dates, today) != ("gantt", "dateFormat YYYY-MM-DD HH:mm:ss.SSS", "todayMarker off"):
        raise ValueError(f"another head: {first}, {dates}, {today}")
    if not re.fullmatch(r"axisFormat [^#\n;]+", axis):
        raise ValueError(axis)
    found = Gantt(axis=axis.partition(" ")[2])
    for line in lines:
        if section := re.fullmatch(r"section (?P<name>[^:\n]+)", line):
            found.sections.append((plain(section["name"]), []))
        else:
            found.sections[-1][1].append(_task(line))
    return found


def _task(line: str) -> Task:
    match = TASK.fullmatch(line)
    if match is None or WORDS.match(line):
        raise ValueError(f"no task: {line!r}")
    *tags, start, length = (part.strip() for part in match["data"].split(","))
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", start):
        raise ValueError(f"not the date format: {line!r}")
    if len(tags) > 1 or not set(tags) <= {"done", "active", "crit"} or not re.fullmatch(r"[1-9]\d*ms", length):
        raise ValueError(f"no task's data: {line!r}")
    after = datetime.fromisoformat(start) - datetime.fromisoformat("2000-01-01")
    return Task(plain(match["label"]).strip(), "".join(tags), after.total_seconds(), int(length[:-2]) / 1000)
