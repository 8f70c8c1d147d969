"""The managed policies as the tables of calls have them, for the buckets, parameters and key of region.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from waybill.domain.calls import (
    CONFIGURE_CALLS,
    DEPLOY_CALLS,
    PROMOTE_CALLS,
    SOURCE_CALLS,
    STAGE_CALLS,
    STATUS_CALLS,
    Call,
    On,
)
from waybill.domain.outputs import Output
from waybill.domain.policy import Scope, Source, document

READING = tuple(dict.fromkeys([*SOURCE_CALLS, *STATUS_CALLS]))
"""Everything that only looks: download, info, versions, status, and the source of a promotion."""

SCOPE = Scope(
    partition="aws",
    account="222222222222",
    project="*",
    version="*",
    channel="*",
    key_prefix="artifacts/",
    parameter_prefix="/artifacts",
    parameters=("/startifact", "/buckets/staging"),
)
PARAMETERS: Mapping[str, str] = {
    "HomeRegion": "us-east-1",
    "KeyPrefix": "artifacts/",
    "SourceAccount": "111111111111",
    "PipelineAccount": "111111111111",
    "OutputBucketArns": "arn:aws:s3:::pages-one,arn:aws:s3:::pages-two",
    "DistributionSetup": "acme",
}
"""What region.yaml is given for that scope."""


def expected() -> dict[str, dict[str, Any]]:
    """Return the managed policies of region.yaml by name, made from the tables."""
    source = replace(
        SCOPE, source=Source(account="111111111111", key_prefix="artifacts/", key_accounts=("111111111111",))
    )
    outputs = (Output(bucket="pages-one", below="*"), Output(bucket="pages-two", below="*"))
    beside = {On.DISTRIBUTION: ["arn:aws:cloudfront::222222222222:distribution/*"]}
    deploy = made(
        DEPLOY_CALLS, replace(SCOPE, outputs=outputs, key_accounts=("222222222222", "111111111111"), beside=beside)
    )
    # Their ids are known once they stand; their tags are before.
    (shown,) = [one for one in deploy["Statement"] if one["Sid"] == "Distribution"]
    shown["Condition"] = {"StringEquals": {"aws:ResourceTag/waybill:setup": "acme"}}
    return {
        "AllowRead": made(READING, replace(SCOPE, browses=True)),
        "AllowWrite": made(STAGE_CALLS, SCOPE),
        "AllowPromote": made(PROMOTE_CALLS, source),
        "AllowDeploy": deploy,
        "AllowConfigure": made(CONFIGURE_CALLS, replace(SCOPE, parameters=("/startifact",))),
    }


def made(calls: Iterable[Call], scope: Scope) -> dict[str, Any]:
    """Return the document; where it says any bucket, or any key of this account, the template says which."""
    return {
        "Version": "2012-10-17",
        "Statement": [narrowed(statement) for statement in document(calls, scope, sids=True)["Statement"]],
    }


def narrowed(statement: Mapping[str, Any]) -> dict[str, Any]:
    buckets = "waybill-staging-*" if statement["Sid"] == "Source" else "waybill-staging-222222222222-*"
    resources = statement["Resource"]
    texts = [
        one.replace("arn:aws:s3:::*", f"arn:aws:s3:::{buckets}").replace("222222222222:key/*", "222222222222:key/<Key>")
        for one in (resources if isinstance(resources, list) else [resources])
    ]
    return {**statement, "Resource": texts if isinstance(resources, list) else texts[0]}
