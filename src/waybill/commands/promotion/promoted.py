"""Records a promotion beside the version, before the channel moves to it: who, when, and from where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from waybill.commands.release.conclude import Ends
from waybill.commands.release.run import Run
from waybill.commands.release.settle import may_move
from waybill.commands.small import put_event
from waybill.commands.tools import everywhere
from waybill.domain.event_names import free_name
from waybill.domain.events import Event, Kind
from waybill.domain.promotion import begun
from waybill.progress import Step, Stepped


def record(run: Run, ends: Ends, plan: str, events: Iterable[Event]) -> Ends:
    """Write the `promoted` event in every region that is whole, unless the channel names the version everywhere.

    `plan` is the digest of what is carried out, `events` are those of the channel that are known. There is one event
    for a plan, however often it takes to carry it out; what was written before is taken for the regions that lack it.
    """
    request, tools = run.request, run.tools
    if not may_move(run, ends) or all(run.sites[name].found.channel == request.version.text for name in ends.written):
        return ends
    event = begun(events, request.version, plan) or _new(run, plan, events)

    def write(name: str) -> None:
        tools.cancellation.check()
        key = f"{run.sites[name].keys.events(request.channel)}{event.name}"
        if key not in run.sites[name].event_keys:
            tools.reporter.tell(Stepped(name, Step.EVENT))
            put_event(run.sites[name], key, event)

    _, errors = everywhere(write, list(ends.written))
    return replace(ends, errors={**ends.errors, **errors})


def _new(run: Run, plan: str, events: Iterable[Event]) -> Event:
    at = run.tools.clock.now()
    return Event(
        name=free_name(at, run.tools.run_id, {one.name for one in events}),
        kind=Kind.PROMOTED,
        version=run.request.version,
        channel=run.request.channel,
        by=run.target.by(run.request.origin.actor),
        at=at,
        plan=plan,
    )
