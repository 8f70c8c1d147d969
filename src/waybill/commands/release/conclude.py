"""From the ends of all regions to the one result: the outcome, the exit code, and the command that resumes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from waybill.commands.channel.move import Moved
from waybill.commands.release.execute import Written
from waybill.commands.release.run import Run
from waybill.commands.release.watch import Effect
from waybill.domain.channel import UpdateChannel
from waybill.domain.plan import Action, ChannelAction, RegionPlan
from waybill.domain.result import ChannelOutcome, Outcome, RegionResult, Result
from waybill.domain.waybill import Subject
from waybill.errors import (
    Cancelled,
    ConflictError,
    ExitCode,
    PrunedError,
    WaybillError,
    exit_code_of,
    lowest,
    refused_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """How the regions ended: those whose artifact is whole, where the channel went, and what failed."""

    written: Mapping[str, Written]
    errors: Mapping[str, WaybillError]
    moved: Mapping[str, Moved] = field(default_factory=dict)


def planned(run: Run, *, seconds: float) -> Result:
    """Return the result of a dry run: what would be done."""
    return _unwritten(run, Outcome.PLANNED, ExitCode.OK, seconds)


def refused(run: Run, error: WaybillError, *, seconds: float) -> Result:
    """Return the result of a plan that may not be carried out: nothing was written."""
    clash = run.plan.of(Action.CONFLICT) or isinstance(error, ConflictError)
    outcome = Outcome.CONFLICT if clash else Outcome.FAILED
    result = _unwritten(run, outcome, exit_code_of(error), seconds)
    whole = bool(run.plan.of(Action.NOTHING))
    # A stage goes on once a foreign parameter is put right; a promotion backward never does.
    gone = isinstance(error, PrunedError)
    hopeless = run.plan.of(Action.CONFLICT) or gone or (clash and run.request.command != "stage")
    resume = None if hopeless else (run.request.restart if whole else run.request.again) or None
    return replace(result, error=error.what, advice=error.advice or None, resume=resume, refused=refused_of(error))


def _unwritten(run: Run, outcome: Outcome, code: ExitCode, seconds: float) -> Result:
    plan = run.plan
    return Result(
        command=run.request.command,
        outcome=outcome,
        changed=False,
        exit_code=code,
        project=plan.project,
        version=plan.version.text,
        sha256=plan.digests.sha256 if plan.digests else None,
        size=plan.size,
        channel=plan.channel,
        parameter=run.parameter,
        key=plan.key,
        caller=run.target.caller.arn,
        regions=tuple(_unwritten_region(item, run, planned=outcome is Outcome.PLANNED) for item in plan.regions),
        seconds=seconds,
    )


def _unwritten_region(item: RegionPlan, run: Run, *, planned: bool) -> RegionResult:
    found, error = item.observation, item.error
    now = found.channel if found else None
    clash = item.action is Action.CONFLICT
    if clash:
        outcome = Outcome.CONFLICT
    elif error is None and not planned:
        outcome = Outcome.ALREADY if item.action is Action.NOTHING else Outcome.PLANNED
    else:
        outcome = Outcome.FAILED if error else Outcome.PLANNED
    moves = planned and item.channel is ChannelAction.MOVE
    return RegionResult(
        region=item.region,
        outcome=outcome,
        account=run.target.owner,
        bucket=found.bucket if found else None,
        key=run.plan.key,
        version_id=found.artifact.version_id if found and found.artifact else None,
        channel_before=now,
        channel_after=run.plan.version.text if moves else now,
        note=_what_of(item),
        error=error.what if error else None,
        advice=error.advice if error else None,
        exit_code=exit_code_of(error) if error else ExitCode.CONFLICT if clash else ExitCode.OK,
        refused=refused_of(error),
    )


def _what_of(item: RegionPlan) -> str | None:
    if item.action is Action.FAILED:
        return None
    if item.action is Action.NOTHING:
        return item.why
    return f"other {item.why}" if item.action is Action.CONFLICT else f"would {item.action.value}: {item.why}"


def conclude(run: Run, ends: Ends, subject: Subject | None, *, seconds: float) -> Result:
    """Return the result of what was carried out."""
    regions = tuple(_region(item.region, run, ends) for item in run.plan.regions)
    outcome, code = _outcome(run, ends)
    failed = bool(ends.errors)
    return Result(
        command=run.request.command,
        outcome=outcome,
        changed=run.watch.changed,
        exit_code=code,
        project=run.plan.project,
        version=run.plan.version.text,
        sha256=subject.digests.sha256 if subject else None,
        size=subject.digests.size if subject else run.plan.size,
        channel=run.plan.channel,
        parameter=run.parameter,
        key=run.plan.key,
        caller=run.target.caller.arn,
        regions=regions,
        warnings=_warnings(run, ends, code),
        error="\n".join((_sentence(run, ends), *_clashes(ends))) if failed else None,
        advice=_advice(run, ends) if failed else None,
        resume=_resume(run, ends) if failed else None,
        seconds=seconds,
    )


def ended(name: str, run: Run, ends: Ends) -> RegionResult:
    """Return how a region's artifact and records ended; of the channel, which comes later, nothing is said yet."""
    return replace(_region(name, run, ends), channel_before=None, channel_after=None)


