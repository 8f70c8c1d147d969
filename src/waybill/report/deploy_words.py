"""What the ends of a deploy are called in words, alone and behind a stage, a promotion or a rollback."""

from __future__ import annotations

from dataclasses import replace

from waybill.domain.deploy.deployment import Deployment, WentBack
from waybill.domain.deploy.execution import ActionRun, ActionStatus, ExecutionStatus
from waybill.domain.result import Outcome, Result
from waybill.errors import CANCELLED, ExitCode
from waybill.report.ink import Ink, one_line
from waybill.report.units import duration, listing

LONGEST_MESSAGE = 300

STATUS = {
    ActionStatus.IN_PROGRESS: "running",
    ActionStatus.SUCCEEDED: "succeeded",
    ActionStatus.FAILED: "failed",
    ActionStatus.ABANDONED: "abandoned",
}


def sentence(result: Result) -> str | None:
    """Return how a `deploy` ended; None where it had none to begin with, and nothing special is to be said."""
    name = f"{result.project} {result.version}".strip()
    return _sentence(result, result.body, name) if isinstance(result.body, Deployment) and name else None


def follows(result: Result) -> bool:
    """Whether a result of another command is that of the deploy behind it: begun, or not even that."""
    if isinstance(result.body, Deployment):
        return True
    # What was to be placed stands everywhere, so that only what came behind can have failed.
    whole = all(region.whole and not region.error for region in result.regions)
    named = result.channel is None or all(region.channel_after == result.version for region in result.regions)
    return result.outcome is Outcome.FAILED and bool(result.regions) and whole and named


def before(result: Result) -> Result:
    """Return the result of a command as it was before its deploy: how its regions ended.

    Whether it had changed anything cannot be told any more.
    """
    ends = {region.outcome for region in result.regions}
    if result.outcome is Outcome.PLANNED:
        outcome = Outcome.PLANNED
    elif not ends or not all(region.whole for region in result.regions):
        outcome = Outcome.PARTIAL if ends else result.outcome
    else:
        outcome = ends.pop() if len(ends) == 1 else Outcome.CREATED
        moves = {"promote": Outcome.MOVED, "rollback": Outcome.ROLLED_BACK}
        outcome = Outcome.ALREADY if outcome is Outcome.ALREADY else moves.get(result.command, outcome)
    return replace(result, outcome=outcome, changed=False, exit_code=ExitCode.OK, error=None, body=None)


def behind(result: Result) -> str:
    """Return how the deploy behind another command ended, as a sentence that goes on from that one's."""
    if not isinstance(result.body, Deployment):
        return "It was not deployed: nothing was started."
    if result.outcome is Outcome.PLANNED:
        return f"Then `{result.body.plan.pipeline}` would deploy it."
    said = _sentence(result, result.body, "it")
    return f"{said[0].upper()}{said[1:]}"


def _sentence(result: Result, body: Deployment, name: str) -> str:
    pipeline = f"`{body.plan.pipeline}`"
    match result.outcome:
        case Outcome.PLANNED:
            return f"Dry run: nothing was written, and nothing was started. {pipeline} would deploy {name}."
        case Outcome.CREATED:
            how = "has begun with" if body.joined else "was started for"
            return f"{pipeline} {how} {name}; its end was not waited for."
        case Outcome.DEPLOYED:
            return f"Deployed {name}: {pipeline} succeeded{_joined(body)} in {duration(body.seconds)}."
        case Outcome.ALREADY:
            changed = "" if result.changed else " Nothing was changed."
            return f"{name} was deployed before, by an execution of {pipeline} that this run had started.{changed}"
        case Outcome.SUPERSEDED:
            return _superseded(result, body, name)
        case _:
            return f"{_failed(result, body, name)}{_back(body.went_back)}"


def _joined(body: Deployment) -> str:
    return ", in an execution that had begun already," if body.joined else ""


def _superseded(result: Result, body: Deployment, name: str) -> str:
    newer = body.superseded_by or "a newer one"
    if result.exit_code is ExitCode.OK:
        return (
            f"{name} was superseded in `{body.plan.pipeline}`: execution {newer} deployed this version or a later one."
        )
    return f"{name} was not deployed: its execution of `{body.plan.pipeline}` was superseded by {newer}."


def _failed(result: Result, body: Deployment, name: str) -> str:
    pipeline = f"`{body.plan.pipeline}`"
    begun = body.status in {ExecutionStatus.IN_PROGRESS, ExecutionStatus.STOPPING}
    left = "was asked to stop" if body.status is ExecutionStatus.STOPPING else "goes on by itself"
    if not body.execution:
        cancelled = "Cancelled: " if result.exit_code in CANCELLED else ""
        return f"{cancelled}{name} was not deployed: nothing was started."
    if result.exit_code in CANCELLED:
        how = f"the execution of {pipeline} {left}" if begun else f"the execution of {pipeline} has ended"
        return f"Cancelled: {name} was not deployed to the end; {how}."
    if result.exit_code is ExitCode.TIMED_OUT and begun:
        return f"Timed out: {pipeline} has not deployed {name} yet; its execution {left}."
    if begun:
        return f"How the deploy of {name} ends is not known: the execution of {pipeline} {left}."
    return f"{name} was not deployed: {_why(result, body)}."


def _why(result: Result, body: Deployment) -> str:
    pipeline = f"`{body.plan.pipeline}`"
    match body.status:
        case ExecutionStatus.STOPPED:
            return f"somebody stopped the execution of {pipeline}"
        case ExecutionStatus.CANCELLED:
            return f"{pipeline} was changed while it ran, and that cancelled the execution"
        case ExecutionStatus.SUCCEEDED:
            return f"{pipeline} succeeded, but what it deployed did not prove right"
    failed = [run for run in body.actions if run.status is ActionStatus.FAILED]
    if not failed:
        return f"the execution of {pipeline} failed"
    return (
        f"{listing(f'{run.action} in stage {run.stage}' for run in failed)} of {pipeline} failed{_own(result, failed)}"
    )


def _own(result: Result, failed: list[ActionRun]) -> str:
    """Return what the first failed action itself says, where the error does not."""
    said = failed[0].error.strip()
    told = not said or said in (result.error or "")
    return "" if told else f" ({one_line(said, LONGEST_MESSAGE).rstrip('.')})"


def _back(back: WentBack | None) -> str:
    if back is None:
        return ""
    how = f"stage {back.by_stage} was rolled back" if back.by_stage else f"execution {back.execution} deployed it"
    version = back.version or "what was deployed before"
    if back.status is ExecutionStatus.SUCCEEDED:
        return f" It went back to {version}: {how}{', and the channel went back too' if back.channel else ''}."
    state = f"ended {back.status.value}" if back.status and back.status.ended else "did not come to its end"
    return f" Going back to {version} {'failed' if not back.execution else state}."


def status_mark(run: ActionRun, ink: Ink) -> str:
    """Return the mark of an action's end."""
    marks = {ActionStatus.SUCCEEDED: ink.good, ActionStatus.IN_PROGRESS: ink.idle}
    return marks.get(run.status, ink.bad)
