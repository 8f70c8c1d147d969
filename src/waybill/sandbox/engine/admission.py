"""Who may touch a bucket: the expected owner, and the other account.

moto ignores `x-amz-expected-bucket-owner`, and lets every account into every bucket. Here a bucket of another account
is closed unless it has a bucket policy. (What that policy says is left to moto, which reads only its explicit denies.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote, urlparse

from moto.s3.models import FakeBucket, s3_backends

from waybill.sandbox.engine.refusals import Refusal, access_denied

EXPECTED_OWNER: Final = "x-amz-expected-bucket-owner"
EXPECTED_SOURCE_OWNER: Final = "x-amz-source-expected-bucket-owner"
_ALLOWED_ACLS: Final = frozenset({"bucket-owner-full-control", "private"})


def admit(bucket_name: str, caller_account: str, headers: Mapping[str, str]) -> None:
    """Raise `Refusal` unless a caller of `caller_account` may touch the bucket, and a copy's source.

    A bucket that does not exist is admitted: moto answers NoSuchBucket.
    """
    _admit_bucket(bucket_name, caller_account, headers.get(EXPECTED_OWNER))
    source = headers.get("x-amz-copy-source")
    if source:
        source_bucket = unquote(urlparse(source).path).lstrip("/").split("/", 1)[0]
        _admit_bucket(source_bucket, caller_account, headers.get(EXPECTED_SOURCE_OWNER))
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


def _admit_bucket(bucket_name: str, caller_account: str, expected_owner: str | None) -> None:
    bucket = find(bucket_name)
    if bucket is None:
        return
    if expected_owner is not None and expected_owner != bucket.account_id:
        raise access_denied()
    if bucket.account_id != caller_account and bucket.policy is None:
        raise access_denied()
