"""promote: bring a staged version, the same bytes, into another account or onto another channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from waybill.commands.account.catalogue import naming_projects
from waybill.commands.account.find import resolve
from waybill.commands.account.observe import observe
from waybill.commands.account.target import Target, reach
from waybill.commands.account.wants import wants_of
from waybill.commands.promotion import accounts
from waybill.commands.promotion.approval import approve
from waybill.commands.promotion.copying import Copied, copy_all, without
from waybill.commands.promotion.forward import outrun, refuse_backward, standing_events
from waybill.commands.promotion.goods import Offer
from waybill.commands.promotion.promoted import record
from waybill.commands.promotion.source import look_at_source, open_source
from waybill.commands.release.conclude import Ends, conclude, ended, planned, refused
from waybill.commands.release.execute import Executed, execute
from waybill.commands.release.packaged import fill, shelf_of
from waybill.commands.release.planning import planned_run
from waybill.commands.release.refusal import refusal
from waybill.commands.release.run import Run
from waybill.commands.release.settle import ends_of, settle
from waybill.commands.tools import Tools, observing_once
from waybill.domain.events import Event
from waybill.domain.orders import PromoteOrder, Transfer
from waybill.domain.plan import Action
from waybill.domain.policy import Source
from waybill.domain.promotion import promoted
from waybill.domain.request import Request
from waybill.domain.result import Result
from waybill.domain.selector import Named
from waybill.errors import Cancelled, ExitCode, Fault, InputError, WaybillError
from waybill.progress import Asked, Planned, RegionEnded, Started

if TYPE_CHECKING:
    from waybill.commands.packages.shelf import PackageShelf


def promote(order: PromoteOrder, tools: Tools) -> Result:
    """Promote one version. Raises a `WaybillError` where no plan could be made."""
    started, tools = tools.clock.monotonic(), observing_once(tools)
    tools.reporter.tell(Started(f"Promoting {order.project}"))
    shelves = open_source(order, tools)
    source = shelves.target
    with naming_projects(order.source, order.project, shelves, tools):
        version = resolve(order.wanted, order.wanted_by, order.project, shelves, tools, surely=True)
        request = order.request(version)
        tools.reporter.tell(Asked(request))
        offer = look_at_source(order.project, version, order.wanted_by, shelves, tools)
    run, events, backward = _planned(order, request, source, offer, tools)
    shelf = shelf_of(request, run.target, tools, order.transfer)
    tools.cancellation.check()
    tools.reporter.tell(Planned(run.plan))
    approval = approve(order, run, offer, events)
    why = approval.over(refusal(run, offer.subject) or backward)
    why = shelf.over(why, offer.subject) if shelf is not None else why
    if why is not None or request.dry_run:
        seconds = tools.clock.monotonic() - started
        result = planned(run, seconds=seconds) if why is None else refused(run, why, seconds=seconds)
        return approval.on(result if shelf is None else shelf.on(result))
    run, ends, free = _carried_out(order, run, offer, shelf)
    if free:
        ends = outrun(run, settle(run, record(run, ends, approval.plan.digest, events), offer.subject))
    result = conclude(run, ends, offer.subject, seconds=tools.clock.monotonic() - started)
    result = accounts.noted(result, source.owner, run.target.owner)
    result = result if shelf is None else shelf.on(result)
    return approval.on(replace(result, resume=None) if result.exit_code is ExitCode.CONFLICT else result)


def _planned(
    order: PromoteOrder, request: Request, source: Target, offer: Offer, tools: Tools
) -> tuple[Run, Sequence[Event], WaybillError | None]:
    """Return the run with its plan, the channel's events, and why the channel may not move to this version."""
    copies = order.transfer is not Transfer.RELAY and not request.dry_run
    scope = Source(account=source.owner, key_prefix=source.organisation.key_prefix) if copies else None
    target = reach(request, wants_of(request, scope), tools)
    _refuse_same(order, request, source, target)
    tools.reporter.tell(Started(accounts.sentence(order, request, source, target)))
    observed = observe(request, target, tools)
    events = standing_events(request, observed[0], tools, prefix=target.organisation.key_prefix)
    run = planned_run(
        request, target, observed, tools, subject=offer.subject, size=offer.subject.digests.size, events=events.foreseen
    )
    plan, transfers = run.plan, _transfers(order, run, offer)
    regions = tuple(
        replace(item, why=f"{item.why}; {transfers[item.region]}") if item.region in transfers else item
        for item in plan.regions
    )
    waybill = plan.waybill
    if waybill is None:
        by, at = target.by(request.origin.actor), tools.clock.now()
        waybill = promoted(offer.waybill, offer.subject, account=source.owner, by=by, at=at).to_bytes()
    run = replace(run, plan=replace(plan, regions=regions, waybill=waybill))
    return run, events.known, refuse_backward(run, events)


def _refuse_same(order: PromoteOrder, request: Request, source: Target, target: Target) -> None:
    """Raise where source and target are the same channel of the same account."""
    same = source.owner == target.owner and source.organisation.key_prefix == target.organisation.key_prefix
    if same and isinstance(order.wanted, Named) and order.wanted.channel == request.channel:
        rule = f"is the channel to promote from, in the same account ({target.owner}): there is nothing to do."
        raise InputError([Fault("channel", request.channel, rule, "production")], "Nothing was written.")


def _transfers(order: PromoteOrder, run: Run, offer: Offer) -> dict[str, str]:
    """Return how each region that lacks the artifact gets it, or that it is the source's own."""
    verb = {Transfer.AUTO: "copy or relay", Transfer.COPY: "copy", Transfer.RELAY: "relay"}[order.transfer]
    got = {
        item.region: f"{verb} from {offer.nearest(item.region)} of {offer.account}"
        for item in run.plan.of(Action.CREATE)
    }
    if run.target.owner != offer.account:
        return got
    return {**got, **{item.region: f"within account {offer.account}" for item in run.plan.of(Action.NOTHING)}}


def _carried_out(order: PromoteOrder, run: Run, offer: Offer, shelf: PackageShelf | None) -> tuple[Run, Ends, bool]:
    """Copy, relay what could not be copied, write the records, then the package; returns whether channels may move."""
    tools = run.tools
    copied = copy_all(run, offer, order.transfer, order.verify)
    run = copied.run
    both = run.sites if run.target.owner == offer.account else ()
    try:
        goods = offer.material(needed=bool(copied.relayed), written=both)
    except Cancelled:
        raise
    except WaybillError as error:  # what was copied is still to be told, and completed
        run = without(run, copied.relayed, error)
        goods = offer.material(needed=False)
    unseen = run.plan.errors
    for name in unseen:
        tools.reporter.tell(RegionEnded(ended(name, run, Ends(written={}, errors=unseen))))
    done = execute(
        run, goods, lambda name, end: tools.reporter.tell(RegionEnded(ended(name, run, ends_of(_named(end, copied)))))
    )
    ends = ends_of(_named(done, copied), unseen)
    return run, ends, fill(shelf, run, ends, done, goods)


def _named(done: Executed, copied: Copied) -> Executed:
    """Say of what was copied that it was created: for the rest of the work it was there already."""
    written = {
        name: replace(item, created=item.created or name in copied.created) for name, item in done.written.items()
    }
    return replace(done, written=written)