def _region(name: str, run: Run, ends: Ends) -> RegionResult:
    written, error, moved = ends.written.get(name), ends.errors.get(name), ends.moved.get(name)
    site = run.sites.get(name)
    before = site.found.channel if site else None
    if written is not None:
        outcome = Outcome.CREATED if written.created else Outcome.ALREADY
    else:
        outcome = Outcome.CONFLICT if isinstance(error, ConflictError) else Outcome.FAILED
    if moved is not None and moved.outcome is ChannelOutcome.MOVED and outcome is Outcome.ALREADY:
        outcome = {"promote": Outcome.MOVED, "rollback": Outcome.ROLLED_BACK}.get(run.request.command, outcome)
    unmoved = ChannelOutcome.NOT_REACHED if run.request.moves or written is None else ChannelOutcome.KEPT
    return RegionResult(
        region=name,
        outcome=outcome,
        account=run.target.owner,
        bucket=site.bucket.name if site else None,
        key=run.plan.key,
        version_id=written.version_id if written else None,
        channel=moved.outcome if moved else unmoved,
        channel_before=moved.before if moved else before,
        channel_after=moved.after if moved else before,
        note=moved.note if moved else _unmoved(name, run, ends),
        error=error.what if error else None,
        advice=error.advice if error else None,
        exit_code=exit_code_of(error) if error else ExitCode.OK,
        seconds=written.seconds if written else 0.0,
        refused=refused_of(error),
    )


def _unmoved(name: str, run: Run, ends: Ends) -> str | None:
    """Return why a channel was left where it is, or what a region holds that was cut off."""
    request = run.request
    if name in ends.written and request.update_channel is UpdateChannel.NEWER and not request.moves:
        return f"{request.version} is a pre-release: it moves a channel only with `update-channel: prerelease`."
    return _half(name, run, ends)


def _outcome(run: Run, ends: Ends) -> tuple[Outcome, ExitCode]:
    errors = list(ends.errors.values())
    if not errors:
        return _done(run, ends), ExitCode.OK
    if cancelled := next((error for error in errors if isinstance(error, Cancelled)), None):
        return (Outcome.PARTIAL if ends.written else Outcome.FAILED), exit_code_of(cancelled)
    if any(isinstance(error, ConflictError) for error in errors):
        return Outcome.CONFLICT, lowest(errors)
    if len(_whole(ends)) >= run.enough:
        return Outcome.PARTIAL, ExitCode.OK
    if ends.written:
        # Where nothing at all was wholly done, what stands against it says more than that it was too little.
        return Outcome.PARTIAL, ExitCode.PARTIAL if _whole(ends) else min(ExitCode.PARTIAL, lowest(errors))
    return Outcome.FAILED, lowest(errors)


def _done(run: Run, ends: Ends) -> Outcome:
    """Return what a command did that did all it was to do. A stage that only moved a channel found all there."""
    moved = any(item.outcome is ChannelOutcome.MOVED for item in ends.moved.values())
    if run.request.command == "rollback":
        return Outcome.ROLLED_BACK if run.watch.changed else Outcome.ALREADY
    if any(item.created for item in ends.written.values()):
        return Outcome.CREATED
    return Outcome.MOVED if moved and run.request.command == "promote" else Outcome.ALREADY


def _whole(ends: Ends) -> list[str]:
    return [name for name in ends.written if name not in ends.errors]


def _sentence(run: Run, ends: Ends) -> str:
    done = _whole(ends)
    names = f" ({', '.join(done)})" if done else ""
    return (
        f"{len(done)} of {run.count} {'region' if run.count == 1 else 'regions'} succeeded{names}; "
        f"failed: {', '.join(ends.errors)}. `require: {run.request.require.text}` asks for {run.enough}."
    )


def _half(name: str, run: Run, ends: Ends) -> str | None:
    """Return what is known of what a region holds that was cut off in the middle."""
    if name in ends.written:
        lost = run.watch.effect(name, run.parameter) is Effect.UNSURE
        return "The channel was put there, and the answer was lost: it may have moved." if lost else None
    took = run.watch.effect(name, run.plan.key)
    if took is Effect.SURE:
        return "The artifact is stored there, and not all that belongs to it."
    return "The artifact may be stored there, without all that belongs to it." if took is Effect.UNSURE else None


def _clashes(ends: Ends) -> list[str]:
    """Return what the regions say that met a conflict while writing: what each holds (P2)."""
    return list(dict.fromkeys(error.what for error in ends.errors.values() if isinstance(error, ConflictError)))


def _advice(run: Run, ends: Ends) -> str:
    clash = next((error for error in ends.errors.values() if isinstance(error, ConflictError)), None)
    if clash is not None:
        return clash.advice
    if run.request.command == "promote":
        return "The command below finishes the others; in a workflow, run the job again."
    if _holders(run, ends):
        return (
            "The command below completes the other regions from one that is whole; it does not need the build. In a "
            "workflow, run the step again with `resume: true` and without `path`."
        )
    return (
        "No region holds the version whole, so only the same bytes can finish it. A rebuild seldom gives the same "
        "bytes; where anything was stored, take the next version instead."
    )


def _resume(run: Run, ends: Ends) -> str | None:
    """Return the command that finishes; None where nothing can, since a region holds another artifact."""
    if any(isinstance(error, ConflictError) and name not in ends.written for name, error in ends.errors.items()):
        return None
    return (run.request.restart if _holders(run, ends) else run.request.again) or None


def _holders(run: Run, ends: Ends) -> set[str]:
    """Return the regions that hold the version whole, be it since before, and though the run was cut off there."""
    return {*ends.written, *(item.region for item in run.plan.of(Action.NOTHING))}


def _warnings(run: Run, ends: Ends, code: ExitCode) -> tuple[str, ...]:
    if not ends.errors or code is not ExitCode.OK:
        return ()
    moved = ", so the channel moved" if run.request.moves else ""
    return (f"{_sentence(run, ends)} That is enough{moved}; finish the others.",)
