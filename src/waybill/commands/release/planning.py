"""Decides what each region needs: the plan of every command that puts a version somewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from waybill.commands.account.observe import Observed, Site, read_back
from waybill.commands.account.target import Target
from waybill.commands.channel.events import foreseen
from waybill.commands.release.run import Run
from waybill.commands.release.watch import Watch
from waybill.commands.tools import Tools
from waybill.domain.events import Event
from waybill.domain.names import Keys
from waybill.domain.plan import Action, Plan, RegionPlan, existing_waybill, expected_channel, plan_region
from waybill.domain.request import Request
from waybill.domain.waybill import Subject
from waybill.errors import WaybillError


def planned_run(
    request: Request,
    target: Target,
    observed: Observed,
    tools: Tools,
    *,
    subject: Subject | None,
    size: int,
    events: Sequence[Event] | None = None,
) -> Run:
    """Return the run with its plan. `subject` None: nothing is stored anywhere, and the digests come later.

    `events` are the channel's where they were read already; else they are read for a dry run only.
    """
    sites, errors = observed
    if subject is not None:
        sites, unread = read_back(sites, subject.digests, tools)
        errors = {**errors, **unread}
    found = [site.found for site in sites.values()]
    prefix = target.organisation.key_prefix
    if events is None:
        events = foreseen(request, sites, tools, prefix=prefix) if request.dry_run and request.moves and sites else []
    plan = Plan(
        project=request.project,
        version=request.version,
        key=Keys(prefix, request.project, request.version).artifact,
        channel=request.channel,
        update_channel=request.update_channel,
        require=request.require,
        size=size,
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


def _needed(site: Site, request: Request, subject: Subject | None, events: Sequence[Event]) -> RegionPlan:
    expected = expected_channel(site.found, request.version, request.update_channel, events)
    return replace(plan_region(site.found, subject), channel=expected)
