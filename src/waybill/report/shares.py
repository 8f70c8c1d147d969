"""Keeps the parts of a page within their shares of what GitHub takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from waybill.report.units import count


def within(blocks: Iterable[list[str]], limit: int) -> Iterator[list[str]]:
    """Yield blocks of lines, or rows of cells, as long as they fit into so many bytes of UTF-8."""
    for block in blocks:
        limit -= sum(len(part.encode("utf-8", "replace")) + 4 for part in block)
        if limit < 0:
            return
        yield block


def left_out(number: int, noun: str) -> list[str]:
    """Return the lines that say how many more there are; nothing where none is left out."""
    return [f"{count(number, noun)} more: see the log.", ""] if number > 0 else []


def shortened(lines: Sequence[str], limit: int) -> list[str]:
    """Return as many lines of Markdown as fit, and how many more there are; a block of code that is cut is ended."""
    shown = [line for [line] in within(([line] for line in lines), limit)]
    if len(shown) == len(lines):
        return shown
    fence = ""
    for line in shown:
        if line.startswith("```") and not fence:
            fence = line[: len(line) - len(line.lstrip("`"))]
        elif line == fence:
            fence = ""
    return [*shown, *([fence] if fence else []), "", *left_out(len(lines) - len(shown), "line")]
