"""Draws what doctor found: what is alike in several regions once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from waybill.domain.doctor.examined import Examined
from waybill.domain.findings import Finding, Verdict, counted
from waybill.report import findings_text
from waybill.report.ink import Ink
from waybill.report.units import count, listing

_WORDS = {Verdict.FAIL: "failed", Verdict.WARN: "with a warning", Verdict.UNKNOWN: "unknown", Verdict.PASS: "good"}


def sentence(body: Examined) -> str:
    """Return how it ended, in a sentence."""
    found = [f"{number} {_WORDS[verdict]}" for verdict, number in counted(body.findings).items() if number]
    told = f"{count(len(body.findings), 'check')}: {listing(found)}."
    return f"{told} A release would not go through." if body.failed else told


def as_text(body: Examined, ink: Ink) -> str:
    """Return a line for each finding, and what mends them."""
    return "\n".join(findings_text.as_lines(folded(body.findings), ink))


def as_markdown(body: Examined) -> list[str]:
    """Return the same as a table and items."""
    return findings_text.as_markdown(folded(body.findings))


def folded(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings with what passed alike in several regions as one, which names them all."""
    alike: dict[tuple[str, str, str], list[Finding]] = {}
    rest: list[Finding] = []
    for one in findings:
        if one.good and one.region:
            alike.setdefault((one.account, one.check, one.says), []).append(one)
        else:
            rest.append(one)
    return [*rest, *map(_one_of, alike.values())]


def _one_of(found: list[Finding]) -> Finding:
    subjects = {one.subject for one in found}
    regions = dict.fromkeys(one.region for one in found)
    subject = found[0].subject if len(subjects) == 1 else ""
    return replace(found[0], region=", ".join(regions), subject=subject)
