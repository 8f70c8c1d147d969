"""Finishes what can be finished: a plan, told first, and then carried out step by step under the promises of stage.

Every step looks again before it writes, so that a plan that is out of date does no harm: versions are completed as
`stage --resume` does it, channels are moved by P3's protocol. So a repair may run beside anything else, be killed
anywhere, and be run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from waybill.commands.survey.accounts import Surveyed
from waybill.commands.survey.finish import complete, give_waybill, move_on
from waybill.commands.survey.withdrawing import Withdrawn, withdraw
from waybill.commands.tools import Tools
from waybill.domain.request import Place
from waybill.domain.result import Result
from waybill.domain.survey.mending import Deed, Mend, mends
from waybill.domain.survey.status import Repaired, RepairStatus, StatusRequest
from waybill.errors import ExitCode, WaybillError, exit_code_of, lowest
from waybill.progress import Event, Reporter, Sent, Started, Stepped, Waiting, Warned

End = Result | Withdrawn
"""How a step ended."""

DOES: Mapping[Deed, Callable[[StatusRequest, Place, Mend, Tools], End]] = MappingProxyType(
    {Deed.COMPLETE: complete, Deed.WAYBILL: give_waybill, Deed.WITHDRAW: withdraw, Deed.MOVE: move_on}
)


def repair(request: StatusRequest, surveyed: Sequence[Surveyed], tools: Tools) -> list[RepairStatus]:
    """Tell the plan, and carry it out unless it is a dry run. What goes wrong is a step's, a cancellation too."""
    planned = [
        (one, mend)
        for one in surveyed
        for item in one.status.projects
        for mend in mends(item, one.channels(item.project))
    ]
    for one, mend in planned:
        tools.reporter.tell(Started(f"Plan for {one.status.account}, {mend.project}: {_words(mend)}"))
    if request.dry_run:
        return [_status(one, mend, Repaired.PLANNED) for one, mend in planned]
    return list(_carried_out(request, planned, tools))


def _words(mend: Mend) -> str:
    return f"leave alone: {mend.what}" if mend.deed is Deed.LEAVE else mend.what


def _carried_out(
    request: StatusRequest, planned: Sequence[tuple[Surveyed, Mend]], tools: Tools
) -> Iterator[RepairStatus]:
    quiet = replace(tools, reporter=_Quiet(tools.reporter))
    failed: dict[tuple[str, str, str], RepairStatus] = {}
    for one, mend in planned:
        if tools.cancellation.cancelled:
            yield _failed(one, mend, tools.cancellation.error())
            continue
        place = (one.status.account, mend.project)
        causes = [(*place, mend.channel or ""), (*place, mend.version.text if mend.version else "")]
        cause = next((failed[key] for key in causes if key in failed), None)
        if mend.deed is Deed.MOVE and cause is not None:
            why = f"This comes after a step that failed: {cause.what}."
            yield replace(_status(one, mend, Repaired.FAILED), error=why, exit_code=cause.exit_code)
            continue
        ended = _step(request, one, mend, quiet)
        if ended.outcome is Repaired.FAILED and mend.deed is Deed.WITHDRAW:
            failed[causes[0]] = ended  # P3: a rollback's events come first
        if ended.outcome is Repaired.FAILED and mend.deed is Deed.WAYBILL:
            failed[causes[1]] = ended
        yield ended


def _step(request: StatusRequest, one: Surveyed, mend: Mend, tools: Tools) -> RepairStatus:
    if mend.deed is Deed.LEAVE:
        return _status(one, mend, Repaired.LEFT_ALONE)
    try:
        end = DOES[mend.deed](request, one.place, mend, tools)
    except WaybillError as error:
        return _failed(one, mend, error)
    return _ended(one, mend, end)


def _failed(one: Surveyed, mend: Mend, error: WaybillError) -> RepairStatus:
    failed = _status(one, mend, Repaired.FAILED)
    return replace(failed, error=error.what, advice=error.advice or failed.advice, exit_code=int(exit_code_of(error)))


def _ended(one: Surveyed, mend: Mend, end: End) -> RepairStatus:
    """Return how a step ended, by the regions that it was to change: others may be silent all along."""
    if not isinstance(end, Result):
        done = replace(_status(one, mend, Repaired.DONE), changed=end.changed)
        if not end.failed:
            return done
        said = "; ".join(f"{region}: {error.what}" for region, error in end.failed.items())
        return replace(done, outcome=Repaired.FAILED, error=said, exit_code=int(lowest(end.failed.values())))
    wrong = [item for item in end.regions if item.region in mend.regions and (item.error or not item.whole)]
    if not wrong and (end.regions or not end.error):
        return replace(_status(one, mend, Repaired.DONE), changed=end.changed)
    told = [f"{item.region}: {item.error}" for item in wrong if item.error]
    codes = [item.exit_code for item in wrong if item.exit_code] or [end.exit_code or ExitCode.PARTIAL]
    return replace(
        _status(one, mend, Repaired.FAILED),
        error="; ".join(told) or end.error,
        advice=end.advice,
        exit_code=int(min(codes)),
        changed=end.changed,
    )


def _status(one: Surveyed, mend: Mend, outcome: Repaired) -> RepairStatus:
    alone = mend.deed is Deed.LEAVE
    return RepairStatus(
        account=one.status.account,
        project=mend.project,
        version=mend.version.text if mend.version else None,
        channel=mend.channel,
        what=mend.what,
        outcome=Repaired.LEFT_ALONE if alone else outcome,
        advice=mend.advice or None,
        # What is only planned cannot have failed.
        exit_code=int(ExitCode.CONFLICT) if alone and outcome is not Repaired.PLANNED else 0,
    )


class _Quiet:
    """Implements `Reporter`: of a step only what moves is told on, since its plan and end are told as the repair's."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def tell(self, event: Event) -> None:
        """Take one event."""
        if isinstance(event, Stepped | Sent | Waiting | Warned):
            self._reporter.tell(event)
