"""`access plan` and `access apply`: what would change of which policies, and the change."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace

from waybill.commands.access.planning import UNTOUCHED, make_plan
from waybill.commands.access.writing import carry_out
from waybill.commands.approved import refuse_other_plan, stopped
from waybill.commands.tools import Tools
from waybill.domain.access.plan import AccessPlan, End
from waybill.domain.access.requests import AccessRequest
from waybill.domain.result import Outcome, Result
from waybill.errors import Cancelled, Declined, ExitCode, worst
from waybill.progress import Started

PLAN, APPLY = "access plan", "access apply"
CHANGED = frozenset({End.WRITTEN, End.DELETED})
BAD = frozenset({End.FAILED, End.CONFLICT})

Confirm = Callable[[AccessPlan], bool]
"""Shows a plan to a person, and asks whether it is to be carried out."""


def plan(request: AccessRequest, tools: Tools) -> Result:
    """Say what would change; nothing is written."""
    started = tools.clock.monotonic()
    tools.reporter.tell(Started("Looking at who may do what"))
    with untouched():
        body = make_plan(request, tools, writes=False).plan
    seconds = tools.clock.monotonic() - started
    if body.refused:
        return refused(PLAN, body, seconds=seconds)
    result = result_of(PLAN, Outcome.PLANNED if body.changes else Outcome.ALREADY, body, seconds=seconds)
    return replace(result, then=f"To do it: {request.again}" if body.changes else None)


def apply(request: AccessRequest, tools: Tools, *, confirm: Confirm | None) -> Result:
    """Change what the plan says, and nothing else. `confirm` asks a person; None where nobody is there.

    Raises `ConflictError` where the plan is not the approved one, `Declined` where somebody did not agree to it.
    """
    started = tools.clock.monotonic()
    tools.reporter.tell(Started("Looking at who may do what"))
    with untouched():
        made = make_plan(request, tools, writes=True)
    if made.plan.refused:
        return refused(APPLY, made.plan, seconds=tools.clock.monotonic() - started)
    agree(made.plan, request.plan_digest, None if request.yes else confirm)
    body = carry_out(made.plan, made.accounts, request.names, tools) if made.plan.changes else made.plan
    return ended(APPLY, body, _again(request, body), tools, seconds=tools.clock.monotonic() - started)


def _again(request: AccessRequest, body: AccessPlan) -> str:
    """Return the command for the rest: of an approved plan what is left of it is approved, and nothing more."""
    left = replace(body, documents=tuple(one for one in body.documents if one.end not in CHANGED))
    return f"{request.again} --plan-digest {left.digest()}" if request.plan_digest else request.again


def refused(command: str, body: AccessPlan, *, seconds: float) -> Result:
    """Return the end of a run whose plan must not be carried out; nothing of it is."""
    said = "; ".join(f"{one.ref}: {one.refused}" for one in body.refused)
    return replace(
        result_of(command, Outcome.CONFLICT, body, seconds=seconds),
        changed=False,
        exit_code=ExitCode.CONFLICT,
        error=f"The plan is refused. {said[:1].upper()}{said[1:]}.",
        advice=UNTOUCHED,
    )


def agree(found: AccessPlan, digest: str | None, confirm: Confirm | None) -> None:
    """Raise unless this very plan may be carried out: by its digest where one is given, else by who is asked.

    Where nothing changes any more, whatever was approved is done.
    """
    if not found.changes:
        return
    refuse_other_plan(found.digest(), digest, since="the file or a policy")
    if digest or confirm is None:
        return
    if not confirm(found):
        raise Declined("You did not agree to the plan.", UNTOUCHED)


def ended(command: str, body: AccessPlan, again: str, tools: Tools, *, seconds: float) -> Result:
    """Return the end of a run that wrote."""
    bad = [one for one in body.documents if one.end in BAD]
    changed = any(one.end in CHANGED for one in body.documents)
    outcome = Outcome.CREATED if changed else Outcome.ALREADY
    if bad or any(one.end is End.NOT_REACHED for one in body.documents):
        conflict = bad and all(one.end is End.CONFLICT for one in bad)
        outcome = Outcome.PARTIAL if changed else Outcome.CONFLICT if conflict else Outcome.FAILED
    result = replace(result_of(command, outcome, body, seconds=seconds), changed=changed)
    if outcome in {Outcome.CREATED, Outcome.ALREADY}:
        return result
    result = replace(result, exit_code=worst([one.exit_code for one in bad]), resume=again or None)
    if bad:
        result = replace(result, error=bad[0].error, advice=bad[0].advice)
    result = stopped(result, tools)
    return replace(result, error=_cut(body)) if tools.cancellation.cancelled else result


def _cut(body: AccessPlan) -> str:
    """Return which policies a run wrote that was told to stop, and which not."""
    done = [str(one.ref) for one in body.pending if one.end in CHANGED]
    left = [str(one.ref) for one in body.pending if one.end not in CHANGED]
    written = f"changed {', '.join(done)}" if done else "no policy was changed"
    return f"Cancelled before the end: {written}; not changed {', '.join(left)}."


@contextmanager
def untouched() -> Generator[None, None, None]:
    """Say of a run that is told to stop inside that nothing was changed by then."""
    try:
        yield
    except Cancelled as error:
        said = "Cancelled while policies were looked at. No policy was changed."
        raise Cancelled(said, "Run again.", signal_number=error.signal_number) from error


def result_of(command: str, outcome: Outcome, body: AccessPlan, *, seconds: float) -> Result:
    """Return a result with its body."""
    return Result(
        command=command,
        outcome=outcome,
        changed=body.changes,
        exit_code=ExitCode.OK,
        seconds=seconds,
        plan_digest=body.digest(),
        body=body,
    )
