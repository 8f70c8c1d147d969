"""The plan of a rollback: the regions that are whole, and the events that every one of them is to hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from waybill.commands.lookback import Seen
from waybill.commands.material import holds_whole
from waybill.commands.observe import Site, look_again
from waybill.commands.run import Run
from waybill.commands.target import Target
from waybill.commands.tools import Tools, everywhere
from waybill.commands.watch import Watch
from waybill.domain import rollback as domain
from waybill.domain.channel import Put, decide
from waybill.domain.digests import Digests
from waybill.domain.events import Event, Kind
from waybill.domain.names import Keys
from waybill.domain.plan import Action, ChannelAction, Plan, RegionPlan
from waybill.domain.request import Request, RollbackOrder
from waybill.domain.waybill import Subject
from waybill.errors import ArtifactError
from waybill.progress import Step, Stepped


def plan_rollback(
    order: RollbackOrder, request: Request, target: Target, seen: Seen, tools: Tools
) -> tuple[Run, dict[str, Event]]:
    """Return the run with its plan, and the events to hold in every region, by their keys, highest version first."""
    prefix = target.organisation.key_prefix
    keys = Keys(prefix, request.project, request.version)

    def look(name: str) -> Site:
        tools.cancellation.check()
        tools.reporter.tell(Stepped(name, Step.VERIFY))
        site = replace(seen.observed[0][name], keys=keys)
        return replace(site, found=look_again(site))

    sites, errors = everywhere(look, list(seen.observed[0]))
    errors = {**seen.observed[1], **errors}
    events = _events(order, request, target, seen, tools)
    regions = tuple(
        RegionPlan(region=name, action=Action.FAILED, why=errors[name].what, error=errors[name])
        if name in errors
        else _region(sites[name], request, [*seen.events.values(), *events.values()])
        for name in target.organisation.regions
    )
    whole = next((site.found for site in sites.values() if site.found.artifact is not None), None)
    plan = Plan(
        project=request.project,
        version=request.version,
        key=keys.artifact,
        channel=request.channel,
        update_channel=request.update_channel,
        require=request.require,
        size=whole.artifact.size if whole and whole.artifact else 0,
        digests=_digests(whole.waybill.subject if whole and whole.waybill else None),
        regions=regions,
    )
    watch = Watch()
    run = Run(request=request, target=target, plan=plan, sites=watch.over(sites), tools=tools, watch=watch)
    return run, events


def _digests(subject: Subject | None) -> Digests | None:
    return subject.digests if subject else None


def _region(site: Site, request: Request, events: Iterable[Event]) -> RegionPlan:
    found, history = site.found, site.found.history or ()
    lifted = [one for one in events if not (request.reinstate and one.version == request.version)]
    step = decide(history, lifted, request.version)
    known = holds_whole(found, request.project, request.version) is not None
    # What Startifact staged and named has no waybill.
    if not known and not (found.waybill is None and found.artifact is not None and request.version.text in history):
        error = ArtifactError(
            f"{request.project} {request.version} is not whole in {site.region.name} (s3://{site.bucket.name}/"
            f"{site.keys.artifact}).",
            "`waybill status --repair` completes it from a region that is whole, if there is one; then run again.",
        )
        return RegionPlan(region=site.region.name, action=Action.FAILED, why=error.what, observation=found, error=error)
    return RegionPlan(
        region=site.region.name,
        action=Action.NOTHING,
        why="whole there",
        observation=found,
        channel=ChannelAction.MOVE if isinstance(step, Put) else ChannelAction.KEEP,
    )


def _events(order: RollbackOrder, request: Request, target: Target, seen: Seen, tools: Tools) -> dict[str, Event]:
    """Return this rollback's events, and those that an earlier run to the same version left in some regions only."""
    prefix = target.organisation.key_prefix
    known = list(seen.events.values())
    fresh = domain.withdrawals(
        domain.above(request.version, seen.histories, known),
        request.version,
        own=domain.own_event([one for one in known if one.target == request.version], tools.run_id),
        channel=request.channel,
        by=request.origin.actor or target.caller.arn,
        at=tools.clock.now(),
        run_id=tools.run_id,
        reason=order.reason,
    )
    begun = {
        key: one for key, one in seen.events.items() if one.kind is Kind.WITHDRAWN and one.target == request.version
    }
    named = {
        f"{Keys(prefix, request.project, one.version).events(request.channel)}{one.name}": one
        for one in sorted(fresh, key=lambda one: one.version, reverse=True)
    }
    return {**named, **{key: one for key, one in begun.items() if key not in named}}
