"""From the end of a deploy to the result of the command, its own or that of the one that it follows."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.account.target import Target
from waybill.commands.deployment.staged import Staged
from waybill.commands.deployment.task import Delivered
from waybill.domain.deploy.delivery import Delivery, OnFailure
from waybill.domain.deploy.deployment import Deployment, DeployPlan
from waybill.domain.names import channel_parameter
from waybill.domain.request import Request
from waybill.domain.result import ChannelOutcome, Outcome, RegionResult, Result
from waybill.errors import ExitCode, InputError, WaybillError, exit_code_of, refused_of


def planned(request: Request, target: Target, staged: Staged, plan: DeployPlan, *, seconds: float) -> Result:
    """Return the result of a dry run."""
    base = _base(request, target, staged)
    return replace(base, outcome=Outcome.PLANNED, seconds=seconds, body=Deployment(plan=plan))


def deployed(request: Request, target: Target, staged: Staged, ended: Delivered, *, seconds: float) -> Result:
    """Return the result of a deploy that was carried out."""
    error, back = ended.error, ended.deployment.went_back
    return replace(
        _base(request, target, staged),
        outcome=ended.outcome,
        changed=ended.changed,
        exit_code=exit_code_of(error) if error else ExitCode.OK,
        error=error.what if error else None,
        advice=(error.advice or None) if error else None,
        warnings=ended.warnings,
        # What was withdrawn is not to be deployed again.
        resume=(request.again or None) if error and not (back and back.channel) else None,
        seconds=seconds,
        refused=refused_of(error),
        body=replace(ended.deployment, seconds=seconds),
    )


def _base(request: Request, target: Target, staged: Staged) -> Result:
    subject = staged.offer.subject
    return Result(
        command=request.command,
        outcome=Outcome.DEPLOYED,
        changed=False,
        exit_code=ExitCode.OK,
        project=request.project,
        version=request.version.text,
        sha256=subject.digests.sha256,
        size=subject.digests.size,
        channel=request.channel,
        parameter=channel_parameter(target.organisation.parameter_prefix, request.project, request.channel),
        key=staged.offer.keys.artifact,
        caller=target.caller.arn,
    )


def not_named(result: Result) -> str:
    """Return what the channel names instead of the version of a command that went well; empty where it names it.

    Regions that are not whole, where enough others are, say nothing.
    """
    said = [one for one in result.regions if one.whole]
    if not said or any(one.channel is ChannelOutcome.NOT_REACHED for one in said):
        return "something else, or nothing"
    others = {one.channel_after or "nothing" for one in said if one.channel_after != result.version}
    return " and ".join(sorted(others))


def after(first: Result, second: Result | WaybillError, *, again: str = "") -> Result:
    """Return one result of a command and of the deploy that followed it: the regions are the first's, the end the last.

    `again` is the command that deploys, where the deploy could not begin.
    """
    if isinstance(second, Result):
        return replace(
            first,
            regions=tuple(_gone_back(one, second) for one in first.regions),
            outcome=second.outcome,
            changed=first.changed or second.changed,
            exit_code=second.exit_code,
            error=second.error,
            advice=second.advice,
            warnings=(*first.warnings, *second.warnings),
            resume=second.resume or first.resume,
            seconds=first.seconds + second.seconds,
            body=second.body,
        )
    # What the first command did stands, so that "nothing was written" would not be true.
    what = str(second) if isinstance(second, InputError) else second.what
    return replace(
        first,
        outcome=Outcome.FAILED,
        exit_code=exit_code_of(second),
        error=f"{first.project} {first.version} is {first.outcome.value}, and was not deployed. {what}",
        advice=None if isinstance(second, InputError) else (second.advice or None),
        resume=again or None,
    )


def _gone_back(region: RegionResult, second: Result) -> RegionResult:
    """Return a region's end with what the channel names now, where a failed deploy has taken it back."""
    back = second.body.went_back if isinstance(second.body, Deployment) else None
    if back is None or not back.channel:
        return region
    note = f"{region.channel_after} was there for a moment; its deploy failed, and the channel went back."
    return replace(region, channel_after=back.version, note=note)


def then(delivery: Delivery) -> str:
    """Return what follows, once a version is on its channel, as a sentence."""
    given = f" with {', '.join(delivery.variables)}" if delivery.variables else ""
    failing = "what was there is deployed again" if delivery.on_failure is OnFailure.ROLLBACK else "it is left so"
    return (
        f"Then {delivery.pipeline.text} deploys it{given}, last of all, if the channel names it; "
        f"where that fails, {failing} (`on-failure: {delivery.on_failure.value}`)."
    )
