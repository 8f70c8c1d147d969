"""The result of a run that made none itself: it was refused early, cut off at cancellation, or met a bug of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from waybill.domain import digests
from waybill.domain.plan import Action, Plan, RegionPlan
from waybill.domain.result import Outcome, RegionResult, Result
from waybill.errors import (
    AccessDenied,
    ArtifactError,
    ConflictError,
    InputError,
    WaybillError,
    exit_code_of,
    refused_of,
)
from waybill.progress import Known, Step

STORED = frozenset({Step.VERIFY, Step.METADATA, Step.WAYBILL, Step.EVENT, Step.CHANNEL})
"""Steps that a region begins only once something was written there, or is about to be."""


def unfinished(
    command: str, values: Mapping[str, str], error: WaybillError, known: Known, *, seconds: float = 0.0
) -> Result:
    """Return what is known of the run that `error` ended. `values` are the inputs, where nothing better is known.

    A region whose end was not told is `failed`, with a note of what is sure about it.
    """
    request, plan = known.request, known.plan
    regions = tuple(_region(item, plan, known, error) for item in plan.regions) if plan else ()
    whole = any(region.whole for region in regions)
    return Result(
        command=command,
        outcome=Outcome.CONFLICT if isinstance(error, ConflictError) else Outcome.PARTIAL if whole else Outcome.FAILED,
        changed=plan is not None and any(_changed(item.region, plan, known) for item in plan.regions),
        exit_code=exit_code_of(error),
        project=request.project if request else values.get("project", ""),
        version=request.version.text if request else values.get("version", ""),
        sha256=plan.digests.sha256 if plan and plan.digests else None,
        size=plan.size if plan else None,
        channel=request.channel if request else values.get("channel") or None,
        key=plan.key if plan else None,
        caller=_caller(known, error),
        regions=regions,
        warnings=known.warnings,
        error=error.what,
        advice=error.advice or None,
        resume=_resume(known, error, whole=whole),
        seconds=seconds,
        refused=refused_of(error),
    )


def _caller(known: Known, error: WaybillError) -> str | None:
    if known.caller is not None:
        return known.caller.caller
    return (error.caller or None) if isinstance(error, AccessDenied) else None


def _resume(known: Known, error: WaybillError, *, whole: bool) -> str | None:
    """Return the command that finishes; None where the same again would end the same."""
    if known.request is None or isinstance(error, InputError | ConflictError | ArtifactError):
        return None
    return (known.request.restart if whole else known.request.again) or None


def _region(item: RegionPlan, plan: Plan, known: Known, error: WaybillError) -> RegionResult:
    steps = known.steps.get(item.region, frozenset())
    result = known.ended.get(item.region)
    if result is None:
        result = _unended(item, plan, known, item.error or error)
    if Step.CHANNEL in steps and result.error is None:
        return replace(
            result,
            error=f"The channel in {item.region} was about to be moved; whether it was is not known.",
            advice="Run again: a channel that moved stays where it is.",
            exit_code=exit_code_of(error),
        )
    return result


def _unended(item: RegionPlan, plan: Plan, known: Known, error: WaybillError) -> RegionResult:
    found = item.observation
    whole = item.action is Action.NOTHING
    written = _changed(item.region, plan, known)
    return RegionResult(
        region=item.region,
        outcome=Outcome.ALREADY if whole else Outcome.FAILED,
        account=known.caller.account if known.caller else "",
        bucket=found.bucket if found else None,
        key=plan.key,
        version_id=found.artifact.version_id if found and found.artifact and whole else None,
        note="It was being written when the run was cut off; what it holds is not known." if written else None,
        error=None if whole else error.what,
        advice=None if whole else error.advice or None,
        exit_code=exit_code_of(error),
        refused=None if whole else refused_of(error),
    )


def _changed(region: str, plan: Plan, known: Known) -> bool:
    """Whether anything may have been stored in a region: where a call was on its way, nobody knows."""
    steps = known.steps.get(region, frozenset())
    if steps & STORED:
        return True
    if Step.COPY in steps and region not in known.ended:
        return True
    on_its_way = Step.SEND in steps and region not in known.ended
    return on_its_way and (plan.size <= digests.PART or region in known.sent)
