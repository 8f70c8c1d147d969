"""Records a promotion beside the version, before the channel moves to it: who, when, and from where."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.conclude import Ends
from waybill.commands.observe import SMALL
from waybill.commands.run import Run
from waybill.commands.settle import may_move
from waybill.commands.small import put_small
from waybill.commands.tools import everywhere
from waybill.domain.events import Event, Kind, event_name


def record(run: Run, ends: Ends, plan: str) -> Ends:
    """Write the `promoted` event in every region that is whole, unless the channel names the version everywhere.

    `plan` is the digest of what is carried out. The same run writes one event only, however often it is run: the name
    that a region has is taken for the others.
    """
    request, tools = run.request, run.tools
    if not may_move(run, ends) or all(run.sites[name].found.channel == request.version.text for name in ends.written):
        return ends
    any_site = run.sites[next(iter(ends.written))]
    prefix = any_site.keys.events(request.channel)
    own = sorted(
        key
        for site in run.sites.values()
        for key in site.event_keys
        if key.startswith(prefix) and key.endswith(f"-{tools.run_id}.json")
    )
    at = tools.clock.now()
    key = own[0] if own else f"{prefix}{event_name(at, tools.run_id)}"
    body = next((raw for site in run.sites.values() if own and (raw := site.bucket.read(key, limit=SMALL))), None)
    event = Event(
        name=key.removeprefix(prefix),
        kind=Kind.PROMOTED,
        version=request.version,
        channel=request.channel,
        by=request.origin.actor or run.target.caller.arn,
        at=at,
        plan=plan,
    )
    raw = body or event.to_bytes()

    def write(name: str) -> None:
        tools.cancellation.check()
        if key not in run.sites[name].event_keys:
            put_small(run.sites[name], key, raw)

    _, errors = everywhere(write, list(ends.written))
    return replace(ends, errors={**ends.errors, **errors})
