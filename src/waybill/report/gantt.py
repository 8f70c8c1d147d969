"""A Mermaid gantt of a pipeline's actions, as GitHub draws it: https://mermaid.js.org/syntax/gantt.html.

Times are told from the beginning of the execution, on a day of January that no clock changes on: Mermaid knows no
time zones, and so every reader sees the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from waybill.domain.deploy.execution import ActionRun, ActionStatus
from waybill.report.ink import cut, one_line
from waybill.report.units import duration

MOST = 80
"""Actions that are drawn: Mermaid refuses a text of more than 50,000 characters."""

LONGEST_NAME = 60

_MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001 - as the module says
_HARMLESS = frozenset(" ._@()+/-")
_TAGS = {
    ActionStatus.SUCCEEDED: ("✓", "done, "),
    ActionStatus.FAILED: ("✗", "crit, "),
    ActionStatus.ABANDONED: ("✗", "crit, "),
    ActionStatus.IN_PROGRESS: ("…", "active, "),
}
_AXES = ((10.0, "%S.%L"), (3600.0, "%M:%S"), (86400.0, "%H:%M:%S"))
_DAYS = "day %-j %H:%M"


def gantt(actions: Sequence[ActionRun], *, began: str = "", seconds: float = 0.0) -> list[str]:
    """Return the lines of a gantt with a section for each stage; nothing where no action has begun.

    `began` is when the execution did, in ISO 8601, and `seconds` how long it has run: so long an action that still
    runs is drawn. Only the first 80 actions are drawn.
    """
    bars = [(run, *bar) for run in actions[:MOST] if (bar := _bar(run)) is not None]
    if not bars:
        return []
    first = min(start for _, start, _ in bars)
    first = min(first, moment(began) or first)
    last = max([first + timedelta(seconds=max(seconds, 0.0)), *(end or start for _, start, end in bars)])
    whole = (last - first).total_seconds()
    axis = next((text for limit, text in _AXES if whole <= limit), _DAYS)
    lines = ["gantt", "dateFormat YYYY-MM-DD HH:mm:ss.SSS", f"axisFormat {axis}", "todayMarker off"]
    for stage in dict.fromkeys(run.stage for run, _, _ in bars):
        lines.append(f"section {escaped(stage) or '-'}")
        lines += [_task(run, start - first, (end or last) - start) for run, start, end in bars if run.stage == stage]
    return lines


def escaped(text: str) -> str:
    """Return a name for a gantt: whatever could mean something to Mermaid is an entity code of its."""
    return "".join(
        character if character.isalnum() or character in _HARMLESS else f"#{ord(character)};"
        for character in cut(one_line(text), LONGEST_NAME)
    )


def moment(text: str) -> datetime | None:
    """Return an ISO 8601 time in UTC without its zone; None for anything else, and for a year that none can be."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=None) - (found.utcoffset() or timedelta()) if 1970 <= found.year < 2200 else None


def _bar(run: ActionRun) -> tuple[datetime, datetime | None] | None:
    """Return when an action began and ended; the end is None where it still runs or is not known."""
    start, end = moment(run.started), moment(run.updated)
    if start is None:
        return None
    return start, None if run.status is ActionStatus.IN_PROGRESS or end is None else end


def _task(run: ActionRun, after: timedelta, length: timedelta) -> str:
    # The mark stands first, so that no name can be one of Mermaid's words.
    mark, tag = _TAGS[run.status]
    start = (_MIDNIGHT + after).isoformat(" ", "milliseconds")
    took = max(length.total_seconds(), 0.0)
    return f"{mark} {escaped(run.action)} {duration(took)} :{tag}{start}, {max(1, round(took * 1000))}ms"


def not_drawn(actions: Iterable[ActionRun]) -> int:
    """Return how many actions a gantt leaves out because there are too many."""
    return max(0, sum(1 for _ in actions) - MOST)
