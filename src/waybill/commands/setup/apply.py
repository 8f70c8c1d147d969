"""`setup plan` and `setup apply`: what would change, and the change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from waybill.commands.approved import refuse_other_plan, stopped
from waybill.commands.setup.applying.aliases import plan_aliases, set_aliases
from waybill.commands.setup.applying.beside import plan_configuration, told, write_planned
from waybill.commands.setup.applying.executing import OVER, Run
from waybill.commands.setup.applying.following import ROLLED_BACK
from waybill.commands.setup.applying.in_the_way import refuse_in_the_way
from waybill.commands.setup.applying.leftovers import Leftover, delete_leftovers, plan_leftovers
from waybill.commands.setup.applying.planning import discard, plan_stacks, refuse_losses
from waybill.commands.setup.applying.standing import every_stack, standing_stacks
from waybill.commands.setup.applying.warnings import warn_of_emptiness, warn_of_interrupted
from waybill.commands.setup.applying.work import Steps, Work
from waybill.commands.setup.members import enter_all
from waybill.commands.tools import Tools
from waybill.domain.findings import Verdict
from waybill.domain.result import Outcome, Result
from waybill.domain.setup.checking import long_lived
from waybill.domain.setup.configuration.rows import Configurations
from waybill.domain.setup.plan import Beside, SetupPlan, StackEnd, StackPlan
from waybill.domain.setup.policy import applying_policy, planning_policy
from waybill.domain.setup.requests import ApplyRequest
from waybill.domain.setup.stacks.every import wanted_stacks
from waybill.domain.setup.telling import SetupPlanned
from waybill.errors import (
    Declined,
    ExitCode,
    Fault,
    InputError,
    WaybillError,
    worst,
)
from waybill.ports.templates import Templates
from waybill.progress import Started, Warned

PLAN, APPLY = "setup plan", "setup apply"
UNTOUCHED = "Nothing was changed."
CHANGED = frozenset({StackEnd.CREATED, StackEnd.UPDATED, StackEnd.DELETED})


Confirm = Callable[[str], bool]
"""Asks a person a question that is answered by yes or no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan, and what carries it out. Its change sets are to be discarded."""

    work: Work
    steps: Steps
    configured: Configurations
    aliases: tuple[Beside, ...] = ()
    leftovers: tuple[Leftover, ...] = ()

    @property
    def body(self) -> SetupPlan:
        """Return what people see of it."""
        return SetupPlan(
            stacks=self.steps.plans,
            beside=(*told(self.configured), *self.aliases, *(one.shown for one in self.leftovers)),
        )


def plan(request: ApplyRequest, tools: Tools, templates: Templates) -> Result:
    """Say what would change; change sets are made, read and deleted again."""
    started = tools.clock.monotonic()
    tools.reporter.tell(Started("Looking at what setup would change"))
    planned = _plan(request, tools, templates, planning_policy(request.estate.prefixes.stack))
    discard(planned.work, planned.steps.making)
    outcome = Outcome.PLANNED if planned.body.changes else Outcome.ALREADY
    return _result(PLAN, outcome, planned.body, seconds=tools.clock.monotonic() - started)


def apply(request: ApplyRequest, tools: Tools, templates: Templates, *, confirm: Confirm | None) -> Result:
    """Change what the plan says, and nothing else. `confirm` asks a person; None where nobody is there.

    Raises `ConflictError` where the plan is not the approved one, `InputError` where nobody agreed to it.
    """
    started = tools.clock.monotonic()
    tools.reporter.tell(Started("Setting up"))
    planned = _plan(request, tools, templates, applying_policy())
    tools.reporter.tell(SetupPlanned(planned.body))
    try:
        _agree(request, planned.body, confirm)
    except WaybillError:
        discard(planned.work, planned.steps.making)
        raise
    result = _ended(request, _execute(planned), seconds=tools.clock.monotonic() - started)
    return result if result.exit_code is ExitCode.OK else stopped(result, tools)


def _plan(request: ApplyRequest, tools: Tools, templates: Templates, policy: str) -> Planned:
    entered = enter_all(request, lambda member: policy if member.role else "", tools)
    key = long_lived(request.access_key)
    if key.verdict is Verdict.WARN:
        tools.reporter.tell(Warned(f"{key.says[:1].upper()}{key.says[1:]}. {key.mend}"))
    work = Work(estate=request.estate, accounts=entered.accounts, template=templates.text, tools=tools)
    configured, aliases = plan_configuration(work), plan_aliases(work)
    wanted = wanted_stacks(request.estate)
    regions = {*request.estate.regions, *(row.spot.region for row in configured.rows)}
    seen = every_stack(work, regions, wanted)
    standing = standing_stacks(work, wanted, seen)
    refuse_in_the_way(work, wanted, standing)
    steps = plan_stacks(work, wanted, standing)
    try:
        warn_of_emptiness(work, steps)
        warn_of_interrupted(work, steps)
        refuse_losses(steps, request.delete_data)
        leftovers = plan_leftovers(work, steps, list(seen), request.delete_data)
    except WaybillError:
        discard(work, steps.making)
        raise
    return Planned(work=work, steps=steps, configured=configured, aliases=aliases, leftovers=leftovers)


def _execute(planned: Planned) -> SetupPlan:
    """Carry the plan out: stacks are made, then the configuration names all regions that stand, then the rest goes.

    Nobody is sent by it to a region whose stacks went, or are going. What goes for good goes last of all.
    """
    if not planned.body.changes:
        return planned.body
    run = Run(planned.work, planned.steps)
    stacks = run.make()
    beside = (*_written(planned, stacks), *set_aliases(planned.work, planned.aliases))
    well = all(one.end not in OVER for one in stacks) and all(one.end not in OVER for one in beside)
    stacks = (*stacks, *(run.remove() if well else run.leave()))
    if well and all(one.end not in OVER for one in stacks):
        left = delete_leftovers(planned.work, planned.leftovers)
    else:
        left = tuple(replace(one.shown, end=StackEnd.NOT_REACHED) for one in planned.leftovers)
    return SetupPlan(stacks=stacks, beside=(*beside, *left))


def _written(planned: Planned, stacks: Sequence[StackPlan]) -> tuple[Beside, ...]:
    """Write the configuration, where every region that it names stands; return how that ended."""
    if all(one.end not in OVER or one.template != "region" for one in stacks):
        return told(write_planned(planned.work, planned.configured))
    rows = told(planned.configured)
    return tuple(replace(one, end=StackEnd.NOT_REACHED) if one.pending else one for one in rows)


def _agree(request: ApplyRequest, found: SetupPlan, confirm: Confirm | None) -> None:
    """Raise unless somebody agreed to this very plan: beforehand, by its digest, or now."""
    refuse_other_plan(found.digest(), request.plan_digest, since="the file or the accounts")
    if request.yes or request.plan_digest or not found.changes:
        return
    if confirm is None:
        rule = "is needed where nobody can be asked; or give the `plan-digest` of a plan that was looked at."
        raise InputError([Fault("yes", "", rule)], UNTOUCHED)
    if not confirm("Make these changes?"):
        raise Declined("You did not agree to the plan.", UNTOUCHED)


def _ended(request: ApplyRequest, body: SetupPlan, *, seconds: float) -> Result:
    everything: list[StackPlan | Beside] = [*body.stacks, *body.beside]
    failed = [one for one in everything if one.end is StackEnd.FAILED]
    # What was rolled back is as it was; of what failed otherwise something may be done.
    begun = any(one.end is StackEnd.FAILED and ROLLED_BACK not in (one.error or "") for one in body.stacks)
    changed = any(one.end in CHANGED for one in everything)
    if not failed:
        return replace(
            _result(APPLY, Outcome.CREATED if changed else Outcome.ALREADY, body, seconds=seconds), changed=changed
        )
    advice = next((one.advice for one in body.stacks if one.end is StackEnd.FAILED), None)
    return replace(
        _result(APPLY, Outcome.PARTIAL if changed else Outcome.FAILED, body, seconds=seconds),
        changed=changed or begun,
        exit_code=worst([one.exit_code for one in failed]),
        error=failed[0].error,
        advice=advice,
        resume=request.again or None,
    )


def _result(command: str, outcome: Outcome, body: SetupPlan, *, seconds: float) -> Result:
    return Result(
        command=command,
        outcome=outcome,
        changed=body.changes,
        exit_code=ExitCode.OK,
        seconds=seconds,
        plan_digest=body.digest(),
        body=body,
    )
