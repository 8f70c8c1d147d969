"""Why a plan may not be carried out at all, in one error; nothing was written then."""

from __future__ import annotations

from collections.abc import Sequence

from waybill.commands.run import Run
from waybill.domain.conflict import conflict
from waybill.domain.plan import Action
from waybill.domain.waybill import Subject
from waybill.errors import (
    ArtifactError,
    Cancelled,
    ConflictError,
    IdentityError,
    InputError,
    Unavailable,
    WaybillError,
    exit_code_of,
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


def together(errors: Sequence[WaybillError]) -> WaybillError:
    """Return one error for several: of the lowest code, with what all of them say; all faults of inputs in one."""
    faults = dict.fromkeys(fault for error in errors if isinstance(error, InputError) for fault in error.faults)
    others = [error for error in errors if not isinstance(error, InputError)]
    said = list(dict.fromkeys(error.what for error in others))
    if faults:
        advice = dict.fromkeys(error.advice for error in errors if isinstance(error, InputError) and error.advice)
        return InputError(faults, "\n".join([*said, *(text for text in advice if text != NOTHING), NOTHING]))
    worst = min(others, key=exit_code_of)
    if len(said) == 1 or isinstance(worst, Cancelled):
        return worst
    return _kind(worst)("\n".join(said), worst.advice)


def _kind(error: WaybillError) -> type[WaybillError]:
    """Return the class of errors that carries this one's code and needs no more than words."""
    for kind in (IdentityError, ArtifactError, ConflictError, Unavailable):
        if isinstance(error, kind):
            return kind
    return WaybillError
