"""Draws a project's versions and channels: for a terminal or a log, and for a step summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.domain.survey.overview import Overview, Row
from waybill.report.columns import columns
from waybill.report.ink import Ink, one_line
from waybill.report.markdown import code, prose, table
from waybill.report.units import count, listing, size

ABSENT = "absent"
UNKNOWN = "unknown"
NO_WAYBILL = "Startifact may have staged it, or a stage or promotion was cut off, which the same command again finishes"
HEAD = ["version", "size", "staged", "by", "channels", "whole in"]


def as_text(body: Overview, ink: Ink) -> str:
    """Return the channels, a line for each version, and what else there is to say."""
    parts = [_lines(["channel", "names"], channel_rows(body.channels, body.silent), ink)] if body.channels else []
    if body.rows:
        head, *lines = columns([HEAD, *(_cells(body, row) for row in body.rows)])
        painted = [ink.dim(line) if row.pruned else line for line, row in zip(lines, body.rows, strict=True)]
        parts.append("\n".join([ink.dim(head), *painted]))
    parts.append("\n".join(f"  {one_line(text)}" for text in _notes(body)))
    return "\n\n".join(part for part in parts if part)


def as_markdown(body: Overview) -> list[str]:
    """Return the same as tables and items."""
    lines: list[str] = []
    if body.channels:
        rows = channel_rows(body.channels, body.silent)
        lines += table(["Channel", "Names"], ([code(name), prose(said)] for name, said in rows))
    if body.rows:
        found = (_cells(body, row) for row in body.rows)
        lines += table(
            [name.capitalize() for name in HEAD],
            ([code(cells[0]), cells[1], *(prose(cell) for cell in cells[2:])] for cells in found),
        )
    notes = [f"- {prose(one_line(text))}" for text in _notes(body)]
    return [*lines, *notes, *([""] if notes else [])]


def channel_rows(channels: Mapping[str, Mapping[str, str | None]], silent: Sequence[str]) -> list[list[str]]:
    """Return each channel and what it names: one version, or what each region says."""
    return [[name, _names(values, silent)] for name, values in channels.items()]


def _names(values: Mapping[str, str | None], silent: Sequence[str]) -> str:
    said: dict[str | None, list[str]] = {}
    for region, value in values.items():
        said.setdefault(value, []).append(region)
    if len(said) == 1 and not silent:
        return next(iter(said)) or ABSENT
    known = [f"{value or ABSENT} in {listing(regions)}" for value, regions in said.items()]
    return "; ".join([*known, *([f"{UNKNOWN} in {listing(silent)}"] if silent else [])])


def _cells(body: Overview, row: Row) -> list[str]:
    return [
        row.version.text,
        "" if row.size is None else size(row.size),
        row.staged_at.replace("T", " ").replace("Z", "") or UNKNOWN,
        row.by or ("" if row.built_from else UNKNOWN),
        ", ".join(_channel(body, name, regions) for name, regions in row.channels.items()),
        _place(body, row),
    ]


def _channel(body: Overview, name: str, regions: Sequence[str]) -> str:
    return name if len(regions) == len(body.regions) else f"{name} ({len(regions)} of {len(body.regions)})"


def _place(body: Overview, row: Row) -> str:
    if row.pruned:
        told = f"pruned {row.tombstone.told()}" if row.tombstone else "pruned"
        return f"{told}; run `prune` again to finish" if row.partial or row.regions else told
    return f"{len(row.regions)} of {len(body.regions)}" + (", different bytes" if row.different else "")


def _notes(body: Overview) -> list[str]:
    notes = []
    if not body.rows:
        notes.append("No version is stored.")
    for row in body.rows:
        if row.trouble:
            notes.append(f"{row.version}: {row.trouble}")
        if row.different:
            holds = "holds" if len(row.different) == 1 else "hold"
            notes.append(f"{row.version}: {listing(row.different)} {holds} different bytes; see `waybill info`.")
        if row.partial and not row.pruned:
            notes.append(f"{row.version} is not whole in {listing(row.partial)}; `waybill info` says what is missing.")
        if row.built_from is None and not (row.trouble or row.pruned):
            notes.append(f"{row.version} has no waybill: {NO_WAYBILL}.")
    left = body.total - len(body.rows)
    if left:
        more = f"waybill versions {body.project}" if body.brief else "--limit all"
        notes.append(f"{count(left, 'version')} more: `{more}` shows {'it' if left == 1 else 'them'}.")
    if body.pruned:
        notes.append(f"{body.pruned} of {count(body.total, 'version')} {'was' if body.pruned == 1 else 'were'} pruned.")
    if body.silent:
        notes.append(f"{listing(body.silent)} did not answer: what is there is not known.")
    return notes


def _lines(head: Sequence[str], rows: Sequence[Sequence[str]], ink: Ink) -> str:
    first, *rest = columns([head, *rows])
    return "\n".join([ink.dim(first), *rest])
