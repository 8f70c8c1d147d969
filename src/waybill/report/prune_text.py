"""Draws what a prune chose and did: for a terminal or a log, and for a step summary."""

from __future__ import annotations

from waybill.domain.pruning.prune import Choice, Fate, Pruning
from waybill.report.columns import columns
from waybill.report.ink import Ink, one_line
from waybill.report.markdown import code, prose, table
from waybill.report.units import count, size

MOST = 20
"""Leftovers that are named."""

HEAD = ["version", "size", "written", "in", "what becomes of it"]


def sentence(project: str, body: Pruning) -> str:
    """Return how a prune ended, in a sentence."""
    going, pruned, failed = body.of(Fate.GOING), body.of(Fate.PRUNED), body.of(Fate.FAILED)
    if not body.done and not going:
        return f"There is nothing to prune of {project}."
    if not body.done:
        what = count(len(going), "version")
        return f"Nothing was deleted yet. With `yes`, {what} of {project} would go, {_bytes(body)}."
    if failed:
        return f"{len(pruned)} of {count(len(pruned) + len(failed), 'version')} of {project} were pruned."
    if not pruned:
        return f"There was nothing to prune of {project}."
    return f"Pruned {count(len(pruned), 'version')} of {project}, {_bytes(body)}."


def _bytes(body: Pruning) -> str:
    return f"{size(body.artifact_bytes)} of artifacts in all regions"


def as_text(body: Pruning, ink: Ink) -> str:
    """Return a line for each version, and what else there is to say."""
    parts = []
    if body.choices:
        head, *lines = columns([["", *HEAD], *([_mark(choice, ink), *_cells(choice)] for choice in body.choices)])
        painted = [
            ink.red(line) if choice.fate is Fate.FAILED else line
            for line, choice in zip(lines, body.choices, strict=True)
        ]
        parts.append("\n".join([ink.dim(head), *painted]))
    parts.append("\n".join(f"  {one_line(text)}" for text in _notes(body)))
    return "\n\n".join(part for part in parts if part)


def as_markdown(body: Pruning) -> list[str]:
    """Return the same as a table and items."""
    lines: list[str] = []
    if body.choices:
        rows = (_cells(choice) for choice in body.choices)
        lines = table(
            [name.capitalize() for name in HEAD],
            ([code(cells[0]), cells[1], *(prose(one_line(cell, 500)) for cell in cells[2:])] for cells in rows),
        )
    notes = [f"- {prose(one_line(text))}" for text in _notes(body)]
    return [*lines, *notes, *([""] if notes else [])]


def _mark(choice: Choice, ink: Ink) -> str:
    return {Fate.PRUNED: ink.good, Fate.FAILED: ink.bad}.get(choice.fate, ink.idle)


def _cells(choice: Choice) -> list[str]:
    return [
        choice.version.text,
        "" if choice.size is None else size(choice.size),
        choice.modified.replace("T", " ").replace("Z", ""),
        count(len(choice.regions), "region"),
        _fate(choice),
    ]


def _fate(choice: Choice) -> str:
    begun = "; an earlier run began it" if choice.begun else ""
    match choice.fate:
        case Fate.GOING:
            return f"would be deleted{begun}"
        case Fate.PRUNED:
            return f"deleted{begun}"
        case Fate.KEPT:
            return f"kept: {choice.why}"
        case Fate.FAILED:
            return "not finished"


def _notes(body: Pruning) -> list[str]:
    gone, kept = body.of(Fate.GOING, Fate.PRUNED), body.of(Fate.KEPT)
    notes = []
    if kept:
        notes.append(f"{count(len(kept), 'version')} that would have gone {'is' if len(kept) == 1 else 'are'} kept.")
    if body.leftovers:
        which = ", ".join(version.text for version in body.leftovers[:MOST])
        more = f" and {len(body.leftovers) - MOST} more" if len(body.leftovers) > MOST else ""
        notes.append(f"Not whole in every region, and so not counted among those to keep: {which}{more}.")
    if gone and body.done:
        notes.append("In a versioned bucket the bytes stay until a lifecycle rule removes noncurrent versions.")
    return notes
