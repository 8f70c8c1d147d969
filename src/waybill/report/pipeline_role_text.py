"""Draws what changes of a pipeline's declaration, and what stands against it."""

from __future__ import annotations

from waybill.domain.findings import Verdict
from waybill.domain.result import Outcome, Result
from waybill.domain.setup.pipelines.role import RoleEdited
from waybill.report import findings_text
from waybill.report.ink import Ink, clean, one_line
from waybill.report.markdown import fenced, prose
from waybill.report.units import listing


def sentence(result: Result, body: RoleEdited) -> str:
    """Return how it ended, in a sentence."""
    name, actions = body.request.pipeline, listing(f"{one.stage}/{one.name}" for one in body.edit.actions)
    if result.changed:
        return f"The pipeline {name} has the role in {actions} now, in its version {body.version_after}."
    if body.refused:
        return f"The pipeline {name} cannot have the role in {actions}. Nothing was changed."
    if result.outcome is Outcome.PLANNED:
        return f"Nothing was changed yet. The pipeline {name} would have the role in {actions}."
    return f"The pipeline {name} has the role in {actions} already. Nothing was changed."


def needs_attention(result: Result, body: RoleEdited) -> bool:
    """Whether anything stands against it."""
    return body.refused


def as_text(body: RoleEdited, ink: Ink) -> str:
    """Return the diff, what was found, and what else there is to know."""
    diff = "\n".join(_painted(clean(line), ink) for line in body.edit.diff(body.request.pipeline))
    shown = [one for one in body.findings if one.verdict is not Verdict.PASS]
    notes = "\n".join(f"  {one_line(note, 2000)}" for note in body.notes)
    return "\n\n".join(part for part in (diff, "\n".join(findings_text.as_lines(shown, ink)), notes) if part)


def as_markdown(body: RoleEdited) -> list[str]:
    """Return the same as a code block, a table and items."""
    diff = body.edit.diff(body.request.pipeline)
    shown = [one for one in body.findings if one.verdict is not Verdict.PASS]
    lines = [*fenced("\n".join(diff), "diff"), ""] if diff else []
    notes = [f"- {prose(one_line(note, 2000))}" for note in body.notes]
    return [*lines, *findings_text.as_markdown(shown), *notes, *([""] if notes else [])]


def _painted(line: str, ink: Ink) -> str:
    if line.startswith("+"):
        return ink.green(line)
    return ink.red(line) if line.startswith("-") else line
