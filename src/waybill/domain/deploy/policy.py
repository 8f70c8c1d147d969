"""Policy documents for the role that works in a pipeline's account (P8): of a run's sessions, and what is published.

A run enters twice: to look, when it knows no more than the pipeline's name, and then to do what it planned.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from waybill.domain.arns import RoleArn
from waybill.domain.calls import PIPELINE_CALLS, PIPELINE_LOOK_CALLS, Call, On
from waybill.domain.deploy.pipeline import Pipeline
from waybill.domain.outputs import distribution_arns, output_condition, output_resources, outputs_of
from waybill.domain.statements import MAX_SESSION_POLICY, cut, stated, whole


class Copies(Protocol):
    """The staged artifact that is put under a pipeline's source key: where it is staged."""

    @property
    def bucket(self) -> str:
        """The staging bucket's name."""

    @property
    def key(self) -> str:
        """The artifact's key."""


def look_policy(role: RoleArn, name: str) -> str:
    """Return the session policy (JSON) that lets a run look at a pipeline, in whatever region, and change nothing."""
    pipeline = f"arn:{role.partition}:codepipeline:*:{role.account}:{name}"
    known = {On.PIPELINE: [pipeline], On.ANYTHING: ["*"], On.PIPELINE_BUCKET: [f"arn:{role.partition}:s3:::*"]}
    return _compact(stated(PIPELINE_LOOK_CALLS, known))


def pipeline_policy(
    role: RoleArn, pipeline: Pipeline, copies: Copies | None, *, distributions: Sequence[str] = ()
) -> str:
    """Return the session policy (JSON) of a run that knows the pipeline's definition.

    Without `copies` nothing may be written into any bucket. `distributions` are CloudFront's ids. What would pass STS's
    2,048 characters is cut, and ends in `*`.
    """
    calls = PIPELINE_CALLS if copies else tuple(call for call in PIPELINE_CALLS if not _writes(call))
    texts = [
        _compact(
            stated(
                calls,
                _resources(role, pipeline, copies, distributions, length),
                lambda on, length=length: _condition(on, pipeline, length),  # type: ignore[misc]
            )
        )
        for length in (1024, 256, 96, 48, 24, 12)
    ]
    return next((text for text in texts if len(text) <= MAX_SESSION_POLICY), "") or _compact(
        stated(calls, _anywhere(role, pipeline))
    )


def published_pipeline_policy() -> dict[str, Any]:
    """Return the IAM document for `pipeline-role`, for the sandbox's pipeline and the version that it is given."""
    known = {
        On.PIPELINE: ["arn:aws:codepipeline:us-east-1:111111111111:crossaccountdeploy"],
        On.PIPELINE_STAGE: ["arn:aws:codepipeline:us-east-1:111111111111:crossaccountdeploy/*"],
        On.ANYTHING: ["*"],
        On.PIPELINE_BUCKET: ["arn:aws:s3:::codepipeline-input-bucket"],
        On.PIPELINE_SOURCE: ["arn:aws:s3:::codepipeline-input-bucket/sample-website.zip"],
        On.STAGED: ["arn:aws:s3:::*/*@*"],
        On.PIPELINE_KEY: ["arn:aws:kms:*:111111111111:key/*", "arn:aws:kms:*:222222222222:key/*"],
        On.OUTPUT_BUCKET: ["arn:aws:s3:::codepipeline-output-bucket"],
        On.OUTPUT: ["arn:aws:s3:::codepipeline-output-bucket/*"],
        On.DISTRIBUTION: ["arn:aws:cloudfront::111111111111:distribution/*"],
    }
    staged = {"StringEqualsIfExists": {"aws:ResourceAccount": "222222222222"}}
    return whole(stated(PIPELINE_CALLS, known, lambda on: staged if on is On.STAGED else {}, sids=True))


def _writes(call: Call) -> bool:
    """Whether only a run needs it that copies the artifact to the source key."""
    return call.on is On.STAGED or call.action in {
        "s3:PutObject",
        "s3:AbortMultipartUpload",
        "kms:GenerateDataKey",
    }


def _resources(
    role: RoleArn, pipeline: Pipeline, copies: Copies | None, distributions: Sequence[str], length: int
) -> Mapping[On, list[str]]:
    s3 = f"arn:{role.partition}:s3:::"
    sources = {(source.bucket, source.key) for source in pipeline.s3_sources}
    return {
        On.PIPELINE: [pipeline.arn],
        On.PIPELINE_STAGE: [f"{pipeline.arn}/*"],
        On.ANYTHING: ["*"],
        On.PIPELINE_BUCKET: sorted({f"{s3}{cut(bucket, length)}" for bucket, _ in sources}),
        On.PIPELINE_SOURCE: sorted({f"{s3}{cut(f'{bucket}/{key}', length)}" for bucket, key in sources}),
        On.STAGED: [f"{s3}{cut(f'{copies.bucket}/{copies.key}', length)}"] if copies else [],
        On.PIPELINE_KEY: [f"arn:{role.partition}:kms:*:*:key/*"],
        **output_resources(role.partition, outputs_of(pipeline), length),
        On.DISTRIBUTION: distribution_arns(role.partition, role.account, distributions),
    }


def _anywhere(role: RoleArn, pipeline: Pipeline) -> Mapping[On, list[str]]:
    """Return what is left where a definition names more buckets than a session policy can."""
    s3 = f"arn:{role.partition}:s3:::*"
    buckets = (On.PIPELINE_BUCKET, On.PIPELINE_SOURCE, On.STAGED, On.OUTPUT_BUCKET, On.OUTPUT)
    return {
        On.PIPELINE: [pipeline.arn],
        On.PIPELINE_STAGE: [f"{pipeline.arn}/*"],
        On.ANYTHING: ["*"],
        On.PIPELINE_KEY: [f"arn:{role.partition}:kms:*:*:key/*"],
        On.DISTRIBUTION: [f"arn:{role.partition}:cloudfront::{role.account}:distribution/*"],
        **{on: [s3] for on in buckets},
    }


def _condition(on: On, pipeline: Pipeline, length: int) -> Mapping[str, Any]:
    """Keep listings to the source key. HEAD of a missing object is judged without a prefix: hence IfExists."""
    if on is On.OUTPUT_BUCKET:
        return output_condition(outputs_of(pipeline), length)
    if on is not On.PIPELINE_BUCKET:
        return {}
    keys = {source.key for source in pipeline.s3_sources}
    prefixes = sorted({f"{cut(key, length).rstrip('*')}*" for key in keys if key})
    return {"StringLikeIfExists": {"s3:prefix": prefixes}} if prefixes else {}


def _compact(statements: Iterable[dict[str, Any]]) -> str:
    return json.dumps(whole(list(statements)), separators=(",", ":"))
