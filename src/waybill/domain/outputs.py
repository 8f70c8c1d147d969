"""Where a pipeline's S3 deploy actions put their files, and what shows them: as far as a policy needs to know. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from waybill.domain.calls import On
from waybill.domain.statements import cut

if TYPE_CHECKING:  # a stage's policy is made beside, and knows no pipeline
    from waybill.domain.deploy.pipeline import ActionDefinition, Pipeline

MARKS = ("#{", "{datetime}", "{uuid}")
"""What the pipeline fills in while it runs; before that a name is known up to there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One action's bucket, and `below`: what the keys of its files begin with, or are. Both may end in `*`.

    `key_account` is whose KMS key encrypts there, empty where the bucket's default does.
    """

    bucket: str
    below: str
    key_account: str = ""


MOST_NAMED = 4
"""Distributions that a session policy names; of more it says `*`."""

ANYWHERE = (Output(bucket="*", below="*"),)
"""What is left where there are more buckets than a session policy can name."""


def outputs_of(pipeline: Pipeline) -> tuple[Output, ...]:
    """Return where the pipeline's S3 deploy actions write, each place once."""
    return tuple(dict.fromkeys(_output(action) for action in pipeline.actions if action.is_s3_deploy))


def _output(action: ActionDefinition) -> Output:
    key = _fixed(action.key)
    if action.extracts and not key.endswith("*"):
        key = f"{key.rstrip('/')}/*".lstrip("/")
    arn = action.configuration.get("KMSEncryptionKeyARN", "").split(":")
    return Output(bucket=_fixed(action.bucket), below=key or "*", key_account=arn[4] if len(arn) > 4 else "")


def output_resources(partition: str, outputs: Sequence[Output], length: int) -> Mapping[On, list[str]]:
    """Return the ARNs of the buckets and of their files; names longer than `length` are cut, and end in `*`."""
    s3 = f"arn:{partition}:s3:::"
    return {
        On.OUTPUT_BUCKET: sorted({f"{s3}{cut(one.bucket, length)}" for one in outputs}),
        On.OUTPUT: sorted({f"{s3}{_object(one, length)}" for one in outputs}),
    }


def output_condition(outputs: Sequence[Output], length: int) -> Mapping[str, Any]:
    """Keep listings to the folders. HEAD of a missing object is judged without a prefix: hence IfExists."""
    prefixes = sorted({cut(one.below, length) for one in outputs})
    return {"StringLikeIfExists": {"s3:prefix": prefixes}} if prefixes and "*" not in prefixes else {}


def _object(output: Output, length: int) -> str:
    return f"{cut(output.bucket, length)}/{cut(output.below, length)}"


def _fixed(name: str) -> str:
    """Return a name as far as it is known before the pipeline fills in its variables."""
    start = min((name.index(mark) for mark in MARKS if mark in name), default=-1)
    return name if start < 0 else f"{name[:start]}*"


def distribution_arns(partition: str, account: str, distributions: Iterable[str]) -> list[str]:
    """Return the ARNs of distributions for a session policy (P8)."""
    arns = [f"arn:{partition}:cloudfront::{account}:distribution/{one}" for one in dict.fromkeys(distributions)]
    return arns if len(arns) <= MOST_NAMED else [f"arn:{partition}:cloudfront::{account}:distribution/*"]
