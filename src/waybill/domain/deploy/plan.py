"""Decides how a deploy goes, from the pipeline's definition and where the version is staged, and says why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from waybill.domain.deploy.compared import Choice
from waybill.domain.deploy.delivery import Delivery, SourceChoice
from waybill.domain.deploy.deployment import DeployPlan, Way
from waybill.domain.deploy.pipeline import ActionDefinition, Mode, Pipeline, PipelineType
from waybill.domain.deploy.url_check import shown_url
from waybill.domain.versions import Version
from waybill.errors import Fault

GIB = 1024**3
LARGEST_SOURCE = 5 * GIB
"""Bytes that one CopyObject takes to a pipeline's source key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """The version as it is staged. `buckets` are its staging buckets by region, with the object's version id there."""

    project: str
    version: Version
    sha256: str
    size: int
    key: str
    account: str
    buckets: dict[str, tuple[str, str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The source action that takes the version, which way, and why that one."""

    action: ActionDefinition
    way: Way
    why: str


def pipeline_faults(pipeline: Pipeline, delivery: Delivery) -> list[Fault]:
    """Return what is wrong with what was asked of this pipeline, whichever way the version gets there."""
    return [*_source_faults(pipeline), *_variable_faults(pipeline, delivery)]


def _source_faults(pipeline: Pipeline) -> list[Fault]:
    names = [f"{action.name} (stage {action.stage})" for action in pipeline.s3_sources]
    if len(names) == 1:
        return []
    if names:
        rule = f"has {len(names)} S3 source actions, {' and '.join(names)}: which one takes the version is not known."
        return [Fault("pipeline", pipeline.name, f"{rule} Give the version a pipeline with one.")]
    others = ", ".join(f"{action.name} ({action.provider})" for action in pipeline.sources)
    rule = f"has no S3 source action, only {others}" if others else "has no source action"
    return [Fault("pipeline", pipeline.name, f"{rule}: nothing in it can take a staged version.")]


def _variable_faults(pipeline: Pipeline, delivery: Delivery) -> list[Fault]:
    given, declared = delivery.variables, {variable.name for variable in pipeline.variables}
    if given and pipeline.type is PipelineType.V1:
        rule = f"cannot be given: {pipeline.name} is of type V1, and only V2 has variables."
        return [Fault("variables", ", ".join(given), rule)]
    known = ", ".join(sorted(declared)) or "none"
    faults = [
        Fault("variables", name, f"is not declared by {pipeline.name}; it declares {known}.")
        for name in given
        if name not in declared
    ]
    missing = [one.name for one in pipeline.variables if one.default is None and one.name not in given]
    if missing:
        rule = f"must give {', '.join(missing)}: {pipeline.name} declares {_them(missing)} without a default."
        faults.append(Fault("variables", "", rule, f"{missing[0]}=VALUE"))
    return faults


def choose(pipeline: Pipeline, delivery: Delivery, goods: Goods) -> Chosen | Fault:
    """Return how the version gets into a pipeline that has no faults; or why it cannot as it was asked."""
    action = pipeline.s3_sources[0]
    staged = goods.buckets.get(action.region or pipeline.region)
    refusal = _not_staged(action, staged, goods)
    if refusal is None and delivery.source is not SourceChoice.UPLOAD:
        why = f"{action.name} reads the staging bucket and lets a start name the key"
        return Chosen(action=action, way=Way.STAGED, why=why)
    if action.bucket in {bucket for bucket, _ in goods.buckets.values()}:
        rule = (
            f"takes {action.key} of {action.bucket}, a staging bucket, where what is stored is never overwritten (P2). "
            f"Set `AllowOverrideForS3ObjectKey: true` on {action.name}, so that a start may name the "
            "version's own key; or give the pipeline a source bucket of its own."
        )
        return Fault("pipeline", pipeline.name, rule)
    if delivery.source is SourceChoice.UPLOAD:
        return Chosen(action=action, way=Way.UPLOAD, why="`source: upload` asks for that")
    if delivery.source is SourceChoice.STAGED:
        return Fault("source", "staged", f"cannot be: {action.name} reads {action.bucket}; {refusal}.", "upload")
    return Chosen(action=action, way=Way.UPLOAD, why=refusal or "")


def _not_staged(action: ActionDefinition, staged: tuple[str, str | None] | None, goods: Goods) -> str | None:
    """Return why a source action cannot read the version where it is staged; None where it can."""
    if staged is None or action.bucket != staged[0]:
        where = staged[0] if staged else f"a bucket with {goods.project} {goods.version} in the pipeline's region"
        return f"it reads that bucket, not {where}"
    if not action.lets_key_be_overridden:
        return f"{action.name} has no `AllowOverrideForS3ObjectKey: true`"
    return None if staged[1] else f"{staged[0]} is not versioned"


