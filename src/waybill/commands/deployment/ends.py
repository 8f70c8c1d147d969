"""How a deploy ended, in words: from what CodePipeline says to an outcome, an error, and what to do next."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.deployment.start import Begun
from waybill.commands.deployment.superseded import Successor
from waybill.commands.deployment.task import Delivered
from waybill.domain.console import log_url
from waybill.domain.deploy.delivery import Delivery, OnCancel
from waybill.domain.deploy.deployment import Deployment, WentBack
from waybill.domain.deploy.execution import ActionRun, ActionStatus, Execution, ExecutionStatus
from waybill.domain.deploy.plan import Goods
from waybill.domain.request import Request
from waybill.domain.result import Outcome
from waybill.errors import Cancelled, PipelineError, WaybillError


def well(deployment: Deployment, begun: Begun, warnings: tuple[str, ...]) -> Delivered:
    """Return the end of a deploy that did all it was to do; one that had ended before is found as it is."""
    outcome = Outcome.ALREADY if begun.ended_before else Outcome.DEPLOYED
    return Delivered(deployment=deployment, outcome=outcome, changed=not begun.ended_before, warnings=warnings)


def badly(deployment: Deployment, error: WaybillError | None, execution: Execution) -> Delivered:
    """Return the end of an execution that failed, was stopped or cancelled; or of what failed after it (`error`)."""
    said = error or _error(deployment, execution)
    return Delivered(deployment=deployment, outcome=Outcome.FAILED, changed=True, error=said)


def _error(deployment: Deployment, execution: Execution) -> PipelineError:
    name = deployment.plan.pipeline
    match deployment.status:
        case ExecutionStatus.STOPPED:
            why = f" ({execution.summary})" if execution.summary else ""
            return PipelineError(f"The execution of {name} was stopped{why}.", "Somebody stopped it. Run again.")
        case ExecutionStatus.CANCELLED:
            return PipelineError(
                f"The execution of {name} was cancelled: the pipeline was changed while it ran.",
                "Run again: it starts with the pipeline as it is now.",
            )
    failed = [run for run in deployment.actions if run.status is ActionStatus.FAILED]
    if not failed:
        summary = f": {execution.summary}" if execution.summary else ""
        return PipelineError(f"The execution of {name} failed{summary}.", f"Look at {deployment.console_url}")
    said = "\n".join(_of_action(run) for run in failed)
    mend = [*dict.fromkeys(filter(None, map(_allowing, failed))), "Put right what failed, and run again."]
    return PipelineError(f"The execution of {name} failed.\n{said}", "\n".join(mend))


def _allowing(run: ActionRun) -> str:
    """Return what would let an action do what its role was refused; empty where it does not say what that was."""
    from waybill.domain.denials.words import denial_in  # noqa: PLC0415 - few deploys fail, and few of those so

    refused = denial_in(run.error or run.summary or "", "")
    return refused.advice if refused else ""


def _of_action(run: ActionRun) -> str:
    """Return what the failing action itself says, with its links."""
    code = f" [{run.error_code}]" if run.error_code else ""
    text = run.error or run.summary or "it says nothing"
    links = [link for link in (run.external_url, log_url(run.log) or run.log) if link]
    return f"{run.stage} / {run.action}: {text}{code}" + "".join(f"\n  {link}" for link in links)


def superseded(deployment: Deployment, begun: Begun, successor: Successor | None, goods: Goods) -> Delivered:
    """Return the end of an execution that another one took over."""
    name, changed = deployment.plan.pipeline, not begun.ended_before
    if successor is None:
        error = PipelineError(
            f"The execution of {name} was superseded, and nothing newer is to be seen.", "Look at the pipeline."
        )
        return Delivered(deployment=deployment, outcome=Outcome.SUPERSEDED, changed=changed, error=error)
    newer = successor.execution.id
    # One that had succeeded is gone all the same, where a newer one has deployed over it.
    was = "superseded by" if deployment.status is ExecutionStatus.SUPERSEDED else "deployed over by"
    deployment = replace(deployment, superseded_by=newer)
    what = f"{goods.project} {successor.version}" if successor.version else "another object"
    if not successor.fits:
        error = PipelineError(
            f"The execution of {name} was {was} {newer}, which deploys {what}, not {goods.version} or later.",
            f"{goods.project} {goods.version} is not what is there. Run again, if it is what should be there.",
        )
        return Delivered(deployment=deployment, outcome=Outcome.SUPERSEDED, changed=changed, error=error)
    status = successor.execution.status
    if status is ExecutionStatus.SUCCEEDED:
        warning = f"Execution {deployment.execution} was {was} {newer}, which deployed {what} and succeeded."
        return Delivered(deployment=deployment, outcome=Outcome.SUPERSEDED, changed=changed, warnings=(warning,))
    said = "\n".join(_of_action(run) for run in _failed(successor))
    error = PipelineError(
        f"The execution of {name} was {was} {newer}, which deploys {what} and ended {status.value}."
        + (f"\n{said}" if said else ""),
        "Put right what failed, and run again.",
    )
    return Delivered(deployment=deployment, outcome=Outcome.SUPERSEDED, changed=changed, error=error)


def _failed(successor: Successor) -> list[ActionRun]:
    actions = successor.followed.actions if successor.followed else ()
    return [run for run in actions if run.status is ActionStatus.FAILED]


def withdrawn(error: WaybillError, request: Request) -> WaybillError:
    """Return the error of a deploy that was taken back with its version: it is not to be deployed again as it is."""
    advice = (
        f"{request.version} is withdrawn from `{request.channel}`. Put right what failed, and release another version."
    )
    return PipelineError(error.what, advice)


def left_going(back: WentBack, cancelled: Cancelled) -> Cancelled:
    """Return the error of a run that was cancelled while it went back."""
    where = back.version or "what was there before"
    what = f"execution {back.execution} goes on by itself" if back.execution else "nothing was started for that yet"
    return Cancelled(
        f"Cancelled while going back to {where} after a failure: {what}.",
        "Look how it ends before anything is deployed again.",
        signal_number=cancelled.signal_number,
    )


def cut_off(deployment: Deployment, error: WaybillError, delivery: Delivery, *, stopped: bool) -> Delivered:
    """Return the end of a run that did not wait for the end: cancelled, or out of time.

    The execution goes on, unless it was `stopped`: CodePipeline took that.
    """
    if isinstance(error, Cancelled) and deployment.status is not None and deployment.status.ended:
        error = Cancelled(
            f"Cancelled after execution {deployment.execution} of {deployment.plan.pipeline} had ended "
            f"({deployment.status.value}), before all was done that comes after it.",
            "Run again: what was left out is done then.",
            signal_number=error.signal_number,
        )
    elif isinstance(error, Cancelled):
        left = "It was asked to stop (`on-cancel: stop`)." if stopped else "It goes on by itself (`on-cancel: leave`)."
        if delivery.on_cancel is OnCancel.STOP and deployment.joined:
            left = "It goes on by itself: it had begun before this run, so that `on-cancel: stop` leaves it."
        elif delivery.on_cancel is OnCancel.STOP and not stopped:
            left = "It could not be stopped (`on-cancel: stop`): it goes on by itself."
        error = Cancelled(
            f"Cancelled while execution {deployment.execution} of {deployment.plan.pipeline} was under way. {left}",
            "Run again to deploy." if stopped else "Run again to go on following it.",
            signal_number=error.signal_number,
        )
        if stopped and deployment.status is ExecutionStatus.IN_PROGRESS:
            deployment = replace(deployment, status=ExecutionStatus.STOPPING)
    return Delivered(deployment=deployment, outcome=Outcome.FAILED, changed=True, error=error)


def bent(deployment: Deployment, error: WaybillError) -> Delivered:
    """Return the end of a deploy that could not be followed any more; the execution goes on."""
    return Delivered(deployment=deployment, outcome=Outcome.FAILED, changed=True, error=error)
