"""The plan of a rollback: the regions that are whole, and the events that every one of them is to hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from waybill.commands.account.observe import Site, look_again
from waybill.commands.account.target import Target
from waybill.commands.account.version import proved
from waybill.commands.release.material import holds_whole
from waybill.commands.release.run import Run
from waybill.commands.release.watch import Watch
from waybill.commands.reversal.lookback import Seen
from waybill.commands.tools import Tools, everywhere
from waybill.domain import rollback as domain
from waybill.domain.channel import Put, decide
from waybill.domain.event_names import free_name
from waybill.domain.events import Event, Kind, standing_withdrawals
from waybill.domain.names import Keys
from waybill.domain.observation import Observation
from waybill.domain.orders import RollbackOrder
from waybill.domain.plan import Action, ChannelAction, Plan, RegionPlan, damage
from waybill.domain.request import Request
from waybill.domain.versions import Version
from waybill.errors import ArtifactError, WaybillError
from waybill.progress import Warned


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """What is to be done: `events` are to be held by every region, by their keys, highest version first.

    `withdraws` are the versions that it takes off the channel, for `reason`. `begun_before`: this same run began it, so
    it goes where that went, whatever came since.
    """

    run: Run
    events: Mapping[str, Event]
    withdraws: Sequence[Version]
    reason: str
    begun_before: bool


def plan_rollback(order: RollbackOrder, request: Request, target: Target, seen: Seen, tools: Tools) -> Rollback:
    """Look whether the version is whole in each region, and return what is to be done."""
    prefix = target.organisation.key_prefix
    keys = Keys(prefix, request.project, request.version)

    def look(name: str) -> Site:
        tools.cancellation.check()
        site = replace(seen.observed[0][name], keys=keys)
        return replace(site, found=proved(site.bucket, look_again(site), tools))

    looked, errors = everywhere(look, list(seen.observed[0]))
    errors = {**seen.observed[1], **errors}
    # Where the version cannot be looked at, events can still be written.
    sites = {**{name: replace(site, keys=keys) for name, site in seen.observed[0].items()}, **looked}
    known = list(seen.events.values())
    waybills = any(site.found.waybill is not None for site in looked.values())
    events = domain.to_hold(_first(order, request, target, known, tools), tools.run_id, seen.histories, known)
    new = [event for event in events if event not in known]
    takes = [event.version for event in new if event.version not in standing_withdrawals(known)]
    regions = tuple(
        _failed(name, errors[name], seen)
        if name in errors
        else _region(sites[name], request, [*known, *new], takes, bare=not waybills)
        for name in target.organisation.regions
    )
    _warn_of_bare(regions, request, tools)
    first = next((item.observation for item in regions if item.action is Action.NOTHING), None)
    waybill = first.waybill if first else None
    plan = Plan(
        project=request.project,
        version=request.version,
        key=keys.artifact,
        channel=request.channel,
        update_channel=request.update_channel,
        require=request.require,
        size=first.artifact.size if first and first.artifact else 0,
        digests=waybill.subject.digests if waybill else None,
        regions=regions,
    )
    watch = Watch()
    run = Run(request=request, target=target, plan=plan, sites=watch.over(sites), tools=tools, watch=watch)
    by_key = {f"{Keys(prefix, request.project, one.version).events(request.channel)}{one.name}": one for one in events}
    own = domain.own_event(known, tools.run_id, request.version)
    return Rollback(run=run, events=by_key, withdraws=takes, reason=order.reason, begun_before=own is not None)


def _failed(name: str, error: WaybillError, seen: Seen) -> RegionPlan:
    site = seen.observed[0].get(name)
    found = site.found if site else None
    return RegionPlan(region=name, action=Action.FAILED, why=error.what, observation=found, error=error)


def _region(
    site: Site, request: Request, events: Iterable[Event], takes: Sequence[Version], *, bare: bool
) -> RegionPlan:
    """Return what one region is to do. `bare`: no region has a waybill of it, so Startifact alone staged it."""
    found = site.found
    error = _not_whole(site, request, bare=bare)
    if error is not None:
        return RegionPlan(region=site.region.name, action=Action.FAILED, why=error.what, observation=found, error=error)
    lifted = [one for one in events if not (request.reinstate and one.version == request.version)]
    step = decide(found.history or (), lifted, request.version)
    return RegionPlan(
        region=site.region.name,
        action=Action.NOTHING,
        why=f"whole there; would withdraw {', '.join(one.text for one in takes)}" if takes else "whole there",
        observation=found,
        channel=ChannelAction.MOVE if isinstance(step, Put) else ChannelAction.KEEP,
    )


def _not_whole(site: Site, request: Request, *, bare: bool) -> ArtifactError | None:
    """Return what is wrong with the version in a region; None where it is whole, or as Startifact leaves it."""
    found = site.found
    if holds_whole(found, request.project, request.version) or (bare and _bare(found, request)):
        return None
    where = f"{site.region.name} (s3://{site.bucket.name}/{site.keys.artifact})"
    if found.artifact is None:
        return ArtifactError(
            f"{request.project} {request.version} is not stored in {where}.",
            "`waybill status --repair` copies it there from a region that holds it whole; then run again. "
            "`require` says how many regions are enough.",
        )
    return damage(found) or ArtifactError(
        f"{request.project} {request.version} is not whole in {where}: "
        f"{'it has no waybill' if found.waybill is None else 'its metadata or its waybill is of something else'}.",
        "`waybill status --repair` completes it from a region that is whole, if there is one; then run again.",
    )


def _bare(found: Observation, request: Request) -> bool:
    """Whether Startifact staged it: there is no waybill, and the channel named it there."""
    return found.artifact is not None and found.waybill is None and request.version.text in (found.history or ())


def _warn_of_bare(regions: Iterable[RegionPlan], request: Request, tools: Tools) -> None:
    bare = [
        item.region
        for item in regions
        if item.action is Action.NOTHING and item.observation and item.observation.waybill is None
    ]
    if bare:
        said = f"{request.project} {request.version} has no waybill in {', '.join(bare)}: only Startifact staged it"
        tools.reporter.tell(Warned(f"{said}, so that its bytes are there is all that was verified."))


def _first(order: RollbackOrder, request: Request, target: Target, known: Iterable[Event], tools: Tools) -> Event:
    """Return what a rollback that begins now says under the version that it goes to, and so under each above it."""
    at = tools.clock.now()
    return Event(
        name=free_name(at, tools.run_id, {one.name for one in known}),
        kind=Kind.WITHDRAWN,
        version=request.version,
        channel=request.channel,
        by=target.by(request.origin.actor),
        at=at,
        reason=order.reason,
        target=request.version,
    )
