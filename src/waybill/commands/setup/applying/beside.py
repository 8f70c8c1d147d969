"""What no template makes: the organisation configuration, which names all regions, and so is written last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.setup.applying.work import Work
from waybill.commands.setup.configuration import WRITING, carry_out, stored_configuration
from waybill.commands.together import together
from waybill.domain.setup.configuration import plan as configuring
from waybill.domain.setup.configuration.rows import Act, Configurations, Row, Unread
from waybill.domain.setup.plan import Beside, StackAction, StackEnd
from waybill.errors import (
    ConflictError,
    ExitCode,
    Fault,
    IdentityError,
    InputError,
    TimedOut,
    Unavailable,
    WaybillError,
)

ACTIONS = {
    Act.NONE: StackAction.NOTHING,
    Act.CREATE: StackAction.CREATE,
    Act.CHANGE: StackAction.UPDATE,
    Act.REPLACE: StackAction.UPDATE,
    Act.DELETE: StackAction.DELETE,
}
UNREAD: Mapping[int, type[WaybillError]] = {
    int(kind.exit_code): kind for kind in (IdentityError, ConflictError, TimedOut, Unavailable)
}
ENDS = {
    StackAction.NOTHING: StackEnd.ALREADY,
    StackAction.CREATE: StackEnd.CREATED,
    StackAction.UPDATE: StackEnd.UPDATED,
    StackAction.DELETE: StackEnd.DELETED,
}


def plan_configuration(work: Work) -> Configurations:
    """Return what would be written where. Raises `WaybillError` where that cannot be known, or may not be."""
    estate = work.estate
    places = stored_configuration(estate, work.accounts, work.tools)
    rows = configuring.plan(estate, places, WRITING, among=estate.accounts)
    _refuse(estate.configuration_parameter, rows)
    return Configurations(
        parameter=estate.configuration_parameter,
        wanted=configuring.wanted(estate),
        rows=rows,
        asked=WRITING,
        yes=True,
    )


def _refuse(parameter: str, rows: Sequence[Row]) -> None:
    """Raise for what cannot be read, or is no configuration: nothing is to be begun then."""
    unread = [_unread(parameter, row.error) for row in rows if row.error is not None]
    if unread:
        raise together(unread)
    refused = [f"{row.spot}: {row.refused}" for row in rows if row.refused]
    if refused:
        raise ConflictError(
            f"The configuration {parameter} cannot be written: {'; '.join(refused)}.",
            "Look at it with `waybill setup configuration`, and repair it with `--repair`.",
        )


def _unread(parameter: str, why: Unread) -> WaybillError:
    """Return the error again that a row tells of."""
    if why.exit_code == ExitCode.INPUT:
        return InputError([Fault("configuration-parameter", parameter, why.error)], why.advice)
    return UNREAD.get(why.exit_code, WaybillError)(why.error, why.advice)


def write_planned(work: Work, found: Configurations) -> Configurations:
    """Write it; what went wrong is in the rows."""
    return carry_out(found, work.accounts, work.tools)


def told(found: Configurations) -> tuple[Beside, ...]:
    """Return the rows as setup shows them."""
    return tuple(_told(found.parameter, row) for row in found.rows)


def _told(parameter: str, row: Row) -> Beside:
    action = ACTIONS[row.act]
    end = StackEnd.PLANNED if row.done is None else ENDS[action] if row.done else StackEnd.FAILED
    return Beside(
        what=parameter,
        account=row.spot.account,
        region=row.spot.region,
        action=action,
        detail=", ".join(
            f"{one.key}: {one.wanted}" + (f" (now {one.stored})" if one.stored else "") for one in row.differences
        ),
        end=StackEnd.ALREADY if action is StackAction.NOTHING else end,
        error=row.error.error if row.error else None,
        exit_code=ExitCode(row.error.exit_code) if row.error else ExitCode.OK,
    )
