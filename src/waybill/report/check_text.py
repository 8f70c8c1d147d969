"""Draws what a check of the accounts found."""

from __future__ import annotations

from waybill.domain.findings import Verdict, counted
from waybill.domain.result import Result
from waybill.domain.setup.checking import Checked
from waybill.report import findings_text
from waybill.report.ink import Ink
from waybill.report.units import listing

_WORDS = {Verdict.FAIL: "failed", Verdict.WARN: "with a warning", Verdict.UNKNOWN: "unknown", Verdict.PASS: "good"}


def sentence(result: Result, body: Checked) -> str:
    """Return how it ended, in a sentence."""
    found = [f"{number} {_WORDS[verdict]}" for verdict, number in counted(body.findings).items() if number]
    return f"{len(body.findings)} checks: {listing(found)}."


def needs_attention(result: Result, body: Checked) -> bool:
    """Whether anything failed."""
    return body.failed


def as_text(body: Checked, ink: Ink) -> str:
    """Return a line for each finding, and what mends them."""
    return "\n".join(findings_text.as_lines(body.findings, ink))


def as_markdown(body: Checked) -> list[str]:
    """Return the same as a table and items."""
    return findings_text.as_markdown(body.findings)
