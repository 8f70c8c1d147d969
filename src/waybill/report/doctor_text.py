"""Draws what doctor found: what is alike in several regions once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from waybill.domain.doctor.examined import Examined
from waybill.domain.doctor.fixing import FixPlan
from waybill.domain.findings import Finding, Verdict, counted
from waybill.report import findings_text
from waybill.report.ink import Ink, one_line
from waybill.report.markdown import prose
from waybill.report.units import count, listing

_WORDS = {Verdict.FAIL: "failed", Verdict.WARN: "with a warning", Verdict.UNKNOWN: "unknown", Verdict.PASS: "good"}


def sentence(body: Examined) -> str:
    """Return how it ended, in a sentence."""
    found = [f"{number} {_WORDS[verdict]}" for verdict, number in counted(body.findings).items() if number]
    told = f"{count(len(body.findings), 'check')}: {listing(found)}."
    if body.failed:
        return f"{told} A release would not go through."
    unknown = counted(body.findings)[Verdict.UNKNOWN]
    return f"{told} What is unknown could not be looked at, and may stop a release." if unknown else told


def as_text(body: Examined, ink: Ink) -> str:
    """Return a line for each finding, and what mends them."""
    lines = findings_text.as_lines(folded(body.findings), ink)
    return "\n".join([*lines, *(["", *fixes(body.fix)] if body.fix else [])])


def as_markdown(body: Examined) -> list[str]:
    """Return the same as a table and items."""
    lines = findings_text.as_markdown(folded(body.findings))
    return [*lines, *(prose(one_line(line, 2000)) for line in (fixes(body.fix) if body.fix else []))]


def fixes(fix: FixPlan) -> list[str]:
    """Return what setup's plan would mend, and what it leaves, in sentences."""
    if not fix.mended and not fix.left:
        return ["There is nothing to mend."]
    if not fix.plan.changes:
        return ["`waybill setup plan` would change nothing: none of this is mended by it."]
    changes = count(sum(len(stack.changes) for stack in fix.plan.stacks), "resource")
    beside = count(sum(one.pending for one in fix.plan.beside), "setting")
    told = [
        f"`{fix.command}` would change {changes} and {beside}, and so mend: {_checks(fix.mended) or 'none of this'}."
    ]
    if fix.left:
        told.append(f"It would not mend: {_checks(fix.left)}. Do that by the commands above.")
    return told


def _checks(findings: Sequence[Finding]) -> str:
    return listing(
        dict.fromkeys(f"{one.check} ({'/'.join(filter(None, (one.account, one.region)))})" for one in findings)
    )


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
