"""rollback: point a channel at an earlier version, on purpose. First its events are written, then the channel moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from waybill.commands.conclude import Ends, conclude, planned, refused
from waybill.commands.execute import Written
from waybill.commands.lookback import look_at_channel, refuse_withdrawn, target_version
from waybill.commands.refusal import refusal
from waybill.commands.rollback_plan import plan_rollback
from waybill.commands.run import Run
from waybill.commands.settle import move_channel
from waybill.commands.small import put_small
from waybill.commands.target import reach
from waybill.commands.tools import Tools, everywhere
from waybill.commands.wants import rolling_back
from waybill.domain.events import Event
from waybill.domain.plan import Action
from waybill.domain.request import Request, RollbackOrder
from waybill.domain.result import Outcome, Result
from waybill.domain.waybill import Subject
from waybill.progress import Asked, Planned, Started, Step, Stepped


def rollback(order: RollbackOrder, tools: Tools) -> Result:
    """Roll back one channel. Raises a `WaybillError` where no plan could be made."""
    started = tools.clock.monotonic()
    tools.reporter.tell(Started(f"Rolling back the channel {order.channel} of {order.project}"))
    target = reach(order.place, rolling_back(order), tools)
    seen = look_at_channel(order, target, tools)
    version = target_version(order, seen, tools)
    request = order.request(version)
    tools.reporter.tell(Asked(request))
    run, events = plan_rollback(order, request, target, seen, tools)
    tools.cancellation.check()
    tools.reporter.tell(Planned(run.plan))
    why = refuse_withdrawn(request, seen) or refusal(run, None)
    if why is not None:
        return refused(run, why, seconds=tools.clock.monotonic() - started)
    if request.dry_run:
        return planned(run, seconds=tools.clock.monotonic() - started)
    ends = _write_events(run, events)
    subject = _subject(run)
    documented = any(site.found.metadata is not None for site in run.sites.values())
    ends = move_channel(run, ends, documented=documented)
    return _superseded(conclude(run, ends, subject, seconds=tools.clock.monotonic() - started), request)


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
