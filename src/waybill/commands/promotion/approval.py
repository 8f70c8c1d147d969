"""A plan that a person approves: its digest, its document, and whether the plan made now is the one approved."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from waybill.commands.promotion.goods import Offer
from waybill.commands.release.run import Run
from waybill.domain.events import Event
from waybill.domain.names import channel_parameter
from waybill.domain.orders import PromoteOrder
from waybill.domain.promotion import begun, carried_on, changed_facts, facts, facts_digest, held, rewound_to
from waybill.domain.result import Outcome, Result
from waybill.errors import ConflictError, WaybillError


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBody:
    """Implements `domain.result.Body`: the plan's digest and the facts that it rests on."""

    digest: str
    facts: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return what the result document has more."""
        return {"plan": dict(self.facts)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """`refusal`: why this plan may not be carried out, None where it may."""

    plan: PlanBody
    refusal: ConflictError | None

    def over(self, other: WaybillError | None) -> WaybillError | None:
        """Return the one reason to stop where there may be another: that the plan is not the approved one goes first.

        What stands in the way by itself is said as well: most often it is what changed.
        """
        if self.refusal is None or other is None:
            return self.refusal or other
        return ConflictError(f"{self.refusal.what}\n{other.what}", f"{self.refusal.advice} {other.advice}".strip())

    def on(self, result: Result) -> Result:
        """Return the result with the plan's digest; with the plan itself where that is all there is."""
        body = self.plan if result.outcome is Outcome.PLANNED else None
        return replace(result, plan_digest=self.plan.digest, body=body)


def approve(order: PromoteOrder, run: Run, offer: Offer, events: Collection[Event]) -> Approval:
    """Compare the plan with the one that was approved, where one was.

    A plan that was begun, as its `promoted` event says, is carried on: what it has moved itself is no change.
    """
    request = run.request
    parameter = channel_parameter(run.target.organisation.parameter_prefix, request.project, request.channel)
    known = facts(request, run.plan, offer.subject, _source(run, offer), order, parameter=parameter, events=events)
    before = carried_on(known, run.plan, events)
    known = before if before is not None else known
    plan = PlanBody(digest=facts_digest(known), facts=known)
    approved = order.approved
    if approved in {None, plan.digest}:
        return Approval(plan=plan, refusal=None)
    # Where the approved plan was begun, and something else changed since, only that is told.
    start = begun(events, request.version, approved) if approved is not None else None
    now = rewound_to(start, known, run.plan, events) if start is not None else known
    lines = changed_facts(order.approved_facts, now) if order.approved_facts is not None else []
    said = "".join(f"\n  {line}" for line in lines)
    refusal = ConflictError(
        f"The plan made now ({plan.digest}) is not the one that was approved ({approved})."
        + (f" What changed:{said}" if said else ""),
        "Nothing was written. Plan again, look at it, and approve that plan.",
    )
    return Approval(plan=plan, refusal=refusal)


def _source(run: Run, offer: Offer) -> dict[str, Any]:
    """Return the facts of the source account.

    Inside one account, what this very plan completes is a source when it is carried on, so that regions are no facts.
    """
    inside = run.target.owner == offer.account and offer.keys.artifact == run.plan.key
    regions = {} if inside else {name: held(offer.found[name]) for name in sorted(offer.holders)}
    return {"account": offer.account, "regions": regions}
