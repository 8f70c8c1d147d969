"""Policy documents, made from the tables of calls (P8): the session policy of a run, and what is published for roles.

Buckets and regions are `*` inside the account: naming each bucket would pass STS's 2,048 characters at four regions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from waybill.domain.calls import (
    DEPLOY_CALLS,
    IN_THE_ACCOUNT,
    PROMOTE_CALLS,
    ROLLBACK_CALLS,
    SOURCE_CALLS,
    STAGE_CALLS,
    Call,
    On,
)
from waybill.domain.outputs import ANYWHERE, Output, output_condition, output_resources
from waybill.domain.statements import MAX_SESSION_POLICY, cut, stated, whole

ARN_HEAD = 64
"""Characters of an ARN that are kept whatever is cut: service, region and account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the resources of a policy are narrowed to. `version` and `channel` may be `*`.

    `parameters` are the configuration's and the bucket's parameter names; `key_accounts` the accounts of the KMS keys:
    none means the same account, `*` that a bucket's default key may be anybody's. `source` is what is promoted from.
    `browses`: everything is listed, to find out which projects there are. `outputs` is what a pipeline writes to.
    `beside` has the ARNs of what is no bucket, parameter or key: packages.
    """

    partition: str
    account: str
    project: str
    version: str
    channel: str
    key_prefix: str
    parameter_prefix: str
    parameters: tuple[str, ...]
    key_accounts: tuple[str, ...] = ()
    source: Source | None = None
    browses: bool = False
    outputs: tuple[Output, ...] = ()
    beside: Mapping[On, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a promotion comes from: the account, its key prefix, and the accounts of the keys that encrypt there."""

    account: str
    key_prefix: str
    key_accounts: tuple[str, ...] = ("*",)


def resources(scope: Scope) -> Mapping[On, Sequence[str]]:
    """Return the ARNs of each thing that calls are made on."""
    objects = f"arn:{scope.partition}:s3:::*/{scope.key_prefix}{scope.project}@"
    parameter = f"arn:{scope.partition}:ssm:*:{scope.account}:parameter"
    version = scope.version
    return {
        On.VERSION: [f"{objects}{version}"] if version == "*" else [f"{objects}{version}", f"{objects}{version}/*"],
        On.EVENTS: [] if version == "*" else [f"{objects}*/events/{scope.channel}/*"],
        On.RECORDS: [f"{objects}*/events/{scope.channel}/*"],
        On.BUCKET: [f"arn:{scope.partition}:s3:::*"],
        On.LISTING: [f"arn:{scope.partition}:s3:::*"],
        On.KEY: [
            f"arn:{scope.partition}:kms:*:{account}:key/*" for account in (scope.key_accounts or (scope.account,))
        ],
        On.CONFIGURATION: [f"{parameter}{_rooted(name)}" for name in scope.parameters],
        On.CHANNEL: [f"{parameter}{scope.parameter_prefix}/{scope.project}/{scope.channel}"],
        On.CHANNELS: _paths(f"{parameter}{scope.parameter_prefix}", scope.project),
        On.SOURCE: _of_source(scope),
        On.SOURCE_KEY: [
            f"arn:{scope.partition}:kms:*:{account}:key/*"
            for account in (scope.source.key_accounts if scope.source else ())
        ],
        **output_resources(scope.partition, scope.outputs, 1024),
        **scope.beside,
    }


def _paths(prefix: str, project: str) -> list[str]:
    """Return what is asked for by path: AWS judges the path itself, and not the parameters below it."""
    return [f"{prefix}*"] if project == "*" else [f"{prefix}/{project}", f"{prefix}/{project}/*"]


def _of_source(scope: Scope) -> list[str]:
    if scope.source is None:
        return []
    return [f"arn:{scope.partition}:s3:::*/{scope.source.key_prefix}{scope.project}@{scope.version}"]


def statements(calls: Iterable[Call], scope: Scope, *, sids: bool = False) -> list[dict[str, Any]]:
    """Return the policy statements for these calls, one for each thing that they are made on."""
    return stated(calls, resources(scope), lambda on: _condition(on, scope), sids=sids)


def _condition(on: On, scope: Scope) -> dict[str, Any]:
    """Keep S3 inside the account, which its ARNs do not name. S3 always knows it, so IfExists lets nobody out."""
    if on is On.SOURCE and scope.source is not None:
        return {"StringEqualsIfExists": {"aws:ResourceAccount": scope.source.account}}
    if on is On.OUTPUT_BUCKET:
        return dict(output_condition(scope.outputs, 1024))
    if on not in IN_THE_ACCOUNT:
        return {}
    condition: dict[str, Any] = {"StringEqualsIfExists": {"aws:ResourceAccount": scope.account}}
    if on is On.LISTING:
        # HEAD of a missing object is judged by s3:ListBucket too, without a prefix in its context: hence IfExists.
        listed = scope.key_prefix if scope.browses else f"{scope.key_prefix}{scope.project}@"
        condition["StringLikeIfExists"] = {"s3:prefix": f"{listed}*"}
    return condition


