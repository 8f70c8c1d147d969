"""Draws what checks found: for a terminal or a log, and for a step summary."""

from __future__ import annotations

from collections.abc import Sequence

from waybill.domain.findings import Finding, Verdict
from waybill.report.columns import columns
from waybill.report.ink import Ink, clean, cut, one_line
from waybill.report.markdown import code, fenced, prose, table
from waybill.report.units import listing

HEAD = ["verdict", "where", "check", "what is found"]
MOST = 2000


def as_lines(findings: Sequence[Finding], ink: Ink) -> list[str]:
    """Return a line for each finding, those with something to do first; then what mends them."""
    if not findings:
        return []
    ordered = in_order(findings)
    head, *lines = columns([["", *HEAD], *([mark(one, ink), *_cells(one)] for one in ordered)])
    painted = [_painted(line, one, ink) for line, one in zip(lines, ordered, strict=True)]
    return [ink.dim(head), *painted, *mends(ordered)]


def as_markdown(findings: Sequence[Finding]) -> list[str]:
    """Return the same as a table and items."""
    if not findings:
        return []
    rows = (
        [code(cells[0]), code(cells[1]), code(cells[2]), prose(one_line(cells[3], 500))]
        for cells in map(_cells, in_order(findings))
    )
    told = [line for where, place, mend in _mends(in_order(findings)) for line in _item(where, place, mend)]
    return [*table([name.capitalize() for name in HEAD], rows), *told, *([""] if told else [])]


def _item(where: str, place: str, mend: str) -> list[str]:
    """Return what mends something; a command, or a statement, as a block that can be copied."""
    if not _is_copied(mend):
        return [f"- {prose(one_line(where))}: {prose(one_line(mend, MOST))}"]
    text = "\n".join([*_above(place), *_told(mend)])
    return [f"- {prose(one_line(where))}:", "", *(f"  {line}" for line in fenced(text)), ""]


def _is_copied(mend: str) -> bool:
    """Whether it is a command or a statement, and no sentence."""
    return "aws " in mend or "{" in mend


def _told(mend: str) -> list[str]:
    """Return a command on one line, and sentences with the statements below them as they were laid out."""
    return [line.rstrip() for line in cut(clean(mend), MOST).splitlines() if line.strip()]


def _above(place: str) -> list[str]:
    return [f"# {one_line(place)}"] if place else []


def _place_of(one: Finding) -> str:
    """Return in which account something is mended, who looked there, and what is said of the command."""
    if not one.owner or not _is_copied(one.mend):
        return one.note
    seen = f" (looked at as {one.seen_as})" if one.seen_as else ""
    return ": ".join(filter(None, (f"in account {one.owner}{seen}", one.note)))


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings with the worst first, as they came otherwise."""
    return sorted(findings, key=lambda one: list(Verdict).index(one.verdict))


def mark(finding: Finding, ink: Ink) -> str:
    """Return the mark of a finding."""
    return {Verdict.PASS: ink.good, Verdict.FAIL: ink.bad, Verdict.WARN: "!", Verdict.UNKNOWN: "?"}[finding.verdict]


def mends(findings: Sequence[Finding]) -> list[str]:
    """Return what mends what is found, alike things together."""
    lines: list[str] = []
    for where, place, mend in _mends(findings):
        lines += ["", f"{where}:", *(f"    {line}" for line in [*_above(place), *_told(mend)])]
    return lines


def _mends(findings: Sequence[Finding]) -> list[tuple[str, str, str]]:
    """Return the check and where it failed, the account and the note, and what mends it."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for one in findings:
        if one.mend and not one.good:
            alike.setdefault((one.check, _place_of(one), one.mend), []).append(_place(one))
    return [
        (f"{check} ({listing(dict.fromkeys(places))})" if any(places) else check, place, mend)
        for (check, place, mend), places in alike.items()
    ]


def _painted(line: str, finding: Finding, ink: Ink) -> str:
    if finding.verdict is Verdict.FAIL:
        return ink.red(line)
    return ink.yellow(line) if finding.verdict is Verdict.WARN else line


def _cells(one: Finding) -> list[str]:
    says = f"{one.subject}: {one.says}" if one.subject else one.says
    return [one.verdict.value, _place(one), one.check, says]


def _place(one: Finding) -> str:
    return "/".join(filter(None, (one.account, one.region)))
