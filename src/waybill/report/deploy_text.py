"""Draws a deploy: for a terminal or a log, and for a step summary."""

from __future__ import annotations

from collections.abc import Sequence

from waybill.domain.console import log_url, quoted
from waybill.domain.deploy.deployment import Deployment, WentBack
from waybill.domain.deploy.execution import ActionRun, ActionStatus
from waybill.domain.deploy.files import DeployedFiles
from waybill.domain.moments import between
from waybill.report import deployed_words
from waybill.report.columns import columns, pairs_of
from waybill.report.deploy_lines import links, message, plan_lines, step_text
from waybill.report.deploy_words import STATUS, status_mark
from waybill.report.gantt import gantt, not_drawn
from waybill.report.ink import Ink, one_line
from waybill.report.markdown import code, fenced, is_address, link, prose, table
from waybill.report.shares import left_out, within
from waybill.report.units import duration, listing

HEAD = ("stage", "action", "status", "began", "took")
LONGEST_ADDRESS = 2000

# Of a page's bytes: together what `summary` leaves to a body.
ROWS_BYTES = 50_000
FILES_BYTES = 30_000
PLAN_BYTES = 20_000

_INK = Ink()


def as_text(body: Deployment, ink: Ink) -> str:
    """Return the plan where nothing was begun; else the actions, what was proved, and where to look."""
    if not body.execution:
        return "\n".join(plan_lines(body.plan, ink))
    parts = [
        _actions(body.actions, ink),
        "\n".join(f"{deployed_words.mark(files, ink)} {_files(files)}" for files in body.files),
        "\n".join(pairs_of([*_facts(body), *_addresses(body)])),
    ]
    return "\n\n".join(part for part in parts if part)


def as_markdown(body: Deployment, *, console_links: bool = True) -> list[str]:
    """Return the same with a gantt, below 150,000 bytes. Without `console_links` nothing leads to AWS's console."""
    lines = [f"### Deployment with {code(body.plan.pipeline, 200)}", ""]
    if not body.execution:
        return [*lines, *_plan(body)]
    chart = gantt(body.actions, began=body.began, seconds=body.seconds)
    lines += [*fenced("\n".join(chart), "mermaid"), "", *left_out(not_drawn(body.actions), "action")] if chart else []
    rows = list(within((_row(run, console_links=console_links) for run in body.actions), ROWS_BYTES))
    if rows:
        lines += table([*(name.capitalize() for name in HEAD), "Message"], rows)
    lines += left_out(len(body.actions) - len(rows), "action")
    proved = ([f"- {deployed_words.mark(files, _INK)} {prose(_files(files))}"] for files in body.files)
    shown = [line for item in within(proved, FILES_BYTES) for line in item]
    lines += [*shown, ""] if shown else []
    lines += [f"- {name.capitalize()}: {code(value, 1000)}" for name, value in _facts(body)]
    lines += [f"- {page}" for page in _pages(body, console_links=console_links)]
    return [*lines, ""]


def _plan(body: Deployment) -> list[str]:
    plan = body.plan
    steps = ([f"1. {prose(step_text(step))}"] for step in plan.steps)
    notes = ([f"- Note: {prose(step_text(note))}"] for note in plan.notes)
    found = [[f"In {code(plan.region)}, account {code(plan.account)}:", ""], *steps, [""], *notes, [""]]
    return [line for block in within(found, PLAN_BYTES) for line in block] + [""]


def _actions(actions: Sequence[ActionRun], ink: Ink) -> str:
    if not actions:
        return ""
    rows = [["", *HEAD, ""], *([status_mark(run, ink), *_cells(run), message(run)] for run in actions)]
    head, *lines = columns(rows)
    shown = [ink.dim(head)]
    for run, line in zip(actions, lines, strict=True):
        failed = run.status in {ActionStatus.FAILED, ActionStatus.ABANDONED}
        shown.append(ink.red(line) if failed else line)
        if failed:
            shown += [f"     {name}: {one_line(address)}" for name, address in links(run)]
    return "\n".join(shown)


def _cells(run: ActionRun) -> list[str]:
    took = (
        "" if run.status is ActionStatus.IN_PROGRESS or not run.started else duration(between(run.started, run.updated))
    )
    return [run.stage, run.action, STATUS[run.status], _clock(run.started), took]


def _files(files: DeployedFiles) -> str:
    return one_line(deployed_words.sentences(files), 2000)


def _clock(text: str) -> str:
    """Return a time of ISO 8601 to the second, as people read it."""
    return text.partition(".")[0].removesuffix("Z").replace("T", " ")


def _row(run: ActionRun, *, console_links: bool) -> list[str]:
    stage, action, status, began, took = _cells(run)
    said = prose(one_line(message(run), 500))
    log = (_link("log", log_url(run.log)) if console_links else "") or code(run.log)
    details = _link("details", run.external_url)
    more = " · ".join(part for part in (said, details, log) if part)
    return [
        code(stage, 120),
        code(action, 120),
        f"{status_mark(run, _INK)} {status}",
        prose(one_line(began, 60)),
        took,
        more,
    ]


def _facts(body: Deployment) -> list[tuple[str, str]]:
    plan = body.plan
    pinned = "" if plan.pinned else " (not pinned: it may have taken another object)"
    facts = [
        ("pipeline", f"{plan.region}:{plan.pipeline} in {plan.account} ({plan.type}, {plan.mode})"),
        ("execution", f"{body.execution}{', which had begun already' if body.joined else ''}"),
        ("status", body.status.value if body.status else "not known"),
        ("source", f"s3://{plan.bucket}/{plan.key}{pinned}"),
        ("source version", body.source_version),
        ("superseded by", body.superseded_by or ""),
        ("went back", _back(body.went_back) if body.went_back else ""),
        ("verify-url", body.url_end),
        ("invalidation", body.invalidation),
        ("recorded in", listing(body.recorded)),
    ]
    return [(name, value) for name, value in facts if value]


def _addresses(body: Deployment) -> list[tuple[str, str]]:
    """Return what there is to open."""
    return [(name, address) for name, address in (("console", body.console_url), ("asked", body.url)) if address]


def _pages(body: Deployment, *, console_links: bool) -> list[str]:
    """Return the links to the pages that there are."""
    back = body.went_back.execution if body.went_back else ""
    found = [
        ("The execution in CodePipeline", body.execution),
        ("The execution that superseded it", body.superseded_by or ""),
        ("The execution that went back", back),
    ]
    ours = [(label, _page(body, execution)) for label, execution in found] if console_links else []
    return [
        page for label, address in [*ours, ("What was asked at the end", body.url)] if (page := _link(label, address))
    ]


def _page(body: Deployment, execution: str) -> str:
    """Return the console's page of an execution of the same pipeline."""
    own, other = (f"/executions/{quoted(one)}/" for one in (body.execution, execution))
    return body.console_url.replace(own, other) if execution else ""


def _link(label: str, address: str) -> str:
    """Return a link; nothing where the address is none for a browser, or longer than one is."""
    return link(label, address) if is_address(address) and len(address) <= LONGEST_ADDRESS else ""


def _back(back: WentBack) -> str:
    how = f"stage {back.by_stage} rolled back" if back.by_stage else "a new execution"
    state = back.status.value if back.status else "not known"
    channel = "; the channel went back too" if back.channel else ""
    error = f"; {back.error}" if back.error else ""
    version = back.version or "what was deployed before"
    return f"to {version}: {how}, execution {back.execution or 'none'}, {state}{channel}{error}"
