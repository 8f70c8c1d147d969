"""The accounts' aliases, for which CloudFormation has no type: planned, and set by IAM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from waybill.commands.setup.applying.work import Work
from waybill.commands.together import together
from waybill.commands.tools import everywhere
from waybill.domain.setup.plan import Beside, StackAction, StackEnd
from waybill.errors import WaybillError

WHAT = "alias of the account"
DONE = {StackAction.CREATE: StackEnd.CREATED, StackAction.UPDATE: StackEnd.UPDATED}


def plan_aliases(work: Work) -> tuple[Beside, ...]:
    """Return a row for each account that the file gives an alias. Raises one error for all that cannot be looked at."""
    members = {one.name: one for one in work.estate.accounts if one.alias}

    def look(name: str) -> Beside:
        now, alias = list(work.accounts[name].settings().aliases()), members[name].alias or ""
        action = StackAction.NOTHING if now == [alias] else StackAction.UPDATE if now else StackAction.CREATE
        return Beside(
            what=WHAT,
            account=name,
            # IAM is the same in all regions.
            region=work.estate.home,
            action=action,
            detail=alias + (f" (now {now[0]})" if now and now != [alias] else ""),
            end=StackEnd.ALREADY if action is StackAction.NOTHING else StackEnd.PLANNED,
        )

    found, errors = everywhere(look, list(members))
    if errors:
        raise together(list(errors.values()))
    return tuple(found[name] for name in members)


def set_aliases(work: Work, rows: Sequence[Beside]) -> tuple[Beside, ...]:
    """Set what the rows say; what went wrong is in them."""
    return tuple(_set(work, row) if row.pending else row for row in rows)


def _set(work: Work, row: Beside) -> Beside:
    try:
        work.tools.cancellation.check()
        work.accounts[row.account].settings().set_alias(work.estate.account(row.account).alias or "")
    except WaybillError as error:
        return row.failed(error)
    return replace(row, end=DONE[row.action])
