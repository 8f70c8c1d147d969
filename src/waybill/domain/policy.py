"""What a run may do: one table of the calls that the code makes, from which every policy document is made (P8).

The session policy of a run, the IAM document that is published for the stage role, and the test that runs under it all
come from `STAGE_CALLS`. Buckets and regions are `*` inside the account: naming each bucket would pass STS's 2,048
characters at four regions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

MAX_SESSION_POLICY = 2048
"""Characters of a session policy that STS takes."""


class On(StrEnum):
    """What a call is made on."""

    VERSION = "version"
    EVENTS = "events"
    BUCKET = "bucket"
    LISTING = "listing"
    KEY = "key"
    CONFIGURATION = "configuration"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Call:
    """One IAM action that the code needs, on what, and why."""

    action: str
    on: On
    why: str


STAGE_CALLS = (
    Call("s3:GetObject", On.VERSION, "look at what is stored, and verify what was written"),
    Call("s3:PutObject", On.VERSION, "create the artifact, its metadata, its waybill and its events"),
    Call("s3:AbortMultipartUpload", On.VERSION, "leave nothing behind"),
    Call("s3:GetObject", On.EVENTS, "read withdrawals before a channel moves"),
    Call("s3:ListBucket", On.LISTING, "tell a missing object from a forbidden one, and find events"),
    Call("s3:GetEncryptionConfiguration", On.BUCKET, "look up the bucket's default key; not needed with `kms-key`"),
    Call("kms:GenerateDataKey", On.KEY, "encrypt"),
    Call("kms:Decrypt", On.KEY, "complete multipart uploads, read back"),
    Call("kms:DescribeKey", On.KEY, "find the key behind an alias"),
    Call("ssm:GetParameter", On.CONFIGURATION, "read the organisation configuration and the buckets' names"),
    Call("ssm:GetParameterHistory", On.CHANNEL, "see what the channel named"),
    Call("ssm:PutParameter", On.CHANNEL, "move the channel"),
)


IN_S3 = frozenset({On.VERSION, On.EVENTS, On.BUCKET, On.LISTING})


def calls_of(*, writes: bool, moves: bool, reads_channel: bool, looks_up_key: bool) -> tuple[Call, ...]:
    """Return the calls that one run may make: without writes for a dry run, without the channel's where it stays.

    `kms-key: none` leaves a bucket's default to encrypt, unsaid, so it takes nothing away.
    """
    unneeded = {
        "s3:PutObject": not writes,
        "s3:AbortMultipartUpload": not writes,
        "s3:GetEncryptionConfiguration": not looks_up_key,
        "kms:GenerateDataKey": not writes,
        "ssm:PutParameter": not (writes and moves),
        "ssm:GetParameterHistory": not reads_channel,
    }
    return tuple(
        call for call in STAGE_CALLS if not unneeded.get(call.action, False) and (moves or call.on is not On.EVENTS)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the resources of a policy are narrowed to. `version` and `channel` may be `*`.

    `parameters` are the configuration's and the bucket's parameter names; `key_accounts` the accounts of the KMS keys:
    none means the same account, `*` that a bucket's default key may be anybody's.
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


def resources(scope: Scope) -> Mapping[On, list[str]]:
    """Return the ARNs of each thing that calls are made on."""
    objects = f"arn:{scope.partition}:s3:::*/{scope.key_prefix}{scope.project}@"
    parameter = f"arn:{scope.partition}:ssm:*:{scope.account}:parameter"
    version = scope.version
    return {
        On.VERSION: [f"{objects}{version}"] if version == "*" else [f"{objects}{version}", f"{objects}{version}/*"],
        On.EVENTS: [] if version == "*" else [f"{objects}*/events/{scope.channel}/*"],
        On.BUCKET: [f"arn:{scope.partition}:s3:::*"],
        On.LISTING: [f"arn:{scope.partition}:s3:::*"],
        On.KEY: [
            f"arn:{scope.partition}:kms:*:{account}:key/*" for account in (scope.key_accounts or (scope.account,))
        ],
        On.CONFIGURATION: [f"{parameter}{_rooted(name)}" for name in scope.parameters],
        On.CHANNEL: [f"{parameter}{scope.parameter_prefix}/{scope.project}/{scope.channel}"],
    }


def statements(calls: Iterable[Call], scope: Scope, *, sids: bool = False) -> list[dict[str, Any]]:
    """Return the policy statements for these calls, one for each thing that they are made on."""
    known = resources(scope)
    found = []
    for on in On:
        actions = sorted({call.action for call in calls if call.on is on})
        if not actions or not known[on]:
            continue
        statement: dict[str, Any] = {"Sid": on.value.capitalize()} if sids else {}
        statement |= {"Effect": "Allow", "Action": _one(actions), "Resource": _one(known[on])}
        if condition := _condition(on, scope):
            statement["Condition"] = condition
        found.append(statement)
    return found


def _condition(on: On, scope: Scope) -> dict[str, Any]:
    """Keep S3 inside the account, which its ARNs do not name. S3 always knows it, so IfExists lets nobody out."""
    if on not in IN_S3:
        return {}
    condition: dict[str, Any] = {"StringEqualsIfExists": {"aws:ResourceAccount": scope.account}}
    if on is On.LISTING:
        # HEAD of a missing object is judged by s3:ListBucket too, without a prefix in its context: hence IfExists.
        condition["StringLikeIfExists"] = {"s3:prefix": f"{scope.key_prefix}{scope.project}@*"}
    return condition


def document(calls: Iterable[Call], scope: Scope, *, sids: bool = False) -> dict[str, Any]:
    """Return a whole policy document."""
    return {"Version": "2012-10-17", "Statement": statements(calls, scope, sids=sids)}


def session_policy(calls: Iterable[Call], scope: Scope) -> str:
    """Return the session policy of a run as compact JSON, about 1,100 characters whatever the number of regions.

    Names so long that STS would refuse it are cut, and end in `*`: never narrower than the run needs.
    """
    needed = tuple(calls)
    narrowed = (scope, *(_cut(scope, length) for length in (128, 64, 32, 16)))
    texts = (json.dumps(document(needed, one), separators=(",", ":")) for one in narrowed)
    return next((text for text in texts if len(text) <= MAX_SESSION_POLICY), "") or json.dumps(
        document(needed, replace(_cut(scope, 16), key_accounts=("*",))), separators=(",", ":")
    )


def _cut(scope: Scope, length: int) -> Scope:
    def cut(name: str) -> str:
        return name if len(name) <= length else f"{name[:length]}*"

    return replace(
        scope,
        project=cut(scope.project),
        version=cut(scope.version),
        channel=cut(scope.channel),
        key_prefix=cut(scope.key_prefix),
        parameter_prefix=cut(scope.parameter_prefix),
        parameters=tuple(map(cut, scope.parameters)),
    )


def configuration_policy(partition: str, account: str, parameter: str) -> str:
    """Return the session policy that lets a run read the organisation configuration, before it knows any prefix."""
    resource = f"arn:{partition}:ssm:*:{account}:parameter{_rooted(parameter)}"
    statement = {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def published_stage_policy() -> dict[str, Any]:
    """Return the IAM document that README publishes for the stage role, for the sandbox's organisation.

    It speaks of every project; narrow `*@*` to `PROJECT@*` for a role of one repository.
    """
    scope = Scope(
        partition="aws",
        account="222222222222",
        project="*",
        version="*",
        channel="*",
        key_prefix="",
        parameter_prefix="/artifacts",
        parameters=("/startifact", "/buckets/staging"),
    )
    return document(STAGE_CALLS, scope, sids=True)


def _rooted(name: str) -> str:
    return name if name.startswith("/") else f"/{name}"


def _one(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
