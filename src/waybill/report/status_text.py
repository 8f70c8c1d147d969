"""Draws a status for a terminal or a log, and for a step summary: what needs attention first, a table a project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from waybill.domain.survey.standing import ChannelStatus, ProjectStatus
from waybill.domain.survey.status import AccountStatus, Repaired, RepairStatus, Status
from waybill.report.columns import columns
from waybill.report.ink import Ink, one_line
from waybill.report.markdown import code, prose, table
from waybill.report.status_words import State, findings, names, repair_line, state
from waybill.report.units import count, listing

LONGEST = 200
"""Characters of a name."""

MOST = 50
"""Findings of one project that are shown; the result document has all."""

PROJECTS_BYTES = 300_000
"""Of the 1 MiB that GitHub allows a step summary, for all projects together."""


def as_text(body: Status, ink: Ink) -> str:
    """Return the lines for a terminal."""
    parts = [_repairs(body.repairs, ink)] if body.repairs else []
    for account in body.accounts:
        parts.append(ink.bold(one_line(_title(account))))
        parts += [_project(account, item, ink) for item in _ordered(account)]
        parts.append(_leftovers(account, ink))
    return "\n\n".join(part for part in parts if part)


def as_markdown(body: Status) -> list[str]:
    """Return the same as tables and items."""
    lines: list[str] = []
    if body.repairs:
        rows = ([code(item.project), prose(one_line(repair_line(item))), item.outcome.value] for item in body.repairs)
        lines += ["### Repair", "", *table(["Project", "Step", "Outcome"], rows)]
    for account in body.accounts:
        lines += [f"### {code(account.name)}", ""]
        blocks = (_section(account, item) for item in _ordered(account))
        shown = list(_within(blocks, PROJECTS_BYTES // len(body.accounts)))
        left = len(account.projects) - len(shown)
        lines += [line for block in shown for line in block]
        if left:
            lines += [f"{count(left, 'project')} more: see the result document.", ""]
        lines += _items(_left(account))
    return lines


def _section(account: AccountStatus, item: ProjectStatus) -> list[str]:
    lines = [f"#### {_mark(item, Ink())} {code(item.project)}, {count(item.versions, 'version')}", ""]
    if item.channels:
        rows = ([_markdown_cell(cell) for cell in row] for row in _rows(item))
        lines += table(["Channel", *map(code, account.regions)], rows)
    return [*lines, *_items([f"{one.about}: {one.text}" for one in findings(item)])]


def _within(blocks: Iterable[list[str]], limit: int) -> Iterator[list[str]]:
    """Yield blocks of lines as long as they fit into so many bytes."""
    for block in blocks:
        limit -= sum(len(line.encode("utf-8", "replace")) + 1 for line in block)
        if limit < 0:
            return
        yield block


def _items(texts: Sequence[str]) -> list[str]:
    shown = [f"- {prose(one_line(text))}" for text in texts[:MOST]]
    more = [f"- {len(texts) - MOST} more: see the result document."] if len(texts) > MOST else []
    return [*shown, *more, *([""] if shown else [])]


def _markdown_cell(cell: tuple[str, str]) -> str:
    value, word = cell
    return f"{code(value)} {prose(word)}".strip()


def _title(account: AccountStatus) -> str:
    return f"Account {account.name}" + (f", as {account.caller}" if account.caller else "")


def _ordered(account: AccountStatus) -> list[ProjectStatus]:
    """What needs attention first."""
    return sorted(account.projects, key=lambda item: not item.troubled)


def _mark(item: ProjectStatus | ChannelStatus, ink: Ink) -> str:
    return ink.bad if item.troubled else ink.good


def _project(account: AccountStatus, item: ProjectStatus, ink: Ink) -> str:
    paint = ink.red if item.troubled else ink.green
    lines = [
        f"{paint(_mark(item, ink))} {ink.bold(one_line(item.project, LONGEST))}, {count(item.versions, 'version')}"
    ]
    if item.channels:
        rows = [[_plain_cell(cell) for cell in row] for row in _rows(item)]
        head, *drawn = columns([["channel", *account.regions], *rows])
        lines.append(ink.dim(f"  {head}"))
        troubled = [channel.troubled for channel in item.channels]
        lines += [ink.red(f"  {line}") if bad else f"  {line}" for line, bad in zip(drawn, troubled, strict=True)]
    said = findings(item)
    for one in said[:MOST]:
        line = f"{ink.bad if one.bad else ink.idle} {one_line(f'{one.about}: {one.text}')}"
        lines.append(f"    {ink.yellow(line) if one.bad else ink.dim(line)}")
    if len(said) > MOST:
        lines.append(f"    {len(said) - MOST} more: see `--json`.")
    return "\n".join(lines)


def _rows(item: ProjectStatus) -> list[list[tuple[str, str]]]:
    """Return a row for each channel: its name, and for each region what it names there and a word."""
    return [
        [(channel.channel, ""), *((names(one), _word(state(one))) for one in channel.regions)]
        for channel in item.channels
    ]


def _word(one: State) -> str:
    return "" if one in {State.GOOD, State.ABSENT} else one.value


def _plain_cell(cell: tuple[str, str]) -> str:
    value, word = (one_line(part, LONGEST) for part in cell)
    return f"{value} ({word})" if word else value


def _repairs(repairs: Sequence[RepairStatus], ink: Ink) -> str:
    lines = [ink.bold("Repair")]
    for item in repairs:
        mark = {Repaired.DONE: ink.green(ink.good), Repaired.PLANNED: ink.idle}.get(item.outcome, ink.red(ink.bad))
        lines.append(f"  {mark} {one_line(repair_line(item))}")
        if item.advice and item.outcome is not Repaired.DONE:
            lines.append(f"      {one_line(item.advice)}")
    return "\n".join(lines)


def _leftovers(account: AccountStatus, ink: Ink) -> str:
    return "\n".join(ink.yellow(f"  {one_line(text)}") for text in _left(account))


def _left(account: AccountStatus) -> list[str]:
    """Return what could not be read, and which uploads nobody ended."""
    lines = [
        f"{item.region or account.name}: {item.what} could not be read: {item.error}" for item in account.unreadable
    ]
    stale = [item for item in account.uploads if item.stale]
    young: dict[str, list[str]] = {}
    for item in account.uploads:
        if not item.stale:
            young.setdefault(item.key, []).append(item.region)
    keys = [f"{key} in {listing(regions)}" for key, regions in young.items()]
    number = sum(map(len, young.values()))
    lines += [
        f"{item.region}: an upload of s3://{item.bucket}/{item.key} was begun at {item.begun} and never ended."
        for item in stale
    ]
    return [
        *lines,
        *([f"{count(number, 'upload')} under way, begun within the last hour: {'; '.join(keys)}."] if young else []),
    ]