def unpinned(pipeline: Pipeline, chosen: Chosen, *, versioned: bool) -> Fault | None:
    """Return why an execution could not be pinned to exactly this version, with the cure; None where it can."""
    name = pipeline.name
    if pipeline.mode is Mode.PARALLEL:
        rule = (
            "runs in PARALLEL mode, where an S3 source takes whatever object is newest: it cannot be pinned. Set its "
            "execution mode to QUEUED or SUPERSEDED, or accept it with `allow-unpinned`."
        )
        return Fault("pipeline", name, rule)
    if not versioned:
        rule = (
            f"takes its source from {chosen.action.bucket}, which is not versioned: it cannot be pinned. Turn "
            "versioning on (CodePipeline needs it too), or accept it with `allow-unpinned`."
        )
        return Fault("pipeline", name, rule)
    return None


def size_fault(chosen: Chosen, goods: Goods) -> Fault | None:
    """Return why a version is too large to be put under a source key."""
    if chosen.way is Way.STAGED or goods.size <= LARGEST_SOURCE:
        return None
    rule = f"is of {goods.size} bytes, and at most {LARGEST_SOURCE} can be copied to a pipeline's source key at once."
    return Fault("version", goods.version.text, rule)


def make_plan(
    pipeline: Pipeline,
    delivery: Delivery,
    goods: Goods,
    chosen: Chosen,
    *,
    pinned: bool,
    rules: Sequence[str] | None,
) -> DeployPlan:
    """Return the plan in words. `rules` are the EventBridge rules that start the pipeline, None: they may not be read.

    `pinned` False was allowed on purpose.
    """
    staged = chosen.way is Way.STAGED
    key = goods.key if staged else chosen.action.key
    return DeployPlan(
        pipeline=pipeline.name,
        region=pipeline.region,
        account=pipeline.account,
        version=pipeline.version,
        mode=pipeline.mode.value,
        type=pipeline.type.value,
        way=chosen.way,
        action=chosen.action.name,
        bucket=chosen.action.bucket,
        key=key,
        pinned=pinned,
        steps=tuple(_steps(pipeline, delivery, goods, chosen, pinned=pinned)),
        notes=tuple(_notes(pipeline, chosen, pinned=pinned, rules=rules)),
    )


def _steps(pipeline: Pipeline, delivery: Delivery, goods: Goods, chosen: Chosen, *, pinned: bool) -> list[str]:
    action, name = chosen.action, f"{goods.project} {goods.version}"
    steps = []
    if chosen.way is Way.UPLOAD:
        steps.append(
            f"put {name} ({goods.sha256[:12]}) at s3://{action.bucket}/{action.key}, unless it lies there, for "
            f"{action.name} to take, since {chosen.why}"
        )
        pin = "that object's version" if pinned else "whatever is newest there then"
    else:
        pin = f"s3://{action.bucket}/{goods.key} as it is staged: {chosen.why}"
    steps.append(f"start {pipeline.name} ({pipeline.type.value}, {pipeline.mode.value}) with {pin}")
    if delivery.variables:
        steps.append(f"give it the variables {', '.join(delivery.variables)}")
    if not delivery.wait:
        return [*steps, "not wait for its end (`wait: false`)"]
    flow = " → ".join(pipeline.stages)
    steps.append(f"follow it through {flow}, for at most {_minutes(delivery.timeout)}")
    approvals = [one.name for one in pipeline.actions if one.is_approval]
    if approvals:
        steps.append(f"wait there for somebody to decide: {', '.join(approvals)}")
    steps += [_target(one) for one in pipeline.actions if one.is_s3_deploy]
    if delivery.verify_deployed is not Choice.NEVER and any(one.is_s3_deploy for one in pipeline.actions):
        where = " where they may be listed" if delivery.verify_deployed is Choice.AUTO else ""
        steps.append(f"compare the deployed files with the staged ones{where}")
    steps += [f"have {one.distribution} forget {', '.join(one.paths)}" for one in delivery.invalidations]
    if delivery.url:
        steps.append(f"ask {shown_url(delivery.url.url)} until it answers as it should")
    return steps


def _target(action: ActionDefinition) -> str:
    how = "unpacks" if action.extracts else "puts it"
    where = f"{action.bucket}/{action.key}".rstrip("/")
    as_whom = f" as {action.role}" if action.role else ""
    return f"{action.name} {how} into s3://{where}{as_whom}"


def _notes(pipeline: Pipeline, chosen: Chosen, *, pinned: bool, rules: Sequence[str] | None) -> list[str]:
    action, notes = chosen.action, []
    if not pinned:
        notes.append("the execution is not pinned: it may take another object than this version (`allow-unpinned`)")
    if action.polls:
        notes.append(
            f"{action.name} polls its source: a second execution may start by itself; set `PollForSourceChanges: false`"
        )
    if rules:
        many = ", ".join(rules)
        notes.append(f"EventBridge starts it as well ({many}): what it starts for this object is followed, not doubled")
    if rules is None:
        notes.append("whether EventBridge starts it as well may not be read (events:ListRuleNamesByTarget)")
    notes += [
        f"{one.name} ({one.provider}) is a source too, and is not pinned: it takes what is newest"
        for one in pipeline.sources
        if one is not action
    ]
    return notes


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min" if not rest else f"{int(seconds)} s"


def _them(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"
