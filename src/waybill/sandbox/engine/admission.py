"""Who may touch a bucket: the expected owner, and whom its policy does not deny or, of another account, lets in.

moto ignores `x-amz-expected-bucket-owner`, lets every account into every bucket, and applies a policy's denials
whatever their conditions and principals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlparse

from moto.s3.models import FakeBucket, s3_backends

from waybill.domain.iam.policies import Decision
from waybill.sandbox.engine import judging, s3_actions
from waybill.sandbox.engine.refusals import Refusal, access_denied

EXPECTED_OWNER: Final = "x-amz-expected-bucket-owner"
EXPECTED_SOURCE_OWNER: Final = "x-amz-source-expected-bucket-owner"
_CREATE: Final = "s3:CreateBucket"
# An account's root gets these whatever a policy says, so that nobody locks himself out.
_ROOTS: Final = frozenset({"s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy"})
_ALLOWED_ACLS: Final = frozenset({"bucket-owner-full-control", "private"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: `arn` tells it, for it is seldom needed."""

    account: str
    arn: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of a bucket, or of its object `key`. `headers` have lower-case names; `creates`: an object."""

    bucket: str
    key: str = ""
    action: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, list[str]] = field(default_factory=dict)
    creates: bool = False

    @property
    def resource(self) -> str:
        """Its ARN."""
        return f"arn:aws:s3:::{self.bucket}/{self.key}" if self.key else f"arn:aws:s3:::{self.bucket}"


@dataclass(frozen=True, slots=True)
class Source:
    """What a copy is made from, as its header says. `version_id` None: the current version."""

    bucket: str
    key: str
    version_id: str | None

    @property
    def action(self) -> str:
        """What reading it is called in policies."""
        return "s3:GetObjectVersion" if self.version_id else "s3:GetObject"


def source_of(headers: Mapping[str, str]) -> Source | None:
    """Return the source of a copy; None where the request is none."""
    text = headers.get("x-amz-copy-source")
    if not text:
        return None
    parsed = urlparse(text)
    bucket, _, key = unquote(parsed.path).lstrip("/").partition("/")
    return Source(bucket, key, parse_qs(parsed.query).get("versionId", [None])[0])


def admit(asked: Asked, caller: Caller) -> None:
    """Raise `Refusal` unless the caller may touch the bucket so, and a copy's source.

    A bucket that does not exist is admitted: moto answers NoSuchBucket.
    """
    headers = asked.headers
    _admit(asked, caller, headers.get(EXPECTED_OWNER))
    source = source_of(headers)
    if source is not None:
        read = Asked(bucket=source.bucket, key=source.key, action=source.action)
        _admit(read, caller, headers.get(EXPECTED_SOURCE_OWNER))
    acl = headers.get("x-amz-acl")
    bucket = find(asked.bucket)
    if acl and acl not in _ALLOWED_ACLS and bucket and str(bucket.ownership_rule) == "BucketOwnerEnforced":
        raise Refusal("AccessControlListNotSupported", "The bucket does not allow ACLs")


def find(bucket_name: str) -> FakeBucket | None:
    """Return the bucket of whichever account has it, or None."""
    if bucket_name not in s3_backends.bucket_accounts:
        return None
    partition, account = s3_backends.bucket_accounts[bucket_name]
    return s3_backends[account][partition].get_bucket(bucket_name)


def judge(asked: Asked, bucket: FakeBucket, caller: Caller) -> Decision:
    """Return what the bucket's policy says to the caller."""
    if not bucket.policy:
        return Decision.NEITHER
    context = s3_actions.context_of(
        asked.action,
        asked.query,
        asked.headers,
        owner=bucket.account_id,
        creates=asked.creates,
        upload=_began_with(bucket, asked.query),
    )
    policy = bucket.policy.decode()
    return judging.judge(
        policy, asked.action, caller=caller.arn(), account=caller.account, resource=asked.resource, context=context
    )


def install() -> None:
    """Let bucket policies be read here only, and not by moto, which knows neither principals nor conditions."""

    def neither(self: FakeBucket, action: str, resource: str) -> Any:
        return None

    FakeBucket.get_permission = neither  # type: ignore[method-assign]


def _admit(asked: Asked, caller: Caller, expected_owner: str | None) -> None:
    bucket = find(asked.bucket)
    if bucket is None or (asked.action == _CREATE and not asked.key):
        return
    if expected_owner is not None and expected_owner != bucket.account_id:
        raise access_denied()
    said = judge(asked, bucket, caller)
    if bucket.account_id != caller.account:
        if said is not Decision.ALLOWED:
            raise access_denied()
    elif said is Decision.DENIED and not (asked.action in _ROOTS and caller.arn().endswith(":root")):
        raise access_denied(
            f"User: {caller.arn()} is not authorized to perform: {asked.action} on resource: "
            f'"{asked.resource}" with an explicit deny in a resource-based policy'
        )


def _began_with(bucket: FakeBucket, query: Mapping[str, list[str]]) -> dict[str, str]:
    """Return the encryption of the upload that a request is a part of: its parts name none, and go as it went."""
    upload = bucket.multiparts.get(next(iter(query.get("uploadId", [])), ""))
    if upload is None:
        return {}
    named = {s3_actions.SSE: upload.sse_encryption, s3_actions.SSE_KEY: upload.kms_key_id}
    return {name: str(value) for name, value in named.items() if value}
