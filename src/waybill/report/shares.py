"""Keeps the parts of a page within their shares of what GitHub takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
