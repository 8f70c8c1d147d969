"""Draws what changes of policies: for a terminal or a log, and for a step summary."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.domain.access.plan import AccessPlan, Act, DocumentPlan, End
from waybill.domain.result import Outcome, Result
from waybill.report.ink import Ink, one_line
from waybill.report.markdown import code, prose, table
from waybill.report.units import count

LONGEST = 2000
BESIDE = "Beside this (`--json` has the statements):"
_ENDS = {
    End.WRITTEN: "written",
    End.DELETED: "deleted",
    End.CONFLICT: "not written",
    End.FAILED: "failed",
    End.NOT_REACHED: "not reached",
}


def sentence(result: Result, body: AccessPlan) -> str:
    """Return how it ended, in a sentence."""
    removing = result.command == "access remove"
    total, pending = _policies(len(body.documents)), _policies(len(body.pending))
    if not body.changes:
        if removing:
            return f"Nothing of it is in any policy, of {len(body.documents)}. Nothing was changed."
        return f"All is as the file says, in {total}. Nothing was changed."
    if body.refused:
        return f"The plan is refused: {_policies(len(body.refused))} would lock somebody out. Nothing was changed."
    if result.outcome is Outcome.PLANNED:
        verb = "remove --yes" if removing else "apply"
        return f"Nothing was changed. `waybill access {verb}` would change {pending}, of {len(body.documents)}."
    bad = [one for one in body.pending if one.end not in {End.WRITTEN, End.DELETED}]
    if not bad:
        now = "It is taken back" if removing else "All is as the file says now"
        return f"{now}: {pending} changed, of {len(body.documents)}."
    rest = len(body.pending) - len(bad)
    done = f" {_policies(rest)} changed." if rest else " Nothing was changed."
    return f"{_policies(len(bad))} {'was' if len(bad) == 1 else 'were'} not changed, of {len(body.pending)}.{done}"


def needs_attention(result: Result, body: AccessPlan) -> bool:
    """Whether something is not as it should be, though the run itself ended well."""
    del result
    return bool(body.warnings)


def as_text(body: AccessPlan, ink: Ink) -> str:
    """Return a paragraph for each policy that changes, and what else must be allowed."""
    parts = ["\n".join(_lines(one, ink)) for one in body.pending]
    said = [ink.red(f"! {one_line(f'{each[:1].upper()}{each[1:]}', LONGEST)}") for each in body.warnings]
    said += [ink.dim(f"  {one_line(f'{each[:1].upper()}{each[1:]}', LONGEST)}") for each in body.notes]
    if said:
        parts.append("\n".join(said))
    if body.pending and body.needs:
        parts.append("\n".join([BESIDE, *(f"  {one_line(need.says, LONGEST)}" for need in body.needs)]))
    return "\n\n".join(parts)


def as_markdown(body: AccessPlan) -> list[str]:
    """Return the same as a table and items."""
    said = [f"- {prose(one_line(each, LONGEST))}" for each in (*body.warnings, *body.notes)]
    said += [""] if said else []
    if not body.pending:
        return said
    rows = [
        [code(str(one.ref)) if number == 0 else "", prose(said), prose(_ENDS.get(one.end, one.act.value))]
        for one in body.pending
        for number, said in enumerate(filter(None, (*one.words, *one.notes, one.refused, one.error)))
    ]
    needs = [f"- {prose(one_line(need.says, LONGEST))}" for need in body.needs]
    return [*table(["Policy", "What changes", "End"], rows), *said, *needs, *([""] if needs else [])]


def _lines(one: DocumentPlan, ink: Ink) -> Iterator[str]:
    what = "refused" if one.refused else _ENDS.get(one.end) or one.act.value
    kept = f", {count(one.kept, 'statement')} kept that {'is' if one.kept == 1 else 'are'} not ours" if one.kept else ""
    yield f"{_mark(one, ink)}{ink.bold(one_line(f'{one.ref}: {what}{kept}'))}"
    for word in one.words:
        line = f"  {one_line(word, LONGEST)}"
        yield ink.green(f"+{line[1:]}") if " gains " in word or "any more" in word else ink.red(f"-{line[1:]}")
    if one.end is End.PLANNED:
        yield from (ink.dim(f"  {one_line(note, LONGEST)}") for note in one.notes)
    if one.refused:
        yield ink.red(f"  REFUSED: {one_line(one.refused, LONGEST)}")
    if one.act is Act.DELETE and one.end is End.PLANNED and not one.refused:
        yield "  nothing is left of it: it is deleted"
    if one.error:
        yield ink.red(f"  {one_line(one.error, LONGEST)}")


def _mark(one: DocumentPlan, ink: Ink) -> str:
    if one.error:
        return f"{ink.red(ink.bad)} "
    if one.end is End.NOT_REACHED:
        return f"{ink.dim(ink.idle)} "
    return "" if one.end is End.PLANNED else f"{ink.green(ink.good)} "


def _policies(number: int) -> str:
    return "1 policy" if number == 1 else f"{number} policies"
