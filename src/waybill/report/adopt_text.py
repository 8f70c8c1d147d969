"""Draws which buckets are adopted, what they lack, and what the configuration says then."""

from __future__ import annotations

from waybill.domain.result import Outcome, Result
from waybill.domain.setup.adoption.steps import Adopted, AdoptedBucket
from waybill.domain.setup.configuration.rows import Act
from waybill.report import configuration_text, findings_text
from waybill.report.columns import columns
from waybill.report.ink import Ink, one_line
from waybill.report.markdown import code, prose, table
from waybill.report.units import count

HEAD = ["account", "region", "bucket", "what becomes of it"]


def sentence(result: Result, body: Adopted) -> str:
    """Return how it ended, in a sentence."""
    buckets = count(len(body.buckets), "bucket")
    if any(one.done is False for one in body.buckets) or any(row.done is False for row in body.configured.rows):
        return "Not everything could be written."
    if body.refused:
        return f"{len(body.refused)} of {buckets} cannot be adopted. Nothing was written."
    if result.outcome is Outcome.PLANNED:
        return f"Nothing was written yet. {buckets.capitalize()} can be adopted."
    if result.changed:
        return f"{buckets.capitalize()} {'is' if len(body.buckets) == 1 else 'are'} adopted."
    if result.outcome is Outcome.ALREADY:
        return "All of this is so already. Nothing was changed."
    return "Not everything could be written."


def needs_attention(result: Result, body: Adopted) -> bool:
    """Whether a bucket cannot be adopted."""
    return bool(body.refused)


def as_text(body: Adopted, ink: Ink) -> str:
    """Return the buckets, what they lack, and the configuration."""
    head, *lines = columns([["", *HEAD], *([_mark(one, ink), *_cells(one, ink.arrow)] for one in body.buckets)])
    painted = [
        ink.red(line) if one.refused or one.error else line for line, one in zip(lines, body.buckets, strict=True)
    ]
    findings = [one for bucket in body.buckets for one in bucket.findings if not one.good]
    parts = [
        "\n".join([ink.dim(head), *painted]),
        "\n".join(findings_text.as_lines(findings, ink)),
        configuration_text.as_text(body.configured, ink),
    ]
    return "\n\n".join(part for part in parts if part)


def as_markdown(body: Adopted) -> list[str]:
    """Return the same as tables."""
    rows = (
        [code(cells[0]), code(cells[1]), code(cells[2]), prose(one_line(cells[3], 500))]
        for cells in (_cells(one, "→") for one in body.buckets)
    )
    findings = [one for bucket in body.buckets for one in bucket.findings if not one.good]
    lines = [*table([name.capitalize() for name in HEAD], rows), "", *findings_text.as_markdown(findings), ""]
    return [*lines, *configuration_text.as_markdown(body.configured)]


def _mark(one: AdoptedBucket, ink: Ink) -> str:
    if one.refused or one.error:
        return ink.bad
    return ink.good if one.done or one.act is Act.NONE else ink.idle


def _cells(one: AdoptedBucket, arrow: str) -> list[str]:
    return [one.spot.account, one.spot.region, one.bucket, _fate(one, arrow)]


def _fate(one: AdoptedBucket, arrow: str) -> str:
    if one.error:
        return one.error.error
    if one.refused:
        return f"not adopted: {one.refused}"
    if one.act is Act.NONE:
        return "named by the parameter already"
    change = f"{one.before} {arrow} {one.bucket}, where what is staged in the former is not" if one.before else "named"
    return change if one.done else f"would be {'named: ' if one.before else ''}{change}"
