"""One error for several, as a run that met many of them tells it."""

from __future__ import annotations

from collections.abc import Sequence

from waybill.errors import (
    ArtifactError,
    Cancelled,
    ConflictError,
    IdentityError,
    InputError,
    PrunedError,
    Unavailable,
    WaybillError,
    exit_code_of,
)

NOTHING = "Nothing was written."


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
    for kind in (IdentityError, ArtifactError, PrunedError, ConflictError, Unavailable):
        if isinstance(error, kind):
            return kind
    return WaybillError


def in_words(error: WaybillError) -> str:
    """Return what an error says, as sentences: what a region or a configuration lacks is no input there."""
    if not isinstance(error, InputError):
        return error.what
    return " ".join(f"{fault.value} {fault.rule}".strip() for fault in error.faults)
