"""deploy: run the CodePipeline that is pinned to a staged version, and follow it to its end. Last of all (P1)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from waybill.commands.account.find import open_shelves, resolve
from waybill.commands.account.observe import observe
from waybill.commands.account.target import Target, reach
from waybill.commands.account.wants import deploying
from waybill.commands.channel.events import EventBook
from waybill.commands.deployment.deliver import deliver
from waybill.commands.deployment.look import look_at_pipeline, refuse_faults
from waybill.commands.deployment.reach import Entrance, open_pipeline
from waybill.commands.deployment.record import Ledger
from waybill.commands.deployment.result import after, deployed, not_named, planned, then
from waybill.commands.deployment.reverse import channel_back
from waybill.commands.deployment.staged import Staged
from waybill.commands.deployment.task import Announcers, Proof, Task
from waybill.commands.promotion.goods import Offer
from waybill.commands.promotion.source import look_at_source
from waybill.commands.tools import Tools
from waybill.domain.deploy.compared import Choice
from waybill.domain.deploy.delivery import Delivery
from waybill.domain.deploy.order import DeployOrder
from waybill.domain.deploy.telling import DeployPlanned
from waybill.domain.events import last_withdrawal, was_withdrawn
from waybill.domain.outputs import outputs_of
from waybill.domain.request import Request
from waybill.domain.result import Outcome, Result
from waybill.domain.selector import Exactly
from waybill.domain.versions import Version
from waybill.domain.waybill import Waybill
from waybill.errors import ExitCode, WaybillError
from waybill.progress import Asked, Started, Warned


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What a deploy has to do with beside AWS's storage: what is proved afterwards, and who is told."""

    proof: Proof
    announcers: Announcers


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The version that is meant, as it is staged, and the events of the channel."""

    request: Request
    staged: Staged
    ledger: Ledger


def deploy(order: DeployOrder, tools: Tools, outside: Outside) -> Result:
    """Deploy one version. Raises a `WaybillError` where nothing was started."""
    started = tools.clock.monotonic()
    tools.reporter.tell(Started(f"Deploying {order.project} with {order.delivery.pipeline.name}"))
    # What is wrong with the pipeline is said before anything else is asked.
    return carry_out(order, enter(order.delivery, tools), tools, outside, started=started)


def deploy_after(result: Result, order: DeployOrder, entrance: Entrance, tools: Tools, outside: Outside) -> Result:
    """Deploy what another command has just put on a channel, last of all; return one result for both.

    Only where that went well and the channel then names this version in every region that is whole (P1).
    """
    if result.exit_code is not ExitCode.OK:
        return result
    if result.outcome is Outcome.PLANNED:
        return replace(result, then=then(order.delivery))
    elsewhere = not_named(result)
    if elsewhere:
        return result.with_warnings(
            f"{result.project} {result.version} was not deployed: the channel {result.channel} names {elsewhere}."
        )
    try:
        done = carry_out(order, entrance, tools, outside, started=tools.clock.monotonic())
    except WaybillError as error:
        return after(result, error, again=order.request(Version(result.version)).again)
    return after(result, done)


def enter(delivery: Delivery, tools: Tools) -> Entrance:
    """Reach the pipeline, and refuse what is wrong with what was asked of it before anything is written (P10)."""
    entrance = open_pipeline(delivery, tools)
    refuse_faults(entrance.works, delivery)
    return entrance


def carry_out(order: DeployOrder, entrance: Entrance, tools: Tools, outside: Outside, *, started: float) -> Result:
    """Find the version, plan, and deploy."""
    guess = order.wanted.version if isinstance(order.wanted, Exactly) else Version("0.0.0")
    request = order.request(guess)
    compared = order.delivery.wait and not request.dry_run and order.delivery.verify_deployed is not Choice.NEVER
    outputs = outputs_of(entrance.works.pipeline) if compared else ()
    distributions = [one.distribution for one in order.delivery.invalidations]
    target = reach(order.place, deploying(request, outputs, distributions), tools)
    found = _find(order, target, tools)
    looked = look_at_pipeline(entrance.works, order.delivery, found.staged.goods, tools)
    tools.cancellation.check()
    if found.request.dry_run:  # the plan is all that there is to show, at the end
        return planned(found.request, target, found.staged, looked.plan, seconds=tools.clock.monotonic() - started)
    tools.reporter.tell(DeployPlanned(looked.plan))
    task = Task(
        delivery=order.delivery,
        plan=looked.plan,
        staged=found.staged,
        target=target,
        entrance=entrance,
        ledger=found.ledger,
        watched=looked.watched,
        tools=tools,
        channel=channel_back(found.request, found.ledger, tools),
        proof=outside.proof,
        announcer=outside.announcers(order.delivery, found.request, found.staged.commit),
    )
    ended = deliver(task)
    return deployed(found.request, target, found.staged, ended, seconds=tools.clock.monotonic() - started)


def _find(order: DeployOrder, target: Target, tools: Tools) -> Found:
    shelves = open_shelves(target, tools)
    version = resolve(order.wanted, order.wanted_by, order.project, shelves, tools, surely=True)
    request = order.request(version)
    tools.reporter.tell(Asked(request))
    offer = look_at_source(order.project, version, order.wanted_by, shelves, tools)
    sites, errors = observe(request, target, tools)
    for name, error in errors.items():
        tools.reporter.tell(Warned(f"{name}: {error.what} The deploy is not recorded there."))
    book = EventBook(request, target.organisation.key_prefix, sites, [])
    book.survey(tools)
    withdrawn = last_withdrawal(book.known.values(), version)
    if withdrawn is not None:
        tools.reporter.tell(Warned(f"{was_withdrawn(withdrawn)}; it is deployed all the same."))
    ledger = Ledger(request=request, sites=sites, known=book.known, by=target.by(request.origin.actor))
    return Found(request=request, staged=Staged(offer=offer, commit=_commit(offer, request)), ledger=ledger)


def _commit(offer: Offer, request: Request) -> str:
    """Return what the version was built from, as its waybill says."""
    waybill = Waybill.from_bytes(offer.waybill) if offer.waybill else None
    return waybill.built_from.commit if waybill else request.origin.commit
