"""GitHub-flavoured Markdown from text that we did not write.

The rule: what comes from outside is either plain words, or stands in a code span or block, where nothing is markup: no
HTML, no link, no mention, no reference, no emoji. What may stand plain is listed here; all else is code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from textwrap import dedent
from urllib.parse import quote

from waybill.report.ink import clean, cut

# What has no white space, except within a pair of backticks.
_CHUNK = re.compile(r"(?:`[^`]*[^`\s][^`]*`|\S)+")
_QUOTED = re.compile(r"`([^`]+)`")
# Letters, a small number, a dash or nothing: whatever has a sign within is code, so that no address can begin. (GitHub
# makes a link of `www.` even where nothing follows.)
_WORD = re.compile(
    r"sha256|SHA-256|CRC64NVME|(?!www\b)[^\W\d_]{1,40}(?:['’-][^\W\d_]{1,40}){0,6}|\d{1,6}(?:[.,]\d{1,3})?|[–—…→✓✗·×%-]|"
)
_LEADING = re.compile(r"[(\"'“]*")
_TRAILING = frozenset(")\"'”.,;:!?")
_LIST_MARK = re.compile(r"-|\d+[.)]")
_BACKTICKS = re.compile(r"`+")


def code(text: str, limit: int = 300) -> str:
    """Return text as a code span on one line, for a paragraph or a table's cell; nothing for nothing.

    A bar would end a table's cell even inside code, and parsers do not agree on what a backslash before it means, so
    it stands outside the span as an entity.
    """
    line = cut(" ".join(clean(text).split()), limit)
    return "&#124;".join(_span(part) for part in line.split("|"))


def _span(text: str) -> str:
    if not text.strip():
        return text
    fence = _fence(text, 1)
    # One space at each end is taken off again; without it a backtick there would lengthen the fence.
    padding = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def _fence(text: str, least: int) -> str:
    """Return a fence longer than every run of backticks in the text."""
    return "`" * max(least, 1 + max((len(run) for run in _BACKTICKS.findall(text)), default=0))


def fenced(text: str, language: str = "") -> list[str]:
    """Return text as the lines of a code block."""
    shown = clean(text)
    fence = _fence(shown, 3)
    return [f"{fence}{language}", *shown.split("\n"), fence]


def prose(text: str) -> str:
    """Return one line of text: words stay words, everything technical or strange becomes code."""
    parts: list[str] = []
    pending: list[str] = []  # chunks that become one span
    for chunk in _CHUNK.findall(" ".join(clean(text).split())):
        lead, core, trail = _peel(chunk)
        listed = not parts and not pending and _LIST_MARK.fullmatch(chunk)
        if _WORD.fullmatch(core) and not listed:
            parts += [*_flush(pending), chunk]
        elif listed or not (lead or trail or _QUOTED.fullmatch(core)):
            pending.append(chunk)
        else:
            quoted = _QUOTED.fullmatch(core)
            parts += [*_flush(pending), f"{lead}{code(quoted[1] if quoted else core, 8000)}{trail}"]
    return " ".join([*parts, *_flush(pending)])


def _flush(pending: list[str]) -> list[str]:
    shown = [code(" ".join(pending), 8000)] if pending else []
    pending.clear()
    return shown


def _peel(chunk: str) -> tuple[str, str, str]:
    """Part the punctuation around a word, or around code, from it; a bracket that has its partner inside stays."""
    found = _LEADING.match(chunk)
    start, end = found.end() if found else 0, len(chunk)
    while end > start and chunk[end - 1] in _TRAILING:
        inside = chunk[start:end]
        if chunk[end - 1] == ")" and inside.count("(") >= inside.count(")"):
            break
        end -= 1
    return chunk[:start], chunk[start:end], chunk[end:]


def passage(text: str, limit: int) -> list[str]:
    """Return several lines of text as Markdown's lines: paragraphs, items where a line begins `- `, JSON as code."""
    lines = cut(clean(text).strip("\n"), limit).split("\n")
    shown: list[str] = []
    while lines:
        if lines[0].lstrip().startswith(("{", "[")):
            block = _json(lines)
            shown += [*fenced(dedent("\n".join(block)), "json"), ""]
            continue
        line = lines.pop(0).strip()
        if line.startswith("- ") and (item := prose(line[2:])):
            shown.append(f"- {item}")
        elif line:
            shown += [*([""] if shown and shown[-1].startswith("- ") else []), prose(line), ""]
    return shown if not shown or shown[-1] == "" else [*shown, ""]


def _json(lines: list[str]) -> list[str]:
    """Take the lines of one JSON value off the front: until its brackets are closed, or to the end."""
    block: list[str] = []
    depth = 0
    while lines:
        line = lines.pop(0)
        block.append(line)
        depth += sum(line.count(mark) for mark in "{[") - sum(line.count(mark) for mark in "}]")
        if depth <= 0:
            break
    return block


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table. The cells are Markdown already: on one line, and without bars."""
    return [_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows), ""]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def link(label: str, address: str | None) -> str:
    """Return a link; `label` is Markdown already. Only the label, where the address is none for a browser."""
    if not label or not address or not is_address(address):
        return label
    return f"[{label}]({quote(address, safe=':/?#=&%@+,;~$', errors='replace')})"


def is_address(text: str) -> bool:
    """Whether a text is an address for a browser."""
    return text.startswith(("https://", "http://"))
