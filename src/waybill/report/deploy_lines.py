"""What a deploy tells on its way, as lines of text; imported only by a run that deploys."""

from __future__ import annotations

from waybill.domain.console import log_url
from waybill.domain.deploy.deployment import DeployPlan
from waybill.domain.deploy.execution import ActionRun, ActionStatus
from waybill.domain.deploy.telling import (
    ActionBegan,
    ActionEnded,
    ApprovalWaits,
    Deploying,
    DeployPlanned,
    Following,
    Noted,
    StageBegan,
    StageEnded,
    TransitionClosed,
)
from waybill.report.deploy_words import STATUS, status_mark
from waybill.report.ink import Ink, cut, one_line
from waybill.report.units import duration

LONGEST_MESSAGE = 2000
LONGEST_LINK = 1000


def tell(event: Deploying, ink: Ink) -> str:
    """Return the line, or the lines, that tell an event."""
    match event:
        case Noted(text):
            return _capital(one_line(text, LONGEST_MESSAGE))
        case DeployPlanned(plan):
            return "\n".join(plan_lines(plan, ink))
        case Following(pipeline, execution, url, joined):
            before = ", which had begun already" if joined else ""
            return one_line(f"Execution {execution} of {pipeline}{before}") + _indented(("", url))
        case StageBegan(stage):
            return one_line(f"Stage {stage}")
        case StageEnded(stage, good, seconds):
            end = "done" if good else "not done,"
            mark = ink.green(ink.good) if good else ink.red(ink.bad)
            return f"{mark} {one_line(f'Stage {stage}: {end}')} after {duration(seconds)}"
        case ActionBegan(run):
            return f"{place(run)}: began"
        case ActionEnded(run, seconds):
            return _ended(run, seconds, ink)
        case ApprovalWaits() | TransitionClosed():
            return ink.yellow("\n".join(_waiting(event)))


def waiting(event: ApprovalWaits | TransitionClosed) -> tuple[str, str]:
    """Return the title and the text of what somebody has to do, for a notice."""
    first, *rest = _waiting(event)
    title = "Approval waits" if isinstance(event, ApprovalWaits) else "Transition closed"
    return title, "\n".join([first, *(line.strip() for line in rest)])


def plan_lines(plan: DeployPlan, ink: Ink) -> list[str]:
    """Return what a deploy will do, step by step, and what is to be thought about."""
    where = one_line(f"{plan.region}, account {plan.account}, version {plan.version} of its definition")
    steps = [f"  {number}. {step_text(step).replace('→', ink.arrow)}" for number, step in enumerate(plan.steps, 1)]
    notes = [ink.yellow(f"  Note: {step_text(note)}") for note in plan.notes]
    return [f"Deploy with {one_line(plan.pipeline)} ({where}):", *steps, *notes]


def step_text(text: str) -> str:
    """Return a step or a note of a plan as one line."""
    return one_line(text, LONGEST_MESSAGE)


def place(run: ActionRun) -> str:
    """Return which action of which stage it is."""
    return one_line(f"{run.stage} / {run.action}", 300)


def links(run: ActionRun) -> list[tuple[str, str]]:
    """Return what more there is to see of an action: what it is, and where. A log without a page is its ARN."""
    found = [("details", run.external_url), ("log", log_url(run.log) or run.log)]
    return [(name, address) for name, address in found if address]


def _ended(run: ActionRun, seconds: float, ink: Ink) -> str:
    good = run.status is ActionStatus.SUCCEEDED
    mark = (ink.green if good else ink.red)(status_mark(run, ink))
    told = f"{mark} {place(run)}: {STATUS[run.status]} in {duration(seconds)}"
    if good:
        return told
    said = one_line(message(run), LONGEST_MESSAGE)
    return f"{told}{f': {said}' if said else ''}{_indented(*links(run))}"


def message(run: ActionRun) -> str:
    """Return what an action says itself, with the code of its error."""
    code = f" [{run.error_code}]" if run.error_code else ""
    return f"{run.error}{code}" if run.error else f"{run.summary}{code}".strip()


def _waiting(event: ApprovalWaits | TransitionClosed) -> list[str]:
    if isinstance(event, TransitionClosed):
        by = f" by {event.by}" if event.by else ""
        why = f": {event.reason.rstrip('.')}" if event.reason else ""
        text = one_line(f"The way into stage {event.stage} was closed{by}{why}", LONGEST_MESSAGE)
        return [f"{text}.", "  The execution waits until somebody opens it."]
    limit = f" within {_minutes(event.minutes)}" if event.minutes is not None else " within 7 days"
    first = f"{one_line(f'{event.stage} / {event.action}', 300)} waits for somebody to approve it{limit}."
    found = [("approve", event.url), ("look at", event.link)]
    note = [f"  {one_line(event.note, LONGEST_MESSAGE)}"] if event.note.strip() else []
    return [first, *note, *(f"  {name}: {one_line(address, LONGEST_LINK)}" for name, address in found if address)]


def _minutes(minutes: int) -> str:
    """Return a limit in the largest unit that says it exactly."""
    for unit, size in (("day", 24 * 60), ("hour", 60)):
        if minutes >= size and minutes % size == 0:
            return f"{minutes // size} {unit}{'' if minutes == size else 's'}"
    return f"{minutes} min"


def _indented(*found: tuple[str, str]) -> str:
    return "".join(
        f"\n  {f'{name}: ' if name else ''}{one_line(address, LONGEST_LINK)}" for name, address in found if address
    )


def _capital(text: str) -> str:
    """Return a sentence with a large first letter, unless it begins with a name of some kind."""
    first = cut(text, 40).split(" ", 1)[0]
    return f"{text[:1].upper()}{text[1:]}" if first.isalpha() else text
