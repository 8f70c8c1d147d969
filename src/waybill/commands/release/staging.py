"""Puts a version into every region of one account, or completes it there: what a stage, a resume and a repair do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from waybill.commands.account.observe import Observed, observe
from waybill.commands.account.target import Target, reach
from waybill.commands.account.wants import wants_of
from waybill.commands.release.conclude import Ends, conclude, ended, planned, refused
from waybill.commands.release.execute import execute
from waybill.commands.release.material import Material, from_region
from waybill.commands.release.packaged import fill, shelf_of
from waybill.commands.release.planning import planned_run
from waybill.commands.release.refusal import refusal
from waybill.commands.release.run import Run
from waybill.commands.release.settle import ends_of, settle
from waybill.commands.together import together
from waybill.commands.tools import Tools
from waybill.domain.request import Request, StageRequest
from waybill.domain.result import Result
from waybill.errors import InputError, WaybillError
from waybill.progress import Planned, RegionEnded, Started

if TYPE_CHECKING:
    from waybill.commands.packages.shelf import PackageShelf


def resume(request: StageRequest, tools: Tools) -> Result:
    """Complete a version from a region that is whole; the build is not needed.

    Raises a `WaybillError` where no plan could be made; what was planned always ends in a `Result`.
    """
    started = tools.clock.monotonic()
    tools.reporter.tell(Started(f"Resuming {request.project} {request.version}"))
    target = reach(request, wants_of(request), tools)
    sites, errors = observe(request, target, tools)
    if any(isinstance(error, InputError) for error in errors.values()) or not sites:
        raise together(list(errors.values()))
    goods = from_region(request, sites, errors)
    return put_version(request, target, goods, (sites, errors), tools, started=started)


def put_version(
    request: Request, target: Target, goods: Material, observed: Observed, tools: Tools, *, started: float
) -> Result:
    """Plan and execute: `goods` into every region that lacks them, and then the channel. `started` is the clock's."""
    shelf = shelf_of(request, target, tools)
    if _must_know(request, observed) or (shelf is not None and shelf.holds):
        goods = goods.known(request, tools.cancellation.check)
    run = planned_run(request, target, observed, tools, subject=goods.subject, size=goods.size)
    tools.cancellation.check()
    tools.reporter.tell(Planned(run.plan))
    why = refusal(run, goods.subject)
    why = shelf.over(why, goods.subject) if shelf is not None else why
    result = _refused(run, why, started) or _carried_out(run, goods, shelf, started)
    return shelf.on(result) if shelf is not None else result


def _refused(run: Run, why: WaybillError | None, started: float) -> Result | None:
    """Return the result where nothing is to be written; None: go on."""
    if why is not None:
        return refused(run, why, seconds=run.tools.clock.monotonic() - started)
    return planned(run, seconds=run.tools.clock.monotonic() - started) if run.request.dry_run else None


def _carried_out(run: Run, goods: Material, shelf: PackageShelf | None, started: float) -> Result:
    tools, unseen = run.tools, run.plan.errors
    for name in unseen:
        tools.reporter.tell(RegionEnded(ended(name, run, Ends(written={}, errors=unseen))))
    done = execute(run, goods, lambda name, end: tools.reporter.tell(RegionEnded(ended(name, run, ends_of(end)))))
    ends = ends_of(done, unseen)
    if fill(shelf, run, ends, done, goods):
        ends = settle(run, ends, done.subject)
    return conclude(run, ends, done.subject, seconds=tools.clock.monotonic() - started)


def _must_know(request: Request, observed: Observed) -> bool:
    """Whether the artifact must be read before it is sent: only where something is stored to compare it with."""
    found = [site.found for site in observed[0].values()]
    return request.dry_run or any(item.artifact or item.waybill or item.metadata for item in found)
