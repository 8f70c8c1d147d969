"""rollback: point a channel at an earlier version, on purpose. First its events are written, then the channel moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from waybill.commands.account.target import reach
from waybill.commands.account.wants import rolling_back
from waybill.commands.channel.events import EventBook
from waybill.commands.channel.reinstate import reinstate
from waybill.commands.release.conclude import Ends, conclude, planned, refused
from waybill.commands.release.execute import Written
from waybill.commands.release.run import Run
from waybill.commands.release.settle import move_channel, signed
from waybill.commands.reversal.backward import after_all, refuse_rollback
from waybill.commands.reversal.lookback import look_at_channel, target_version
from waybill.commands.reversal.plan import plan_rollback
from waybill.commands.small import put_event
from waybill.commands.tools import Tools, everywhere
from waybill.domain.events import Event, Kind
from waybill.domain.orders import RollbackOrder
from waybill.domain.plan import Action, RegionPlan
from waybill.domain.result import Result
from waybill.domain.waybill import Subject
from waybill.errors import WaybillError
from waybill.progress import Asked, Planned, Started, Step, Stepped


def rollback(order: RollbackOrder, tools: Tools) -> Result:
    """Roll back one channel. Raises a `WaybillError` where no plan could be made."""
    started = tools.clock.monotonic()
    tools.reporter.tell(Started(f"Rolling back the channel {order.channel} of {order.project} ({order.reason})"))
    target = reach(order.place, rolling_back(order), tools)
    seen = look_at_channel(order, target, tools)
    request = order.request(target_version(order, seen, tools))
    tools.reporter.tell(Asked(request))
    todo = plan_rollback(order, request, target, seen, tools)
    tools.cancellation.check()
    tools.reporter.tell(Planned(todo.run.plan))
    why = refuse_rollback(todo, seen, order.only_from)
    if why is not None:
        return refused(todo.run, why, seconds=tools.clock.monotonic() - started)
    if request.dry_run:
        return planned(todo.run, seconds=tools.clock.monotonic() - started)
    todo = replace(todo, run=_reinstated(todo.run))
    ends = _write_events(todo.run, todo.events)
    documented = any(site.found.metadata is not None for site in todo.run.sites.values())
    ends = move_channel(todo.run, ends, documented=documented)
    result = conclude(todo.run, ends, _subject(todo.run), seconds=tools.clock.monotonic() - started)
    return after_all(result, todo)


def _reinstated(run: Run) -> Run:
    """Bring the version back before anything above it is withdrawn: cut off in between, the channel stays where it is.

    The other way round its floor would be a version that nobody asked for. Returns the run, which knows these events.
    """
    if not run.request.reinstate:
        return run
    asked = signed(run)
    book = EventBook(asked, run.target.organisation.key_prefix, run.sites, list(run.sites))
    book.survey(run.tools)
    reinstate(asked, book, run.tools)
    mine = book.keys(run.request.version).events(run.request.channel)
    written = [key for key, event in book.known.items() if key.startswith(mine) and event.kind is Kind.REINSTATED]
    sites = {
        name: replace(site, event_keys=tuple(dict.fromkeys((*site.event_keys, *written))))
        for name, site in run.sites.items()
    }
    return replace(run, sites=sites)


def _write_events(run: Run, events: Mapping[str, Event]) -> Ends:
    """Write every event in every region that lacks it, highest version first; a region where one fails is left.

    Also where the version is not whole: what is withdrawn is withdrawn there too.
    """
    tools, failed = run.tools, dict[str, WaybillError]()
    for key, event in events.items():

        def write(name: str, key: str = key, event: Event = event) -> None:
            tools.cancellation.check()
            if key not in run.sites[name].event_keys:
                tools.reporter.tell(Stepped(name, Step.EVENT))
                put_event(run.sites[name], key, event)

        _, errors = everywhere(write, [name for name in run.sites if name not in failed])
        failed |= errors
    errors = {**failed, **run.plan.errors}
    whole = run.plan.of(Action.NOTHING)
    if all(item.region in errors for item in whole):
        return Ends(written={}, errors=errors)
    return Ends(written={item.region: _written(item) for item in whole}, errors=errors)


def _written(item: RegionPlan) -> Written:
    found = item.observation.artifact if item.observation else None
    return Written(created=False, version_id=found.version_id if found else None, seconds=0.0)


def _subject(run: Run) -> Subject | None:
    found = [site.found.waybill.subject for site in run.sites.values() if site.found.waybill is not None]
    return found[0] if found else None