def document(calls: Iterable[Call], scope: Scope, *, sids: bool = False) -> dict[str, Any]:
    """Return a whole policy document."""
    return whole(statements(calls, scope, sids=sids))


def session_policy(calls: Iterable[Call], scope: Scope) -> str:
    """Return the session policy of a run as compact JSON, about 1,100 characters whatever the number of regions.

    Names so long that STS would refuse it are cut, and end in `*`: never narrower than the run needs.
    """
    needed = tuple(calls)
    narrowed = [scope, *(_cut(scope, length) for length in (128, 64, 32, 16))]
    narrowed.append(replace(narrowed[-1], key_accounts=("*",)))
    narrowed.append(replace(narrowed[-1], outputs=ANYWHERE if scope.outputs else ()))
    narrowed.append(_cut(narrowed[-1], 8))
    texts = [json.dumps(whole(_once(statements(needed, one))), separators=(",", ":")) for one in narrowed]
    return next((text for text in texts if len(text) <= MAX_SESSION_POLICY), texts[-1])


def _once(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the statements less those of which an earlier one says as much."""

    def says(one: dict[str, Any], other: dict[str, Any]) -> bool:
        same = {**one, "Action": None} == {**other, "Action": None}
        return same and {*_many(other["Action"])} <= {*_many(one["Action"])}

    return [item for number, item in enumerate(found) if not any(says(one, item) for one in found[:number])]


def _many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _cut(scope: Scope, length: int) -> Scope:
    return replace(
        scope,
        project=cut(scope.project, length),
        version=cut(scope.version, length),
        channel=cut(scope.channel, length),
        key_prefix=cut(scope.key_prefix, length),
        parameter_prefix=cut(scope.parameter_prefix, length),
        parameters=tuple(cut(name, length) for name in scope.parameters),
        source=replace(scope.source, key_prefix=cut(scope.source.key_prefix, length)) if scope.source else None,
        outputs=tuple(
            replace(one, bucket=cut(one.bucket, length), below=cut(one.below, length)) for one in scope.outputs
        ),
        beside={on: [cut(arn, ARN_HEAD + length) for arn in arns] for on, arns in scope.beside.items()},
    )


def configuration_policy(partition: str, account: str, parameter: str) -> str:
    """Return the session policy that lets a run read the organisation configuration, before it knows any prefix."""
    resource = f"arn:{partition}:ssm:*:{account}:parameter{_rooted(parameter)}"
    statement = {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": resource}
    return json.dumps(whole([statement]), separators=(",", ":"))


def published_stage_policy() -> dict[str, Any]:
    """Return the IAM document that README publishes for the stage role, for the sandbox's organisation.

    It speaks of every project; narrow `*@*` to `PROJECT@*` for a role of one repository.
    """
    return document(STAGE_CALLS, _published(), sids=True)


def published_promote_policy() -> dict[str, Any]:
    """Return the IAM document for the role that promotes: what stage needs, and to read in the source account."""
    return document(PROMOTE_CALLS, _published(Source(account="111111111111", key_prefix="")), sids=True)


def published_rollback_policy() -> dict[str, Any]:
    """Return the IAM document for the role that rolls back: it writes events, and nothing else beside the versions."""
    return document(ROLLBACK_CALLS, _published(), sids=True)


def published_deploy_policy() -> dict[str, Any]:
    """Return the IAM document for the role that deploys, in the account where versions are staged."""
    outputs = (Output(bucket="codepipeline-output-bucket", below="*"),)
    # What a pipeline deploys may be encrypted by a key of its own account.
    beside = {On.DISTRIBUTION: ["arn:aws:cloudfront::222222222222:distribution/*"]}
    scope = replace(_published(), outputs=outputs, key_accounts=("222222222222", "111111111111"), beside=beside)
    return document(DEPLOY_CALLS, scope, sids=True)


def published_read_policy() -> dict[str, Any]:
    """Return the IAM document for the role that reads in the source account of a promotion (`from-role`)."""
    return document(SOURCE_CALLS, _published(account="111111111111"), sids=True)


def _published(source: Source | None = None, account: str = "222222222222") -> Scope:
    return Scope(
        partition="aws",
        account=account,
        project="*",
        version="*",
        channel="*",
        key_prefix="",
        parameter_prefix="/artifacts",
        parameters=("/startifact", "/buckets/staging"),
        source=source,
    )


def _rooted(name: str) -> str:
    return name if name.startswith("/") else f"/{name}"
