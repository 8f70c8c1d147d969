"""The package in CodeArtifact: what became of it, in words, as a line and as Markdown; read where there is one."""

from __future__ import annotations

from waybill.domain.packages.result import PackageResult
from waybill.domain.result import Outcome, Result
from waybill.report.ink import Ink, one_line
from waybill.report.markdown import code, prose
from waybill.report.units import duration

_MARKS = {Outcome.CREATED: "good", Outcome.ALREADY: "good", Outcome.PLANNED: "idle"}


def sentence(end: PackageResult, result: Result, said: str) -> str:
    """Return how a command ended, of which `said` tells how the rest of it did."""
    if end.complete:
        return f"{said} It is in CodeArtifact {'now' if end.changed else 'already'}."
    if end.outcome is Outcome.CONFLICT and all(region.outcome is not Outcome.CONFLICT for region in result.regions):
        nothing = "No channel was moved." if result.changed else "Nothing was written."
        name = f"{result.project} {result.version}"
        return f"Conflict: something else is in CodeArtifact already as {name}. It was left as it is. {nothing}"
    if end.outcome is Outcome.PLANNED or not result.changed:
        return said
    return f"{said} It is not known to be complete in CodeArtifact."


def as_text(end: PackageResult, ink: Ink) -> str:
    """Return the package as two lines for a terminal or a log."""
    mark = getattr(ink, _MARKS.get(end.outcome, "bad"))
    took = f", {duration(end.seconds)}" if end.seconds else ""
    head = f"{mark}  CodeArtifact  {end.outcome.value}  {_told(end)}{took}"
    lines = [ink.red(head) if mark == ink.bad else head, f"   {end.arn}"]
    if end.assets:
        lines.append(f"   {', '.join(end.assets)}")
    return "\n".join(lines)


def as_markdown(end: PackageResult) -> list[str]:
    """Return the package as lines of a step summary."""
    mark = getattr(Ink(), _MARKS.get(end.outcome, "bad"))
    assets = f": {', '.join(code(name) for name in end.assets)}" if end.assets else ""
    where = f"{end.package.domain}/{end.package.repository}"
    told = prose(one_line(_told(end), 500))
    return [f"{mark} CodeArtifact {code(where)} – {end.outcome.value}, {told}{assets}", "", code(end.arn, 600), ""]


def _told(end: PackageResult) -> str:
    how = f"copied from {end.copied}" if end.copied else ""
    status = end.status or ""
    note = end.note or "" if not end.complete else ""
    return one_line("; ".join(part for part in (status, how, note) if part) or "nothing was published", 300)
