"""Why a plan may not be carried out at all, in one error; nothing was written then."""

from __future__ import annotations

from waybill.commands.release.run import Run
from waybill.commands.together import together
from waybill.domain.conflict import conflict
from waybill.domain.plan import Action
from waybill.domain.waybill import Subject
from waybill.errors import (
    ConflictError,
    InputError,
    Unavailable,
    WaybillError,
)

NOTHING = "Nothing was written."


def refusal(run: Run, subject: Subject | None) -> WaybillError | None:
    """Return why nothing may be written: conflicts, bad input, or too few regions left to succeed. None: go on.

    Regions that do not answer are another matter: the others are staged, no channel moves, and `resume` finishes
    without the build.
    """
    plan = run.plan
    errors = [item.error for item in plan.regions if item.error is not None]
    clashes = [run.sites[item.region].found for item in plan.of(Action.CONFLICT)]
    reasons: list[WaybillError] = [conflict(clashes, subject)] if clashes and subject is not None else []
    healthy = len(plan.regions) - len(errors)
    unanswered = all(isinstance(error, Unavailable) for error in errors)
    if healthy < run.enough and not (unanswered and healthy):
        reasons += errors
    else:
        reasons += [error for error in errors if isinstance(error, InputError | ConflictError)]
    return together(reasons) if reasons else None
