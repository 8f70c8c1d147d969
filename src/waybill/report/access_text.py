"""Draws what changes of policies: for a terminal or a log, and for a step summary."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.domain.access.plan import AccessPlan, Act, DocumentPlan, End
from waybill.domain.result import Result
from waybill.report.ink import Ink, one_line
from waybill.report.markdown import code, prose, table
from waybill.report.units import count

LONGEST = 2000
_ENDS = {End.WRITTEN: "written", End.DELETED: "deleted", End.CONFLICT: "not written", End.FAILED: "failed"}


def sentence(result: Result, body: AccessPlan) -> str:
    """Return how it ended, in a sentence."""
    total = _policies(len(body.documents))
    if not body.changes:
        return f"All is as the file says, in {total}. Nothing was changed."
    pending = _policies(len(body.pending))
    if result.command == "access plan":
        return f"Nothing was changed. `waybill access apply` would change {pending}, of {len(body.documents)}."
    bad = [one for one in body.documents if one.error]
    if not bad:
        return f"All is as the file says now: {pending} changed, of {len(body.documents)}."
    rest = len(body.pending) - len(bad)
    done = f" {count(rest, 'policy', 'policies')} changed." if rest else " Nothing was changed."
    return f"{count(len(bad), 'policy', 'policies')} could not be changed, of {len(body.pending)}.{done}"


def needs_attention(result: Result, body: AccessPlan) -> bool:
    """Whether something is not as it should be, though the run itself ended well."""
    del result, body
    return False


def as_text(body: AccessPlan, ink: Ink) -> str:
    """Return a paragraph for each policy that changes, and what else must be allowed."""
    parts = ["\n".join(_lines(one, ink)) for one in body.pending]
    if body.pending and body.needs:
        parts.append("\n".join(["Beside this:", *(f"  {one_line(need, LONGEST)}" for need in body.needs)]))
    return "\n\n".join(parts)


def as_markdown(body: AccessPlan) -> list[str]:
    """Return the same as a table and items."""
    if not body.pending:
        return []
    rows = (
        [code(str(one.ref)), prose("; ".join(said)), prose(_ENDS.get(one.end, one.act.value))]
        for one in body.pending
        for said in [[*one.words, *one.notes, *([one.error] if one.error else [])]]
    )
    needs = [f"- {prose(one_line(need, LONGEST))}" for need in body.needs]
    return [*table(["Policy", "What changes", "End"], rows), *needs, *([""] if needs else [])]


def _lines(one: DocumentPlan, ink: Ink) -> Iterator[str]:
    what = _ENDS.get(one.end) or one.act.value
    kept = f", {count(one.kept, 'statement')} kept that {'is' if one.kept == 1 else 'are'} not ours" if one.kept else ""
    yield f"{_mark(one, ink)}{ink.bold(one_line(f'{one.ref}: {what}{kept}'))}"
    for word in one.words:
        line = f"  {one_line(word, LONGEST)}"
        yield ink.green(f"+{line[1:]}") if " gains " in word or "any more" in word else ink.red(f"-{line[1:]}")
    if one.end is End.PLANNED:
        yield from (ink.dim(f"  {one_line(note, LONGEST)}") for note in one.notes)
    if one.act is Act.DELETE and one.end is End.PLANNED:
        yield "  nothing is left of it: it is deleted"
    if one.error:
        yield ink.red(f"  {one_line(one.error, LONGEST)}")


def _mark(one: DocumentPlan, ink: Ink) -> str:
    if one.error:
        return f"{ink.red(ink.bad)} "
    return "" if one.end is End.PLANNED else f"{ink.green(ink.good)} "


def _policies(number: int) -> str:
    return "1 policy" if number == 1 else f"{number} policies"
