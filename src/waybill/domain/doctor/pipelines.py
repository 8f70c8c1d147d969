"""A pipeline: whether an execution can be pinned to a version, and what starts, stops or doubles it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from waybill.domain.deploy.execution import StageState
from waybill.domain.deploy.pipeline import ActionDefinition, Mode, Pipeline
from waybill.domain.doctor.verdicts import bad, doubtful, good, unknown, unseen
from waybill.domain.findings import Finding, Seen, Unseen, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineLook:
    """A pipeline as it was looked at. `staging` are the staging buckets; `versioned` is its source bucket's.

    `rules` are those of EventBridge that start it. `named`: it is the one that deploys; else it may be anybody's.
    """

    pipeline: Pipeline
    named: bool = True
    staging: frozenset[str]
    versioned: Seen[bool] | Unseen
    rules: Seen[Sequence[str]] | Unseen
    stages: Seen[Sequence[StageState]] | Unseen


def pipeline_findings(look: PipelineLook) -> Iterator[Finding]:
    """Yield what there is to say of how a pipeline takes a version, and goes."""
    pipeline = look.pipeline
    region, subject = pipeline.region, pipeline.name
    yield _of_anybody(look, _mode(pipeline))
    sources = pipeline.s3_sources
    if len(sources) != 1:
        names = ", ".join(f"{one.name} ({one.provider})" for one in pipeline.sources) or "no source action"
        says = f"has {len(sources)} S3 source actions ({names}), and needs one for a version to be given to it"
        one = bad("pipeline-source", says, "Give it one S3 source action.", region=region, subject=subject)
        yield _of_anybody(look, one)
        return
    yield good("pipeline-source", f"takes its source from S3 ({sources[0].bucket})", region=region, subject=subject)
    yield _override(look, sources[0])
    yield _versioning(look, sources[0])
    yield from _watched(look, sources[0])
    yield _transitions(look)


def _of_anybody(look: PipelineLook, one: Finding) -> Finding:
    """Return a finding as a warning, where nobody says that this pipeline is to deploy a version."""
    if look.named or one.verdict is not Verdict.FAIL:
        return one
    return replace(one, verdict=Verdict.WARN, mend=f"{one.mend} # where it is the `pipeline` that deploys")


def _mode(pipeline: Pipeline) -> Finding:
    check, region, subject = "pipeline-mode", pipeline.region, pipeline.name
    if pipeline.mode is Mode.PARALLEL:
        says = "runs in PARALLEL mode, where an S3 source takes whatever is newest: it cannot be pinned to a version"
        mend = _update(pipeline, "executionMode", "QUEUED")
        return bad(check, says, mend, region=region, subject=subject)
    return good(check, "runs in a mode that can be pinned", region=region, subject=subject)


def _override(look: PipelineLook, source: ActionDefinition) -> Finding:
    pipeline = look.pipeline
    check, region, subject = "source-override", pipeline.region, pipeline.name
    if source.bucket not in look.staging:
        return good(check, "has a source bucket of its own", region=region, subject=subject)
    if source.lets_key_be_overridden:
        return good(check, "lets a start name the staged version's key", region=region, subject=subject)
    says = f"reads the staging bucket {source.bucket}, and lets no start name a version's key: nothing can be deployed"
    mend = _update(pipeline, f"{source.name}'s AllowOverrideForS3ObjectKey", "true")
    return bad(check, says, mend, region=region, subject=subject)


def _versioning(look: PipelineLook, source: ActionDefinition) -> Finding:
    pipeline = look.pipeline
    check, region, subject = "source-versioning", pipeline.region, pipeline.name
    if isinstance(look.versioned, Unseen):
        return unseen(check, look.versioned, region=region, subject=subject)
    if look.versioned.value:
        return good(check, "its source bucket is versioned", region=region, subject=subject)
    says = f"takes its source from {source.bucket}, which is not versioned: it cannot be pinned"
    mend = (
        f"aws s3api put-bucket-versioning --region {source.region or region} --bucket {source.bucket} "
        "--versioning-configuration Status=Enabled"
    )
    return bad(check, says, mend, region=region, subject=subject)


def _watched(look: PipelineLook, source: ActionDefinition) -> Iterator[Finding]:
    pipeline = look.pipeline
    region, subject = pipeline.region, pipeline.name
    rules = look.rules.value if isinstance(look.rules, Seen) else ()
    stop_polling = _update(pipeline, f"{source.name}'s PollForSourceChanges", "false")
    if source.polls and rules:
        many = ", ".join(rules)
        says = f"is started twice by every upload: {source.name} polls its source, and EventBridge starts it ({many})"
        if "PollForSourceChanges" not in source.configuration:
            says += "; it polls since nothing is said of it"
            yield doubtful("watched-twice", says, stop_polling, region=region, subject=subject)
        else:
            yield bad("watched-twice", says, stop_polling, region=region, subject=subject)
        return
    if isinstance(look.rules, Unseen):
        why = f"whether EventBridge starts it may not be looked at: {look.rules.why}"
        yield unknown("watched-twice", why, region=region, subject=subject)
    else:
        yield good("watched-twice", "its source is not watched twice", region=region, subject=subject)
    if source.polls:
        says = f"{source.name} polls its source: beside the execution that a deploy starts, a second one starts"
        yield doubtful("source-polling", says, stop_polling, region=region, subject=subject)
    else:
        yield good("source-polling", "does not poll its source", region=region, subject=subject)


def _transitions(look: PipelineLook) -> Finding:
    pipeline = look.pipeline
    check, region, subject = "transition", pipeline.region, pipeline.name
    if isinstance(look.stages, Unseen):
        return unseen(check, look.stages, region=region, subject=subject)
    closed = [stage for stage in look.stages.value if not stage.open]
    if not closed:
        return good(check, "the way into every stage is open", region=region, subject=subject)
    told = ", ".join(f"{one.name}{f' ({one.reason})' if one.reason else ''}" for one in closed)
    says = f"the way into {told} is closed: an execution waits before it until somebody opens it"
    mend = " && ".join(
        f"aws codepipeline enable-stage-transition --region {region} --pipeline-name {subject} "
        f"--stage-name {one.name} --transition-type Inbound"
        for one in closed
    )
    return doubtful(check, says, mend, region=region, subject=subject)


def _update(pipeline: Pipeline, what: str, value: str) -> str:
    where = f"--region {pipeline.region}"
    get = f"aws codepipeline get-pipeline {where} --name {pipeline.name} --query '{{pipeline: pipeline}}'"
    put = f"aws codepipeline update-pipeline {where} --cli-input-json file://pipeline.json"
    return f"{get} > pipeline.json && ${{EDITOR:-vi}} pipeline.json && {put} # in the editor set {what} to {value}"
