"""stage: put a new version into every region of one account. Observe, plan, execute, report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from waybill.commands.account.observe import Observed, observe
from waybill.commands.account.target import Target, reach
from waybill.commands.account.wants import wants_of
from waybill.commands.release import material
from waybill.commands.release.conclude import Ends, conclude, ended, planned, refused
from waybill.commands.release.execute import execute
from waybill.commands.release.material import Material
from waybill.commands.release.planning import planned_run
from waybill.commands.release.refusal import refusal
from waybill.commands.release.settle import ends_of, settle
from waybill.commands.together import together
from waybill.commands.tools import Tools
from waybill.domain.request import StageRequest
from waybill.domain.result import Result
from waybill.errors import InputError
from waybill.packing import Packed
from waybill.progress import Packed as PackedEvent
from waybill.progress import Planned, RegionEnded, Started

Pack = Callable[[], Packed]
"""Makes the artifact's bytes ready; called when the account, the configuration and the inputs are known to be right."""


def stage(request: StageRequest, pack: Pack | None, tools: Tools) -> Result:
    """Stage one version. `pack` is None for `resume`, which takes the bytes from a region that is whole.

    Raises a `WaybillError` where no plan could be made; what was planned always ends in a `Result`.
    """
    started = tools.clock.monotonic()
    verb = "Resuming" if request.resume else "Staging"
    tools.reporter.tell(Started(f"{verb} {request.project} {request.version}"))
    target = reach(request, wants_of(request), tools)
    with _material(request, target, pack, tools) as (goods, observed):
        if _must_know(request, observed):
            goods = goods.known(request, tools.cancellation.check)  # noqa: PLW2901 - the same goods, with their digests
        run = planned_run(request, target, observed, tools, subject=goods.subject, size=goods.size)
        tools.cancellation.check()
        tools.reporter.tell(Planned(run.plan))
        why = refusal(run, goods.subject)
        if why is not None:
            return refused(run, why, seconds=tools.clock.monotonic() - started)
        if request.dry_run:
            return planned(run, seconds=tools.clock.monotonic() - started)
        unseen = run.plan.errors
        for name in unseen:
            tools.reporter.tell(RegionEnded(ended(name, run, Ends(written={}, errors=unseen))))
        done = execute(run, goods, lambda name, end: tools.reporter.tell(RegionEnded(ended(name, run, ends_of(end)))))
        ends = ends_of(done, unseen)
        ends = settle(run, ends, done.subject)
        return conclude(run, ends, done.subject, seconds=tools.clock.monotonic() - started)


@contextmanager
def _material(
    request: StageRequest, target: Target, pack: Pack | None, tools: Tools
) -> Iterator[tuple[Material, Observed]]:
    """Observe, and open what is to be staged: what was built, or a region that is whole."""
    if pack is None:
        sites, errors = observe(request, target, tools)
        if any(isinstance(error, InputError) for error in errors.values()) or not sites:
            raise together(list(errors.values()))
        yield material.from_region(request, sites, errors), (sites, errors)
        return
    begun = tools.clock.monotonic()
    packed = pack()
    seconds = tools.clock.monotonic() - begun
    tools.reporter.tell(PackedEvent(packed.name, packed.size, packed.entries, seconds))
    with material.from_build(request, packed) as goods:
        yield goods, observe(request, target, tools)


def _must_know(request: StageRequest, observed: Observed) -> bool:
    """Whether the artifact must be read before it is sent: only where something is stored to compare it with."""
    found = [site.found for site in observed[0].values()]
    return request.dry_run or any(item.artifact or item.waybill or item.metadata for item in found)
