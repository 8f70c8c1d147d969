"""What may forbid a rollback before anything is written, and what is said of it after all."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.release.run import Run
from waybill.commands.reversal.lookback import Seen
from waybill.commands.reversal.plan import Rollback
from waybill.commands.together import together
from waybill.domain.conflict import describe
from waybill.domain.events import last_withdrawal, was_withdrawn
from waybill.domain.observation import Observation
from waybill.domain.plan import Action, differences
from waybill.domain.result import Outcome, RegionResult, Result
from waybill.domain.rollback import shows
from waybill.domain.versions import Version
from waybill.errors import ConflictError, ExitCode, InputError, WaybillError

UNTIL = "Until then it is begun: whoever moves the channel next finishes it."
FIRST = "Put right what is said of the other regions first."
FINISHES = (
    "The command below finishes it: it writes the events that are missing, and moves the channel where it lags. In a "
    "workflow, run the same run again: it does not step back twice."
)


def refuse_rollback(todo: Rollback, seen: Seen, only_from: Version | None = None) -> WaybillError | None:
    """Return why nothing may be written. None: go on. `only_from`: the channel must name nothing above this version.

    With too few regions nothing is begun, whatever is the matter with the others: events alone move no channel, and
    whoever moves it next would.
    """
    run = todo.run
    now = shows(seen.histories, seen.events.values())
    if only_from is not None and now != only_from:
        return ConflictError(
            f"The channel {run.request.channel} names {now or 'nothing'} by now, not {only_from}: it is left alone.",
            "Nothing was written.",
        )
    errors = [item.error for item in run.plan.regions if item.error is not None]
    reasons: list[WaybillError] = [error for error in errors if isinstance(error, InputError | ConflictError)]
    if len(run.plan.of(Action.NOTHING)) < run.enough:
        reasons = errors
    reasons += filter(None, [_differing(run), None if todo.begun_before else _withdrawn(run, seen)])
    return together(reasons) if reasons else None


def _withdrawn(run: Run, seen: Seen) -> ConflictError | None:
    """Return the conflict where the version is itself withdrawn, and is not to be brought back."""
    request = run.request
    withdrawal = last_withdrawal(seen.events.values(), request.version)
    if withdrawal is None or request.reinstate:
        return None
    return ConflictError(f"{was_withdrawn(withdrawal)}.", "`reinstate: true` brings it back; nothing was written.")


def _differing(run: Run) -> ConflictError | None:
    """Return the conflict where regions hold different things as this version, each whole in itself."""
    found = [item.observation for item in run.plan.of(Action.NOTHING) if item.observation]
    with_waybill = [one for one in found if one.waybill is not None]
    if all(_same(one, other) for one in with_waybill[:1] or found[:1] for other in found):
        return None
    held = "; ".join(f"{one.region}: {describe(one)}" for one in found)
    return ConflictError(
        f"The regions hold different things as {run.request.project} {run.request.version}: {held}.",
        "Nothing was written. Find out which one is right, and roll back to a version that is the same everywhere.",
    )


def _same(one: Observation, other: Observation) -> bool:
    if one.waybill is not None:
        return not differences(other, one.waybill.subject)
    mine, theirs = one.artifact, other.artifact
    if mine is None or theirs is None:
        return False
    pairs = ((mine.size, theirs.size), (mine.sha256, theirs.sha256), (mine.crc64nvme, theirs.crc64nvme))
    return all(first == second for first, second in pairs if first is not None and second is not None)


def after_all(result: Result, todo: Rollback) -> Result:
    """Return the result with what finishes it, and with a warning where the channel names another version after all."""
    if result.resume is not None:
        lacking = any(region.exit_code is ExitCode.ARTIFACT for region in result.regions)
        said = ((FIRST, lacking), (FINISHES, True), (UNTIL, result.changed))
        result = replace(result, advice=" ".join(text for text, holds in said if holds))
    withdrew = f"{', '.join(version.text for version in todo.withdraws)} ({todo.reason})" if todo.withdraws else ""
    regions = tuple(_told(region, result.version, withdrew) for region in result.regions)
    passed = [region.channel_after for region in regions if _elsewhere(region, result.version)]
    result = replace(result, regions=regions)
    if not passed:
        return result
    if result.outcome in {Outcome.ROLLED_BACK, Outcome.ALREADY}:
        result = replace(result, outcome=Outcome.SUPERSEDED)
    request, now = todo.run.request, passed[0]
    higher = now is not None and Version(now) > request.version
    since = "since this run rolled it back" if todo.begun_before else "while it was rolled back"
    came = f"a higher version came {since}" if higher else f"another rollback took {request.version} off {since}"
    return result.with_warnings(f"{request.channel} names {now} now: {came}.")


def _elsewhere(region: RegionResult, version: str) -> bool:
    return region.error is None and region.channel_after not in {None, version}


def _told(region: RegionResult, version: str, withdrew: str) -> RegionResult:
    if region.outcome is not Outcome.ROLLED_BACK:
        return region
    if _elsewhere(region, version):
        return replace(region, outcome=Outcome.ALREADY)
    return replace(region, note=region.note or (f"withdrew {withdrew}" if withdrew else None))
