"""stage: put a new version into every region of one account. Observe, plan, execute, report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType

from waybill.commands import channels, material
from waybill.commands.conclude import Ends, conclude, ended, planned, refused
from waybill.commands.events import foreseen
from waybill.commands.execute import Executed, execute
from waybill.commands.material import Material
from waybill.commands.observe import Observed, Site, observe, read_back
from waybill.commands.refusal import refusal, together
from waybill.commands.run import Run
from waybill.commands.target import Target, reach
from waybill.commands.tools import Tools
from waybill.commands.wants import wants_of
from waybill.commands.watch import Watch
from waybill.domain.events import Event
from waybill.domain.names import Keys
from waybill.domain.plan import (
    Action,
    Plan,
    RegionPlan,
    existing_waybill,
    expected_channel,
    plan_region,
)
from waybill.domain.request import StageRequest
from waybill.domain.result import Result
from waybill.domain.waybill import Subject
from waybill.errors import ConflictError, InputError, WaybillError
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
        run = _planned(request, target, goods, observed, tools)
        tools.cancellation.check()
        tools.reporter.tell(Planned(run.plan))
        why = refusal(run, goods.subject)
        if why is not None:
            return refused(run, why, seconds=tools.clock.monotonic() - started)
        if request.dry_run:
            return planned(run, seconds=tools.clock.monotonic() - started)
        unseen = _errors_of(run.plan)
        for name in unseen:
            tools.reporter.tell(RegionEnded(ended(name, run, Ends(written={}, errors=unseen))))
        done = execute(run, goods, lambda name, end: tools.reporter.tell(RegionEnded(ended(name, run, _ends(end)))))
        ends = _ends(done, unseen)
        ends = _move(run, ends, done.subject)
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


def _planned(request: StageRequest, target: Target, goods: Material, observed: Observed, tools: Tools) -> Run:
    """Decide what each region needs."""
    sites, errors = observed
    subject = goods.subject
    if subject is not None:
        sites, unread = read_back(sites, subject.digests, tools)
        errors = {**errors, **unread}
    found = [site.found for site in sites.values()]
    prefix = target.organisation.key_prefix
    events = foreseen(request, sites, tools, prefix=prefix) if request.dry_run and request.moves and sites else []
    plan = Plan(
        project=request.project,
        version=request.version,
        key=Keys(prefix, request.project, request.version).artifact,
        channel=request.channel,
        update_channel=request.update_channel,
        require=request.require,
        size=goods.size,
        digests=subject.digests if subject else None,
        regions=tuple(
            _failed(name, errors[name]) if name in errors else _needed(sites[name], request, subject, events)
            for name in target.organisation.regions
        ),
        waybill=existing_waybill(found, subject) if subject else None,
    )
    watch = Watch()
    return Run(request=request, target=target, plan=plan, sites=watch.over(sites), tools=tools, watch=watch)


def _failed(name: str, error: WaybillError) -> RegionPlan:
    return RegionPlan(region=name, action=Action.FAILED, why=error.what, error=error)


def _needed(site: Site, request: StageRequest, subject: Subject | None, events: Sequence[Event]) -> RegionPlan:
    expected = expected_channel(site.found, request.version, request.update_channel, events)
    return replace(plan_region(site.found, subject), channel=expected)


def _errors_of(plan: Plan) -> dict[str, WaybillError]:
    return {item.region: item.error for item in plan.regions if item.error is not None}


def _ends(done: Executed, unseen: Mapping[str, WaybillError] = MappingProxyType({})) -> Ends:
    return Ends(written=done.written, errors={**unseen, **done.errors})


def _move(run: Run, ends: Ends, subject: Subject | None) -> Ends:
    """Move the channel where regions are whole, if enough of them are and none of them met a conflict (P2, P5)."""
    cancellation = run.tools.cancellation
    if not run.request.moves or subject is None or len(ends.written) < run.enough:
        return ends
    if cancellation.cancelled:
        return replace(ends, errors={**dict.fromkeys(ends.written, cancellation.error()), **ends.errors})
    if any(isinstance(error, ConflictError) for error in ends.errors.values()):
        return ends
    moved, errors = channels.move(
        run.request,
        run.sites,
        run.tools,
        moving=list(ends.written),
        prefix=run.target.organisation.key_prefix,
        documented=subject.document() is not None,
    )
    return replace(ends, moved=moved, errors={**ends.errors, **errors})
