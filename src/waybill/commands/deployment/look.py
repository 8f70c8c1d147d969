"""Looks at the pipeline and at its source bucket, and plans: nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from waybill.commands.deployment.reach import Works
from waybill.commands.tools import Tools
from waybill.domain.deploy.delivery import Delivery, SourceChoice
from waybill.domain.deploy.deployment import DeployPlan, Way
from waybill.domain.deploy.plan import Chosen, Goods, choose, make_plan, pipeline_faults, size_fault, unpinned
from waybill.errors import AccessDenied, Fault, InputError
from waybill.ports.pipeline import Watchers


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The plan, and whether something else may start the pipeline when its source is written."""

    plan: DeployPlan
    watched: bool


def refuse_faults(works: Works, delivery: Delivery) -> None:
    """Raise `InputError` with everything that is wrong with what was asked of this pipeline, whatever version (P10)."""
    faults = pipeline_faults(works.pipeline, delivery) or _source_faults(works, delivery)
    if faults:
        raise InputError(faults, "Nothing was written.")


def _source_faults(works: Works, delivery: Delivery) -> list[Fault]:
    """Return why its source can take no version as it was asked, as far as that does not depend on the version."""
    pipeline = works.pipeline
    action, faults = pipeline.s3_sources[0], []
    uploads = delivery.source is SourceChoice.UPLOAD or not action.lets_key_be_overridden
    if delivery.source is SourceChoice.STAGED and uploads:
        rule = f"cannot be: {action.name} reads {action.bucket}, and has no `AllowOverrideForS3ObjectKey: true`."
        faults.append(Fault("source", "staged", rule, "upload"))
    chosen = Chosen(action=action, way=Way.UPLOAD if uploads else Way.STAGED, why="")
    loose = None if delivery.allow_unpinned else unpinned(pipeline, chosen, versioned=_versioned(works, chosen))
    return [*faults, *([loose] if loose else [])]


def look_at_pipeline(works: Works, delivery: Delivery, goods: Goods, tools: Tools) -> Looked:
    """Return how the deploy will go. Raises `InputError` with the reason and the cure where it cannot be as asked."""
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
