"""Draws the organisation configuration of every place: for a terminal or a log, and for a step summary."""

from __future__ import annotations

from waybill.domain.result import Outcome, Result
from waybill.domain.setup.configuration.plan import at_odds
from waybill.domain.setup.configuration.rows import Act, Configurations, Row, Standing
from waybill.report.columns import columns
from waybill.report.ink import Ink, one_line
from waybill.report.markdown import code, prose, table
from waybill.report.units import count, listing

HEAD = ["account", "region", "configuration"]

_STANDS = {
    Standing.AGREES: "as the file says",
    Standing.ABSENT: "there is none",
    Standing.BROKEN: "no JSON object",
    Standing.DROPPED: "stored, though the file does not name the region",
    Standing.UNKNOWN: "not known",
}
_WOULD = {
    Act.CREATE: "would be written",
    Act.CHANGE: "would be changed",
    Act.REPLACE: "would be replaced",
    Act.DELETE: "would be deleted",
}
_DID = {Act.CREATE: "written", Act.CHANGE: "changed", Act.REPLACE: "replaced", Act.DELETE: "deleted"}


def sentence(result: Result, body: Configurations) -> str:
    """Return how it ended, in a sentence."""
    places, name = count(len(body.rows), "place"), body.parameter
    failed = [row for row in body.rows if row.done is False]
    if failed:
        return f"The configuration {name} could not be written in {len(failed)} of {places}."
    if result.changed:
        done = count(sum(bool(row.done) for row in body.rows), "place")
        needs = "needs" if len(body.astray) == 1 else "need"
        rest = f" {count(len(body.astray), 'place')} more {needs} attention." if body.astray else ""
        return f"The configuration {name} was put right in {done}.{rest}"
    if result.outcome is Outcome.PLANNED:
        return f"Nothing was written yet. The configuration {name} would change in {len(body.pending)} of {places}."
    if body.astray:
        return f"The configuration {name} is not as the file says in {len(body.astray)} of {places}."
    return f"The configuration {name} is as the file says in {places}. Nothing was changed."


def needs_attention(result: Result, body: Configurations) -> bool:
    """Whether any place is not as the file says, and nothing is planned against it."""
    return bool(body.astray) and result.outcome is not Outcome.PLANNED


def as_text(body: Configurations, ink: Ink) -> str:
    """Return a line for each place, and what differs."""
    head, *lines = columns([["", *HEAD], *([_mark(row, ink), *_cells(row, ink.arrow)] for row in body.rows)])
    painted = [ink.red(line) if row.error or row.refused else line for line, row in zip(lines, body.rows, strict=True)]
    notes = [f"  {one_line(note)}" for note in _notes(body)]
    return "\n".join([ink.dim(head), *painted, *([""] if notes else []), *notes])


def as_markdown(body: Configurations) -> list[str]:
    """Return the same as a table and items."""
    rows = ([code(cells[0]), code(cells[1]), prose(one_line(cells[2], 500))] for cells in map(_cells, body.rows))
    notes = [f"- {prose(one_line(note))}" for note in _notes(body)]
    return [*table([name.capitalize() for name in HEAD], rows), *notes, *([""] if notes else [])]


def _mark(row: Row, ink: Ink) -> str:
    if row.done or row.standing is Standing.AGREES:
        return ink.good
    return ink.idle if row.act is not Act.NONE and row.done is None else ink.bad


def _cells(row: Row, arrow: str = "→") -> list[str]:
    return [row.spot.account, row.spot.region, _said(row, arrow)]


def _said(row: Row, arrow: str) -> str:
    changes = ", ".join(f"{one.key}: {_shown(one.stored)} {arrow} {_shown(one.wanted)}" for one in row.differences)
    stands = f"differs ({changes})" if row.standing is Standing.DIFFERS else _STANDS[row.standing]
    if row.error:
        return row.error.error
    if row.refused:
        return f"{stands}; {row.refused}"
    if row.done:
        return f"{_DID[row.act]}{f' ({changes})' if changes else ''}"
    return f"{stands}; {_WOULD[row.act]}" if row.act is not Act.NONE else stands


def _shown(value: str | None) -> str:
    return "absent" if value is None else value or "empty"


def _notes(body: Configurations) -> list[str]:
    notes = []
    kept = dict.fromkeys(key for row in body.rows for key in row.kept)
    if kept:
        notes.append(f"Keys that Waybill does not know are kept: {listing(kept)}.")
    for key, spots in at_odds(body.rows).items():
        where = listing(str(spot) for spot in spots)
        notes.append(f"The key {key} is not alike everywhere: {where} have it. The file does not say which is right.")
    dropped = dict.fromkeys(
        row.spot.region for row in body.rows if row.standing is Standing.DROPPED and row.act is Act.NONE
    )
    if dropped:
        notes.append(f"To delete it where the file names no region any more: --delete-from {','.join(dropped)}")
    return notes
