"""Draws the answer to a question of access."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace

from waybill.domain.iam.actions import doubt
from waybill.domain.iam.answers import Missing, Outcome
from waybill.domain.iam.explained import Explained
from waybill.domain.iam.unread import Lost, lost
from waybill.domain.iam.words import place
from waybill.domain.result import Result
from waybill.report.columns import columns
from waybill.report.ink import Ink, clean, one_line
from waybill.report.markdown import code, prose, table

LONGEST = 2000
_HEAD = ["policy", "account", "says", "statements"]


def sentence(result: Result, body: Explained) -> str:
    """Return the answer and why, in a sentence or two."""
    return body.because


def needs_attention(result: Result, body: Explained) -> bool:
    """Whether it is not allowed, as far as is known, or perhaps not what was meant."""
    return body.outcome is not Outcome.ALLOWED or bool(doubt(body.question.action))


def as_text(body: Explained, ink: Ink) -> str:
    """Return the question, what each policy says, and what lacks."""
    question = body.question
    who = question.request.caller or question.request.provider
    lines = [one_line(f"{who}: {question.action} on {question.resource}", LONGEST), *_looked(body)]
    for also in body.also:
        lines += ["", one_line(also.asked, LONGEST), one_line(also.of_itself, LONGEST), *_looked(_shorter(also, body))]
    return "\n".join(lines)


def _shorter(also: Explained, body: Explained) -> Explained:
    """Return what is asked beside, without what is taken for granted of both."""
    assumed = tuple(one for one in also.answer.assumed if one not in body.answer.assumed)
    unread = tuple(one for one in also.unread if one not in body.unread)
    return replace(also, answer=replace(also.answer, assumed=assumed), unread=unread)


def _looked(body: Explained) -> list[str]:
    """Return what each policy says to one question, what lacks, and what is not known."""
    lines = ["", *columns([_HEAD, *_rows(body)])] if body.answer.looked else []
    for missing in body.answer.missing:
        lines += ["", one_line(f"{_where(missing)}:", LONGEST)]
        lines += [f"    {clean(line)}" for line in _said(missing).splitlines()]
    lines += _more("is nearly allowed by", map(str, body.answer.near))
    lines += _more("depends on", (f"{one} {' '.join(one.wanted)}" for one in body.answer.depends if not one.unread))
    if any(one.is_key for one in body.answer.depends):
        lines += ["    Say what the request has by `context`: `KEY=VALUE`."]
    for one in lost(body.unread):
        lines += ["", one_line(f"Not read: {_whose(one)}.", LONGEST)]
        lines += [f"    {clean(line)}" for line in _why(one)]
    lines += _more("takes for granted", body.answer.assumed)
    return lines + (["", *(one_line(note, LONGEST) for note in body.notes)] if body.notes else [])


def as_markdown(body: Explained) -> list[str]:
    """Return the same as a table and items."""
    rows = ([prose(row[0]), code(row[1]), prose(row[2]), prose(row[3])] for row in _rows(body))
    lines = table([name.capitalize() for name in _HEAD], rows) if body.answer.looked else []
    for missing in body.answer.missing:
        lines += ["", f"{prose(_where(missing))}:", "", "```json", clean(_said(missing)), "```"]
    told = (
        ("Nearly allowed by", map(str, body.answer.near)),
        ("Depends on", (str(one) for one in body.answer.depends if not one.unread)),
        ("Not read", (" ".join((f"{_whose(one)}.", *_why(one))) for one in lost(body.unread))),
        ("Takes for granted", body.answer.assumed),
        ("Also", body.notes),
    )
    lines += [f"- {word}: {prose(one_line(one, LONGEST))}" for word, said in told for one in said]
    for also in body.also:
        lines += [
            "",
            prose(one_line(f"{also.asked} {also.of_itself}", LONGEST)),
            "",
            *as_markdown(_shorter(also, body)),
        ]
    return lines


def _rows(body: Explained) -> Iterator[list[str]]:
    for each in body.answer.looked:
        by = ", ".join(f"{one.number} ({one.sid})" if one.sid else str(one.number) for one in each.by)
        name = f"{each.document.kind.value} {each.document.title}".strip()
        yield [name, each.document.account or "-", each.says, by or "-"]


def _where(missing: Missing) -> str:
    if missing.never:
        return "It cannot be allowed there"
    if missing.statement is None and missing.conditional:
        return f"The condition of {place(missing)} is not met"
    return f"Missing in {place(missing)}"


def _whose(one: Lost) -> str:
    return f"{one.policies} (account {one.account})" if one.account else one.policies


def _why(one: Lost) -> list[str]:
    """Return why policies were not read, and what mends that."""
    return [*one.why.splitlines(), *one.mend.splitlines(), *filter(None, [one.give])]


def _said(missing: Missing) -> str:
    return missing.advice if missing.statement is None else json.dumps(dict(missing.statement), indent=2)


def _more(word: str, said: Iterable[str]) -> list[str]:
    told = list(said)
    return ["", f"It {word}:", *(f"    {one_line(one, LONGEST)}" for one in told)] if told else []
