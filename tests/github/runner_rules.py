"""How GitHub's runner reads a step's log and files: our own statement of its rules, to judge our writers by.

Written after actions/runner's ActionCommand (TryParseV2, TryParse), OutputManager and EnvFileKeyValuePairs, and
independent of `waybill.github`: nothing here may import from there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

REGISTERED = {
    *("add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice"),
    *("remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning"),
}
# What .NET's Char.IsWhiteSpace says yes to.
WHITESPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
# Some of what a search by the collation of en-US passes over.
IGNORABLE = (
    "\x00\x01\x07\x08\x0e\x1b\x7f\xad\u034f\u061c\u180e\u200b\u200c\u200d\u200f\u202e\u2060\u2066\ufe0f\ufeff\U000e0001"
)

_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
_OLD = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))


@dataclass(frozen=True)
class Command:
    name: str
    properties: dict[str, str] = field(default_factory=dict)
    data: str = ""


def lines(stream: str) -> list[str]:
    """Split as .NET's StreamReader.ReadLine does, byte order mark included."""
    text = stream.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return text.removesuffix("\n").split("\n") if text else []


def commands(stream: str) -> list[Command]:
    return [command for line in lines(stream) if (command := parse(line)) is not None]


def parse(line: str) -> Command | None:
    return parse_v2(line) or parse_old(line)


def parse_loosely(line: str) -> Command | None:
    """Read as a runner would that drops ignorable characters before it looks: stricter than the real one."""
    return parse("".join(character for character in line if character not in IGNORABLE))


def parse_v2(line: str) -> Command | None:
    message = line.lstrip(WHITESPACE)
    if _find(message, "::", 0) != 0:
        return None
    end = _find(message, "::", 2)
    if end < 0:
        return None
    info = message[2:end]
    name, space, rest = info.partition(" ")
    if name.lower() not in REGISTERED:
        return None
    properties = _properties(rest.strip(WHITESPACE), ",", _PROPERTY) if space else {}
    return Command(name, properties, _unescape(message[end + 2 :], _DATA))


def parse_old(line: str) -> Command | None:
    start = _find(line, "##[", 0)
    end = line.find("]", start) if start >= 0 else -1
    if end < 0:
        return None
    name, space, rest = line[start + 3 : end].partition(" ")
    if name.lower() not in REGISTERED:
        return None
    return Command(name, _properties(rest, ";", _OLD) if space else {}, _unescape(line[end + 1 :], _OLD))


def pairs(text: str) -> list[tuple[str, str]]:
    """Read a GITHUB_OUTPUT file; raises ValueError where the runner fails the step."""
    return list(_pairs(text))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    index = 0
    while index < len(text):
        line, _, index = _read_line(text, index)
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, value = line.partition("=")
            yield name, value
            continue
        name, _, delimiter = line.partition("<<")
        if heredoc < 0 or not name or not delimiter:
            raise ValueError(f"invalid format {line!r}")
        start = end = index
        while True:
            if index >= len(text):
                raise ValueError(f"no delimiter {delimiter!r}")
            line, newline, index = _read_line(text, index)
            if line == delimiter:
                break
            if not newline:
                raise ValueError("the last line has no line end")
            end = index - 1
        yield name, text[start:end] if end > start else ""


def _read_line(text: str, index: int) -> tuple[str, str, int]:
    feed = text.find("\n", index)
    return (text[index:], "", len(text)) if feed < 0 else (text[index:feed], "\n", feed + 1)


def _find(text: str, key: str, start: int) -> int:
    """Find as a culture-sensitive IndexOf does: a match that ends before a combining mark is none."""
    found = text.find(key, start)
    while found >= 0:
        after = text[found + len(key) : found + len(key) + 1]
        if not after or not unicodedata.category(after).startswith("M"):
            return found
        found = text.find(key, found + 1)
    return -1


def _properties(text: str, separator: str, escapes: tuple[tuple[str, str], ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.split(separator):
        key, _, value = part.lstrip("=").partition("=")
        if key and value.lstrip("="):
            found[key] = _unescape(value.lstrip("="), escapes)
    return found


def _unescape(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    for escaped, character in escapes:
        text = text.replace(escaped, character)
    return text
