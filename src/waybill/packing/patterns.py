"""Globs: what the lines of `path` mean, and how far a directory has come through each of them.

    *  any characters of one name     ?  one character     [ab] [!ab]  one of these, none of these
    ** as a whole part: any number of directories, none included
    !  at the start of a line: leave out what the rest matches, wherever the line stands

A line is relative to the workspace. What it matches stands for everything below, where it is a directory; with `/` at
its end it matches directories only. Hidden names are names like any other. Literally these characters are `[*]`, `[?]`,
`[[]`.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TypeAlias

from waybill.packing.names import text_of

Part: TypeAlias = str | re.Pattern[str] | None
"""One part of a pattern: a literal name, a wildcard, or `None` for `**`."""

Progress: TypeAlias = frozenset[tuple[int, int]]
"""For each pattern that a path may still match, or matches: its index, and the number of its parts used up."""


class BadPattern(ValueError):
    """A line that means nothing; the text is the rule that it breaks."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line: `lead` is its longest beginning without wildcards, absolute; `parts` all of it from `/` down.

    A `literal` line has no wildcards, so `lead` is the whole.
    """

    line: str
    lead: Path
    parts: tuple[Part, ...]
    literal: bool


def has_wildcard(text: str) -> bool:
    """Tell whether a line, or a part of one, is a glob."""
    return any(character in text for character in "*?[")


def parse(line: str, workspace: Path) -> Pattern:
    """Read one line, without its `!`. Raises BadPattern."""
    parts = [part for part in line.split("/") if part not in ("", ".")]
    head = list(takewhile(lambda part: not has_wildcard(part), parts))
    rest = parts[len(head) :]
    if not line:
        raise BadPattern("says nothing after the `!`.")
    if ".." in rest:
        raise BadPattern("has `..` after a wildcard, where it would mean many places. Write it without.")
    lead = Path(os.path.normpath(workspace.joinpath("/" if line.startswith("/") else "", *head)))
    tail = [_part(part) for part in rest]
    if line.endswith("/"):
        tail += [None, _part("*")]
    elif rest and rest[-1] == "**":
        tail.append(_part("*"))
    return Pattern(line, lead, (*map(text_of, lead.parts[1:]), *tail), literal=not rest)


def literally(line: str, path: Path) -> Pattern:
    """Return the pattern that matches one absolute path, whatever characters it holds."""
    return Pattern(line, path, tuple(map(text_of, path.parts[1:])), literal=True)


def escaped(line: str) -> str:
    """Return the line that matches just the path that looks like `line`."""
    return re.sub(r"([*?\[])", r"[\1]", line)


def common_base(patterns: Sequence[Pattern]) -> Path:
    """Return the directory that entry names are relative to: the common ancestor of what every line begins with.

    That beginning is the longest leading directory without wildcards: `dist` of `dist/*.js`, of `dist/app.js` and of
    `dist` where that is a directory. It never depends on what the wildcards match.
    """
    return Path(os.path.commonpath([_leading_directory(pattern) for pattern in patterns]))


def _leading_directory(pattern: Pattern) -> Path:
    return pattern.lead.parent if pattern.literal and not pattern.lead.is_dir() else pattern.lead


def _part(part: str) -> Part:
    if part == "**":
        return None
    return re.compile(fnmatch.translate(text_of(part))) if has_wildcard(part) else text_of(part)


class Matcher:
    """Several patterns, matched at once, one name at a time from the file system's root downwards."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._parts = tuple(pattern.parts for pattern in patterns)

    def at(self, directory: Path) -> Progress:
        """Return the progress of a directory, given by its absolute path."""
        progress = frozenset(step for index in range(len(self._parts)) for step in self._from(index, 0))
        for name in directory.parts[1:]:
            progress = self.step(progress, text_of(name))
        return progress

    def step(self, progress: Progress, name: str) -> Progress:
        """Return the progress of `name` in a directory; empty where nothing in or below it can match."""
        return frozenset(after for index, used in progress for after in self._after(index, used, name))

    def matched(self, progress: Progress) -> frozenset[int]:
        """Return the indexes of the patterns that match a path, or a directory above it."""
        return frozenset(index for index, used in progress if used == len(self._parts[index]))

    def _after(self, index: int, used: int, name: str) -> Sequence[tuple[int, int]]:
        parts = self._parts[index]
        if used == len(parts):
            return ((index, used),)
        part = parts[used]
        if part is None:
            return self._from(index, used)
        fits = part == name if isinstance(part, str) else part.match(name) is not None
        return self._from(index, used + 1) if fits else ()

    def _from(self, index: int, used: int) -> Sequence[tuple[int, int]]:
        """Return a position and those that a `**` standing for no directory leads on to."""
        parts = self._parts[index]
        end = used
        while end < len(parts) and parts[end] is None:
            end += 1
        return [(index, position) for position in range(used, end + 1)]
