"""Looks at the pipeline and at its source bucket, and plans: nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.commands.deployment.reach import Works
from waybill.commands.tools import Tools
from waybill.domain.delivery import Delivery
from waybill.domain.deploy_plan import Chosen, Goods, choose, make_plan, pipeline_faults, size_fault, unpinned
from waybill.domain.deployment import DeployPlan, Way
from waybill.errors import AccessDenied, Fault, InputError
from waybill.ports.pipeline import Watchers


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The plan, and whether something else may start the pipeline when its source is written."""

    plan: DeployPlan
    watched: bool


def refuse_faults(works: Works, delivery: Delivery) -> None:
    """Raise `InputError` with everything that is wrong with what was asked of this pipeline (P10)."""
    faults = pipeline_faults(works.pipeline, delivery)
    if faults:
        raise InputError(faults, "Nothing was written.")


def look_at_pipeline(works: Works, delivery: Delivery, goods: Goods, tools: Tools) -> Looked:
    """Return how the deploy will go. Raises `InputError` with the reason and the cure where it cannot be as asked."""
    refuse_faults(works, delivery)
    pipeline = works.pipeline
    chosen = choose(pipeline, delivery, goods)
    if isinstance(chosen, Fault):
        raise InputError([chosen], "Nothing was written.")
    tools.cancellation.check()
    loose = unpinned(pipeline, chosen, versioned=_versioned(works, chosen))
    faults = [one for one in (None if delivery.allow_unpinned else loose, size_fault(chosen, goods)) if one]
    if faults:
        raise InputError(faults, "Nothing was written.")
    watchers = _watchers(works)
    rules = watchers.rules if watchers.known else None
    plan = make_plan(pipeline, delivery, goods, chosen, pinned=loose is None, rules=rules)
    return Looked(plan=plan, watched=bool(watchers.rules))


def _versioned(works: Works, chosen: Chosen) -> bool:
    """Whether the source bucket is versioned; that of a staged version is, since its object has a version id."""
    if chosen.way is Way.STAGED:
        return True
    region = chosen.action.region or works.pipeline.region
    bucket = works.account.source_bucket(region, chosen.action.bucket, owner=works.caller.account)
    return bucket.versioned()


def _watchers(works: Works) -> Watchers:
    try:
        return works.pipelines.watchers(works.pipeline)
    except AccessDenied:
        return Watchers(known=False)
