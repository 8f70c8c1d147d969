"""What every command shares that plans, has its plan approved by a digest, and carries out just that."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.tools import Tools
from waybill.domain.result import Result
from waybill.errors import Cancelled, ConflictError, exit_code_of


def refuse_other_plan(digest: str, approved: str | None, *, since: str) -> None:
    """Raise `ConflictError` for another plan than the approved one. `since`: what may be another than it was."""
    if approved and approved != digest:
        raise ConflictError(
            f"The plan is not the one that was approved: its digest is {digest}, not {approved}.",
            f"Either {since} changed since, or a run did a part of it already. "
            "Look at the plan again, and approve that.",
        )


def stopped(result: Result, tools: Tools) -> Result:
    """Return the end of a run that was told to stop as that: what else went wrong came of it."""
    try:
        tools.cancellation.check()
    except Cancelled as error:
        return replace(result, exit_code=exit_code_of(error), error=error.what, advice="Run again to finish.")
    return result
