"""`setup plan` and `setup apply`: what would change, and the change."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.setup.executing import execute_steps
from waybill.commands.setup.members import enter
from waybill.commands.setup.planning import discard, plan_stacks, standing_stacks
from waybill.commands.setup.work import Steps, Work
from waybill.commands.tools import Tools
from waybill.domain.result import Outcome, Result
from waybill.domain.setup.plan import SetupPlan, StackEnd
from waybill.domain.setup.policy import setup_policy
from waybill.domain.setup.requests import ApplyRequest
from waybill.domain.setup.stacks import wanted_stacks
from waybill.domain.setup.telling import SetupPlanned
from waybill.errors import ConflictError, ExitCode
from waybill.ports.templates import Templates
from waybill.progress import Started

PLAN, APPLY = "setup plan", "setup apply"


def plan(request: ApplyRequest, tools: Tools, templates: Templates) -> Result:
    """Say what would change; change sets are made, read and deleted again."""
    started = tools.clock.monotonic()
    tools.reporter.tell(Started("Looking at what setup would change"))
    work, steps, found = _plan(request, tools, templates)
    discard(work, steps.making)
    seconds = tools.clock.monotonic() - started
    return _result(PLAN, Outcome.PLANNED if found.changes else Outcome.ALREADY, found, seconds=seconds)


def apply(request: ApplyRequest, tools: Tools, templates: Templates) -> Result:
    """Change what the plan says, and nothing else. Raises `ConflictError` where the plan is not the approved one."""
    started = tools.clock.monotonic()
    tools.reporter.tell(Started("Setting up"))
    work, steps, found = _plan(request, tools, templates)
    try:
        tools.reporter.tell(SetupPlanned(found))
        if not found.changes:
            return _result(APPLY, Outcome.ALREADY, found, seconds=tools.clock.monotonic() - started)
        _refuse_another(request, found)
        ended = execute_steps(work, steps)
    finally:
        discard(work, steps.making)
    body = replace(found, stacks=ended)
    return _ended(request, body, seconds=tools.clock.monotonic() - started)


def _plan(request: ApplyRequest, tools: Tools, templates: Templates) -> tuple[Work, Steps, SetupPlan]:
    entered = enter(request, lambda member: setup_policy() if member.role else "", tools)
    for error in entered.errors.values():
        raise error
    accounts = entered.accounts
    work = Work(prepared=request.prepared, accounts=accounts, template=templates.text, tools=tools)
    wanted = [one for one in wanted_stacks(request.prepared) if one.ref.account in accounts]
    steps = plan_stacks(work, wanted, standing_stacks(work, request.prepared.regions, wanted))
    return work, steps, SetupPlan(stacks=steps.plans)


def _refuse_another(request: ApplyRequest, found: SetupPlan) -> None:
    if request.plan_digest and request.plan_digest != found.digest():
        raise ConflictError(
            f"The plan is not the one that was approved: its digest is {found.digest()}, not {request.plan_digest}.",
            "Somebody changed the file or the accounts since. Look at the plan again, and approve that.",
        )


def _ended(request: ApplyRequest, body: SetupPlan, *, seconds: float) -> Result:
    failed = [one for one in body.stacks if one.end is StackEnd.FAILED]
    changed = any(one.end in {StackEnd.CREATED, StackEnd.UPDATED, StackEnd.DELETED} for one in body.stacks)
    if not failed:
        return replace(_result(APPLY, Outcome.CREATED, body, seconds=seconds), changed=changed)
    return replace(
        _result(APPLY, Outcome.PARTIAL if changed else Outcome.FAILED, body, seconds=seconds),
        changed=True,
        exit_code=ExitCode.PARTIAL,
        error=failed[0].error,
        advice=failed[0].advice,
        resume=request.again or None,
    )


def _result(command: str, outcome: Outcome, body: SetupPlan, *, seconds: float) -> Result:
    return Result(
        command=command,
        outcome=outcome,
        changed=body.changes,
        exit_code=ExitCode.OK,
        project="",
        version="",
        sha256=None,
        size=None,
        channel=None,
        seconds=seconds,
        plan_digest=body.digest(),
        body=body,
    )
