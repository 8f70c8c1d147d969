"""Columns and named values as lines of plain text."""

from __future__ import annotations

from collections.abc import Sequence

from waybill.report.ink import one_line


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of equally many cells as aligned lines."""
    cells = [[one_line(cell, 300) for cell in row] for row in rows]
    widths = [max(len(row[index]) for row in cells) for index in range(len(cells[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def pairs_of(facts: Sequence[tuple[str, str | None]]) -> list[str]:
    """Return names and values, a line each, the values aligned."""
    width = max((len(name) for name, _ in facts), default=0)
    return [f"  {name.ljust(width)}  {one_line(value or '', 2000)}" for name, value in facts]
