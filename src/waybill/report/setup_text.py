"""Draws what setup changes and changed: for a terminal or a log, and for a step summary."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.domain.setup.plan import Beside, Change, Kind, SetupPlan, StackAction, StackEnd, StackPlan
from waybill.report.columns import columns
from waybill.report.ink import Ink, one_line
from waybill.report.markdown import code, prose, table
from waybill.report.units import count

SIGNS = {
    Kind.ADDED: "+",
    Kind.CHANGED: "~",
    Kind.REPLACED: "!",
    Kind.MAY_BE_REPLACED: "?",
    Kind.REMOVED: "-",
}


def as_text(body: SetupPlan, ink: Ink) -> str:
    """Return a paragraph for each stack that changes, and a line for those that do not."""
    stacks = ["\n".join(_stack(one, ink)) for one in body.stacks if one.action is not StackAction.NOTHING]
    beside = [_beside(one, ink) for one in body.beside if one.action is not StackAction.NOTHING]
    between = "\n\n" if any(one.end is StackEnd.PLANNED for one in body.stacks) else "\n"
    parts = [part for part in (between.join(stacks), "\n".join(beside)) if part]
    same = sum(one.action is StackAction.NOTHING for one in body.stacks)
    if same and parts:
        parts.append(
            f"{count(same, 'stack')} stay{'s' if same == 1 else ''} as {'it is' if same == 1 else 'they are'}."
        )
    return "\n\n".join(parts)


def as_markdown(body: SetupPlan) -> list[str]:
    """Return a table of what changes."""
    rows = [row for one in body.stacks if one.action is not StackAction.NOTHING for row in _rows(one)]
    rows += [
        [
            code(f"{one.account}/{one.region}"),
            one.action.value,
            code(one.what),
            prose(one.error or one.detail),
            _end(one),
        ]
        for one in body.beside
        if one.action is not StackAction.NOTHING
    ]
    return table(["Stack", "Change", "What", "Details", "End"], rows) if rows else []


def head(plan: StackPlan) -> str:
    """Return which stack, where, and what becomes of it."""
    return f"{plan.ref.name} in {plan.ref.account} ({plan.account}), {plan.ref.region}: {plan.action.value}"


def _stack(plan: StackPlan, ink: Ink) -> Iterator[str]:
    yield f"{mark(plan.end, ink)}{ink.bold(one_line(head(plan)))}"
    if plan.replaces_broken:
        yield "  what is left of it, since it failed, is deleted first"
    if plan.continues_rollback:
        yield "  the rollback of an update, which failed, is continued first; the next plan says what changes after it"
    for output in plan.awaits if plan.end is StackEnd.PLANNED else ():
        yield ink.dim(f"  after {output} is known")
    # At the end the plan has been read: then how it went is the news.
    if changes := plan.changes if plan.end is StackEnd.PLANNED else ():
        lines = columns([[SIGNS[one.kind], one.resource, one.type, _details(one)] for one in changes])
        yield from (_painted(f"  {line}", one, ink) for line, one in zip(lines, changes, strict=True))
    if plan.error:
        yield ink.red(f"  {one_line(plan.error, 2000)}")


def mark(end: StackEnd, ink: Ink) -> str:
    """Return the mark of an end, and a space; nothing for what is only planned."""
    marks = {
        StackEnd.PLANNED: "",
        StackEnd.FAILED: ink.red(f"{ink.bad} "),
        StackEnd.NOT_REACHED: ink.dim(f"{ink.idle} "),
    }
    return marks.get(end, ink.green(f"{ink.good} "))


def _painted(line: str, change: Change, ink: Ink) -> str:
    if change.loses_data or change.kind is Kind.REPLACED:
        return ink.red(line)
    return ink.green(line) if change.kind is Kind.ADDED else ink.yellow(line)


def _details(change: Change) -> str:
    said = []
    if change.kind in {Kind.REPLACED, Kind.MAY_BE_REPLACED}:
        said.append(change.kind.value)
    if change.properties:
        said.append(", ".join(change.properties))
    if change.kept and change.kind is not Kind.ADDED:
        said.append(f"what is there stays: {change.physical_id}" if change.physical_id else "what is there stays")
    if change.loses_data:
        said.append("DATA WOULD BE LOST")
    return "; ".join(said)


def _beside(one: Beside, ink: Ink) -> str:
    told = one_line(f"{one.what} in {one.account}, {one.region}: {one.action.value}")
    told = ink.red(told) if one.data and one.end is StackEnd.PLANNED else told
    rest = one.error or (one.detail if one.end is StackEnd.PLANNED or one.data else "")
    return f"{mark(one.end, ink)}{told}" + (f"\n  {one_line(rest, 2000)}" if rest else "")


def _rows(plan: StackPlan) -> Iterator[list[str]]:
    name = code(f"{plan.ref.account}/{plan.ref.region}/{plan.ref.name}")
    if not plan.changes:
        yield [name, plan.action.value, "", prose(plan.error or ""), _end(plan)]
    for change in plan.changes:
        what = f"{change.resource} ({change.type})"
        yield [name, change.kind.value, code(what), prose(_details(change)), _end(plan)]
    if plan.changes and plan.error:
        yield [name, "", "", prose(plan.error), _end(plan)]


def _end(one: StackPlan | Beside) -> str:
    return one.end.value
