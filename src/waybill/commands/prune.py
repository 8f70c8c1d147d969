"""prune: delete old versions from every region of an account, never one that anything still needs."""

from __future__ import annotations

from collections.abc import Mapping

from waybill.commands.account.catalogue import must_exist, survey
from waybill.commands.account.find import Shelves, open_shelves
from waybill.commands.account.observe import encrypting
from waybill.commands.account.target import Target, reach
from waybill.commands.account.wants import reading
from waybill.commands.pruning.deletion import Work
from waybill.commands.pruning.facts import all_answered, facts_of
from waybill.commands.tools import Tools, everywhere
from waybill.domain.arns import KeyArn
from waybill.domain.calls import PRUNE_CALLS, PRUNE_LOOK_CALLS
from waybill.domain.checks import kms_faults
from waybill.domain.pruning.prune import Fate, PruneRequest, Pruning, choose, is_stored, leftovers
from waybill.domain.result import Outcome, Result
from waybill.errors import Cancelled, ExitCode, InputError, exit_code_of, lowest
from waybill.progress import Started


def prune(request: PruneRequest, tools: Tools) -> Result:
    """Show what would go, and with `yes` delete it. Raises where a region did not answer: nothing is deleted then."""
    started = tools.clock.monotonic()
    project = request.project
    tools.reporter.tell(Started(f"Looking for what can be pruned of {project}"))
    calls = PRUNE_CALLS if request.yes else PRUNE_LOOK_CALLS
    target = reach(request, reading(request, project, calls=calls), tools)
    shelves = open_shelves(target, tools)
    all_answered(shelves.errors)
    found = survey(request, shelves, tools, project=project)
    all_answered(found.errors)
    must_exist(request, project, found, shelves, tools)
    kms = _keys(request, target, shelves) if request.yes else {}
    choices = choose(request, found, facts_of(project, found, shelves, tools), tools.clock.now())
    work = Work(request=request, shelves=shelves, found=found, tools=tools, by=target.by(request.actor))
    all_answered(work.look(choices, kms))
    if request.yes:
        work.carry_out()
    stored = sum(is_stored(found.where(project, version)) for version in found.versions(project))
    body = Pruning(
        choices=work.choices(),
        stored=stored,
        regions=found.regions,
        done=request.yes,
        leftovers=leftovers(project, found),
    )
    return _result(request, target, body, work, seconds=tools.clock.monotonic() - started)


def _keys(request: PruneRequest, target: Target, shelves: Shelves) -> Mapping[str, KeyArn | None]:
    """Return what encrypts the tombstone in each region."""
    if faults := kms_faults(request.kms, target.organisation.regions):
        raise InputError(faults, "Nothing was deleted.")

    def look(name: str) -> KeyArn | None:
        shelf = shelves.open[name]
        return encrypting(shelf.region, shelf.bucket, request.kms, target)

    kms, errors = everywhere(look, list(shelves.open))
    all_answered(errors)
    return kms


def _result(request: PruneRequest, target: Target, body: Pruning, work: Work, *, seconds: float) -> Result:
    errors = list(work.errors.values())
    cancelled = next((error for error in errors if isinstance(error, Cancelled)), None)
    pruned = body.of(Fate.PRUNED)
    if errors:
        outcome = Outcome.PARTIAL if pruned else Outcome.FAILED
    elif request.yes:
        outcome = Outcome.CREATED if work.changed else Outcome.ALREADY
    else:
        outcome = Outcome.PLANNED if body.of(Fate.GOING) else Outcome.ALREADY
    failed = list(dict.fromkeys(error.what for error in errors))
    return Result(
        command="prune",
        outcome=outcome,
        changed=work.changed,
        exit_code=exit_code_of(cancelled) if cancelled else lowest(errors) if errors else ExitCode.OK,
        project=request.project,
        version="",
        sha256=None,
        size=None,
        channel=None,
        caller=target.caller.arn,
        error="\n".join(failed) or None,
        advice="Run the same again: it finishes what was begun." if errors else None,
        resume=request.again or None if errors else None,
        seconds=seconds,
        body=body,
    )
