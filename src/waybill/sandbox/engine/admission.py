"""Who may touch a bucket: the expected owner, and the other account.

moto ignores `x-amz-expected-bucket-owner`, and lets every account into every bucket. Here a bucket of another account
is closed to whom its bucket policy does not let in. (Of what it says to its own account moto reads explicit denies.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, unquote, urlparse

from moto.s3.models import FakeBucket, s3_backends

from waybill.sandbox.engine import trust
from waybill.sandbox.engine.refusals import Refusal, access_denied

EXPECTED_OWNER: Final = "x-amz-expected-bucket-owner"
EXPECTED_SOURCE_OWNER: Final = "x-amz-source-expected-bucket-owner"
_DETAILS: Final = frozenset(
    [
        "x-id",
        "list-type",
        "prefix",
        "delimiter",
        "max-keys",
        "encoding-type",
        "continuation-token",
        "start-after",
        "fetch-owner",
        "key-marker",
        "upload-id-marker",
        "max-uploads",
    ]
)
_ON_BUCKETS: Final = {
    ("GET", frozenset[str]()): "s3:ListBucket",
    ("GET", frozenset({"uploads"})): "s3:ListBucketMultipartUploads",
    ("GET", frozenset({"encryption"})): "s3:GetEncryptionConfiguration",
    ("GET", frozenset({"versioning"})): "s3:GetBucketVersioning",
    ("GET", frozenset({"location"})): "s3:GetBucketLocation",
}
_ON_OBJECTS: Final = {
    ("GET", frozenset[str]()): "s3:GetObject",
    ("GET", frozenset({"partNumber"})): "s3:GetObject",
    ("GET", frozenset({"versionId"})): "s3:GetObjectVersion",
    ("PUT", frozenset[str]()): "s3:PutObject",
    ("PUT", frozenset({"uploadId", "partNumber"})): "s3:PutObject",
    ("POST", frozenset({"uploads"})): "s3:PutObject",
    ("POST", frozenset({"uploadId"})): "s3:PutObject",
    ("DELETE", frozenset[str]()): "s3:DeleteObject",
    ("DELETE", frozenset({"uploadId"})): "s3:AbortMultipartUpload",
}
_ALLOWED_ACLS: Final = frozenset({"bucket-owner-full-control", "private"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: `arn` tells it, for it is seldom needed."""

    account: str
    arn: Callable[[], str]


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


def admit(bucket_name: str, key: str, action: str, caller: Caller, headers: Mapping[str, str]) -> None:
    """Raise `Refusal` unless the caller may touch the bucket so, and a copy's source.

    A bucket that does not exist is admitted: moto answers NoSuchBucket.
    """
    _admit_bucket(bucket_name, key, action, caller, headers.get(EXPECTED_OWNER))
    source = source_of(headers)
    if source is not None:
        _admit_bucket(source.bucket, source.key, source.action, caller, headers.get(EXPECTED_SOURCE_OWNER))
    acl = headers.get("x-amz-acl")
    bucket = find(bucket_name)
    if acl and acl not in _ALLOWED_ACLS and bucket and str(bucket.ownership_rule) == "BucketOwnerEnforced":
        raise Refusal("AccessControlListNotSupported", "The bucket does not allow ACLs")


def find(bucket_name: str) -> FakeBucket | None:
    """Return the bucket of whichever account has it, or None."""
    if bucket_name not in s3_backends.bucket_accounts:
        return None
    partition, account = s3_backends.bucket_accounts[bucket_name]
    return s3_backends[account][partition].get_bucket(bucket_name)


def action_of(method: str, key: str, query: Iterable[str]) -> str:
    """Return what a request is called in policies, as far as another account may be let in; else `s3:Other`."""
    asked = frozenset(query) - _DETAILS
    table = _ON_OBJECTS if key else _ON_BUCKETS
    return table.get(("GET" if method == "HEAD" else method, asked), "s3:Other")


def _admit_bucket(bucket_name: str, key: str, action: str, caller: Caller, expected_owner: str | None) -> None:
    bucket = find(bucket_name)
    if bucket is None:
        return
    if expected_owner is not None and expected_owner != bucket.account_id:
        raise access_denied()
    if bucket.account_id == caller.account:
        return
    resource = f"arn:aws:s3:::{bucket_name}/{key}" if key else f"arn:aws:s3:::{bucket_name}"
    asked = trust.Request(caller.arn(), caller.account, {}, resource)
    if bucket.policy is None or not trust.allows(bucket.policy.decode(), action, asked):
        raise access_denied()
