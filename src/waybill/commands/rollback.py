"""rollback: point a channel at an earlier version, on purpose. First its events are written, then the channel moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from waybill.commands.conclude import Ends, conclude, planned, refused
from waybill.commands.events import EventBook
from waybill.commands.execute import Written
from waybill.commands.find import Shelves, open_shelves
from waybill.commands.material import holds_whole
from waybill.commands.observe import Observed, Site, look_again, observe, refuse_foreign
from waybill.commands.refusal import refusal, together
from waybill.commands.run import Run
from waybill.commands.settle import move_channel
from waybill.commands.small import put_small
from waybill.commands.target import Target, reach
from waybill.commands.tools import Tools, everywhere
from waybill.commands.wants import rolling_back
from waybill.commands.watch import Watch
from waybill.domain import rollback as domain
from waybill.domain.channel import Put, decide
from waybill.domain.digests import Digests
from waybill.domain.events import Event, Kind, standing_withdrawals
from waybill.domain.names import Keys, channel_parameter
from waybill.domain.plan import Action, ChannelAction, Plan, RegionPlan
from waybill.domain.request import Request, RollbackOrder
from waybill.domain.result import Outcome, Result
from waybill.domain.versions import Version, parse_or_none
from waybill.domain.waybill import Subject
from waybill.errors import ArtifactError, ConflictError, Fault, InputError
from waybill.progress import Asked, Planned, Started, Step, Stepped


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What all regions showed of the channel. `events` are by their keys."""

    observed: Observed
    events: Mapping[str, Event]

    @property
    def histories(self) -> list[Sequence[str]]:
        return [site.found.history or () for site in self.observed[0].values()]


def rollback(order: RollbackOrder, tools: Tools) -> Result:
    """Roll back one channel. Raises a `WaybillError` where no plan could be made."""
    started = tools.clock.monotonic()
    tools.reporter.tell(Started(f"Rolling back the channel {order.channel} of {order.project}"))
    target = reach(order.place, rolling_back(order), tools)
    seen = _seen(order, target, tools)
    version = _target_version(order, seen, tools)
    request = order.request(version)
    tools.reporter.tell(Asked(request))
    run, events = _planned(order, request, target, seen, tools)
    tools.cancellation.check()
    tools.reporter.tell(Planned(run.plan))
    why = _withdrawn(request, seen) or refusal(run, None)
    if why is not None:
        return refused(run, why, seconds=tools.clock.monotonic() - started)
    if request.dry_run:
        return planned(run, seconds=tools.clock.monotonic() - started)
    ends = _write_events(run, events)
    subject = _subject(run)
    documented = any(site.found.metadata is not None for site in run.sites.values())
    ends = move_channel(run, ends, documented=documented)
    return _superseded(conclude(run, ends, subject, seconds=tools.clock.monotonic() - started), request)


def _seen(order: RollbackOrder, target: Target, tools: Tools) -> _Seen:
    """Look at the channel, its history and its events everywhere, at whatever version it names."""
    shelves = open_shelves(target, tools)
    now = _named_now(order, target, shelves, tools)
    request = order.request(now)
    observed = observe(request, target, tools)
    sites = observed[0]
    if not sites:
        raise together(list(observed[1].values()))
    book = EventBook(request, target.organisation.key_prefix, sites, list(sites))
    book.survey(tools)
    return _Seen(observed=observed, events=dict(book.known))


def _named_now(order: RollbackOrder, target: Target, shelves: Shelves, tools: Tools) -> Version:
    """Return a version that the channel names anywhere. Raises `InputError` where there is no such channel."""
    parameter = channel_parameter(target.organisation.parameter_prefix, order.project, order.channel)

    def look(region: str) -> str | None:
        tools.cancellation.check()
        value = shelves.open[region].region.parameters.get(parameter)
        if value is not None:
            refuse_foreign(value, parameter, region)
        return value

    answers, errors = everywhere(look, list(shelves.open))
    found = [version for version in map(parse_or_none, filter(None, answers.values())) if version is not None]
    if found:
        return max(found)
    if errors:
        raise together(list(errors.values()))
    rule = f"does not exist: there is no parameter {parameter} in {', '.join(answers)}."
    raise InputError([Fault("channel", order.channel, rule, "production")], "Nothing was written.")


def _target_version(order: RollbackOrder, seen: _Seen, tools: Tools) -> Version:
    """Return where to go: what was asked for, or where this same run went before, or the previous version."""
    events = list(seen.events.values())
    own = domain.own_event(events, tools.run_id)
    now = domain.names_now(seen.histories, events)
    if order.to is None:
        if own is not None and own.target is not None:
            return own.target
        found = domain.previous(seen.histories, events)
        if found is None:
            rule = f"leads nowhere: {order.channel} named no version below {now} that is not withdrawn."
            raise InputError([Fault("to", "previous", rule, "1.2.2")], "Nothing was written.")
        return found
    if now is not None and order.to > now and order.to not in standing_withdrawals(events):
        rule = f"is higher than {now}, which {order.channel} names; `waybill promote` goes forward."
        raise InputError([Fault("to", order.to.text, rule, "previous")], "Nothing was written.")
    return order.to


def _withdrawn(request: Request, seen: _Seen) -> ConflictError | None:
    events = standing_withdrawals(seen.events.values()).get(request.version)
    if not events or request.reinstate:
        return None
    last = events[-1]
    return ConflictError(
        f"{request.version} was itself withdrawn from {request.channel} by {last.by or 'somebody'} at {last.at}"
        f"{f' ({last.reason})' if last.reason else ''}.",
        "`reinstate: true` brings it back; nothing was written.",
    )


def _planned(
    order: RollbackOrder, request: Request, target: Target, seen: _Seen, tools: Tools
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


def _events(order: RollbackOrder, request: Request, target: Target, seen: _Seen, tools: Tools) -> dict[str, Event]:
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


def _write_events(run: Run, events: Mapping[str, Event]) -> Ends:
    """Write every event in every region that lacks it, highest version first; a region where one fails is left."""
    tools, errors = run.tools, dict(run.plan.errors)
    for key, event in events.items():
        tools.cancellation.check()

        def write(name: str, key: str = key, event: Event = event) -> None:
            tools.cancellation.check()
            if key not in run.sites[name].event_keys:
                tools.reporter.tell(Stepped(name, Step.EVENT))
                put_small(run.sites[name], key, event.to_bytes())

        _, failed = everywhere(write, [name for name in run.sites if name not in errors])
        errors |= failed
    whole = {item.region: item.observation for item in run.plan.of(Action.NOTHING) if item.region not in errors}
    return Ends(
        written={
            name: Written(
                created=False, version_id=found.artifact.version_id if found and found.artifact else None, seconds=0.0
            )
            for name, found in whole.items()
        },
        errors=errors,
    )


def _subject(run: Run) -> Subject | None:
    found = [site.found.waybill.subject for site in run.sites.values() if site.found.waybill is not None]
    return found[0] if found else None


def _superseded(result: Result, request: Request) -> Result:
    """Say so where a higher version came while the channel was rolled back: it goes forward again, as it should."""
    passed = [
        region.channel_after
        for region in result.regions
        if region.error is None and region.channel_after not in {None, request.version.text}
    ]
    if result.outcome not in {Outcome.ROLLED_BACK, Outcome.ALREADY} or not passed:
        return result
    said = f"{request.channel} names {passed[0]} now: a higher version came while it was rolled back."
    return replace(result, outcome=Outcome.SUPERSEDED).with_warnings(said)
