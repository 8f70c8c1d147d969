"""Draws policies as they are: for a terminal or a log, and for a step summary."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.domain.access.merging import pretty
from waybill.domain.access.shown import AccessShown, ShownDocument
from waybill.domain.result import Result
from waybill.report.ink import Ink, clean, one_line
from waybill.report.markdown import fenced
from waybill.report.units import count


def sentence(result: Result, body: AccessShown) -> str:
    """Return how it ended, in a sentence."""
    del result
    there = [one for one in body.documents if one.live]
    ours = sum(one.counts[0] for one in there)
    number = "is 1 policy" if len(there) == 1 else f"are {len(there)} policies"
    return f"There {number}, with {count(ours, 'statement')} that Waybill wrote. Nothing was changed."


def needs_attention(result: Result, body: AccessShown) -> bool:
    """Whether something is not as it should be."""
    del result, body
    return False


def as_text(body: AccessShown, ink: Ink) -> str:
    """Return a paragraph for each document."""
    return "\n\n".join("\n".join(_lines(one, ink)) for one in body.documents)


def as_markdown(body: AccessShown) -> list[str]:
    """Return a block for each document, folded."""
    lines = []
    for one in body.documents:
        lines += [f"#### {clean(_head(one))}", ""]
        lines += [*fenced(pretty(one.live.text), "json"), ""] if one.live else ["There is none.", ""]
    return lines


def _lines(one: ShownDocument, ink: Ink) -> Iterator[str]:
    yield ink.bold(one_line(_head(one)))
    yield from clean(pretty(one.live.text)).splitlines() if one.live else ("there is none",)


def _head(one: ShownDocument) -> str:
    ours, others = one.counts
    revision = f", revision {one.live.revision}" if one.live and one.live.revision else ""
    said = f": {ours} ours, {others} not{revision}" if one.live else ""
    return f"{one.ref}{said}"
