"""An existing bucket as it is, and what of it is not as `region.yaml` would make it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any

from waybill.domain import stored
from waybill.domain.arns import partition_of
from waybill.domain.findings import Finding, Seen, Unseen, Verdict
from waybill.domain.shell import quoted

MUST = frozenset({"bucket", "versioning", "encryption"})
"""Checks without which nothing can be staged in a bucket, or not safely; the others only say what is better."""


ABORTING: Mapping[str, Any] = MappingProxyType(
    {
        "ID": "abort-unfinished-uploads",
        "Status": "Enabled",
        "Filter": {},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
)
"""The lifecycle rule of `region.yaml` that aborts what a runner left."""


class Missing(Enum):
    """Why a bucket cannot be looked at. S3 says no more: who may not look is not told whose it is."""

    ABSENT = "there is no bucket of this name"
    ELSEWHERE = "it is in another region"
    FORBIDDEN = "it belongs to another account, or may not be looked at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Default:
    """A bucket's default encryption: S3's word for it, the key as written there, and whether it has a bucket key."""

    algorithm: str = "AES256"
    key: str = ""
    bucket_key: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """What a bucket's lifecycle rules do. `expiring`: ids of the rules that expire current versions."""

    expiring: tuple[str, ...] = ()
    aborts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketFacts:
    """A bucket in its region, which belongs to the account. `versioning` is S3's word, `policy` JSON or empty."""

    versioning: Seen[str] | Unseen
    encryption: Seen[Default] | Unseen
    public_access_blocked: Seen[bool] | Unseen
    owner_enforced: Seen[bool] | Unseen
    policy: Seen[str] | Unseen
    lifecycle: Seen[Lifecycle] | Unseen


def judged(name: str, region: str, facts: BucketFacts | Missing, *, key: str = "") -> tuple[Finding, ...]:
    """Return a finding for each check of a bucket. `key` is the ARN of one that it may have; empty: none is known."""
    if isinstance(facts, Missing):
        mend = "Name the bucket's own account and region, or another bucket."
        gone = Finding(check="bucket", verdict=Verdict.FAIL, says=facts.value, mend=mend)
        return (_about(gone, name, region),)
    there = Finding(check="bucket", verdict=Verdict.PASS, says=f"is there, in {region}, and is the account's own")
    found = (there, *_judgements(_Bucket(name, region, key), facts))
    return tuple(_about(one, name, region) for one in found)


def _about(one: Finding, name: str, region: str) -> Finding:
    return Finding(check=one.check, verdict=one.verdict, says=one.says, mend=one.mend, region=region, subject=name)


@dataclass(frozen=True, slots=True)
class _Bucket:
    name: str
    region: str
    key: str = ""

    def cli(self, command: str, **given: str) -> str:
        """Return the command line that sets one thing of the bucket."""
        options = "".join(f" --{name.replace('_', '-')} {self._word(value)}" for name, value in given.items())
        return f"aws s3api {command} --region {self.region} --bucket {self.name}{options}"

    def _word(self, value: str) -> str:
        return quoted(value, KEY_ARN=f"the ARN of a key of {self.region}")


def _judgements(bucket: _Bucket, facts: BucketFacts) -> Iterator[Finding]:
    yield _versioning(bucket, facts.versioning)
    yield from _encryption(bucket, facts.encryption)
    yield _flag(
        "public-access",
        facts.public_access_blocked,
        ("public access is blocked in full", "public access is not blocked in full"),
        bucket.cli(
            "put-public-access-block",
            public_access_block_configuration="BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,"
            "RestrictPublicBuckets=true",
        ),
    )
    yield _flag(
        "ownership",
        facts.owner_enforced,
        ("the bucket's owner owns every object", "objects may belong to whoever wrote them"),
        bucket.cli("put-bucket-ownership-controls", ownership_controls="Rules=[{ObjectOwnership=BucketOwnerEnforced}]"),
    )
    yield _policy(bucket, facts.policy)
    yield from _lifecycle(bucket, facts.lifecycle)


def _versioning(bucket: _Bucket, fact: Seen[str] | Unseen) -> Finding:
    if isinstance(fact, Unseen):
        return _unseen("versioning", fact)
    if fact.value == "Enabled":
        return Finding(check="versioning", verdict=Verdict.PASS, says="is versioned")
    says = "is not versioned: what is deleted or overwritten is gone, and no pipeline can be pinned to it"
    mend = bucket.cli("put-bucket-versioning", versioning_configuration="Status=Enabled")
    return Finding(check="versioning", verdict=Verdict.FAIL, says=says, mend=mend)


def _encryption(bucket: _Bucket, fact: Seen[Default] | Unseen) -> Iterator[Finding]:
    if isinstance(fact, Unseen):
        yield _unseen("encryption", fact)
        return
    default = fact.value
    mend = _encrypting(bucket, bucket.key or "KEY_ARN")
    if not default.algorithm.startswith("aws:kms"):
        says = f"is encrypted with {default.algorithm} by default, and not with KMS"
        yield Finding(check="encryption", verdict=Verdict.FAIL, says=says, mend=mend)
        return
    yield Finding(check="encryption", verdict=Verdict.PASS, says="is encrypted with KMS by default")
    if not default.key or default.key.endswith("alias/aws/s3"):
        says = "its key is the one that AWS manages, which no other account can use: nobody can promote from here"
        yield Finding(check="customer-key", verdict=Verdict.WARN, says=says, mend=mend)
    else:
        yield Finding(check="customer-key", verdict=Verdict.PASS, says="has a key of its own")
    if default.algorithm == "aws:kms":
        yield _flag(
            "bucket-key",
            Seen(default.bucket_key),
            ("has a bucket key", "has no bucket key: each object asks KMS"),
            _encrypting(bucket, default.key or "alias/aws/s3"),
        )


def _encrypting(bucket: _Bucket, key: str) -> str:
    """Return the command line that has a bucket encrypt with a key, by a bucket key."""
    by_default = f"{{SSEAlgorithm=aws:kms,KMSMasterKeyID={key}}}"
    rules = f"Rules=[{{ApplyServerSideEncryptionByDefault={by_default},BucketKeyEnabled=true}}]"
    return bucket.cli("put-bucket-encryption", server_side_encryption_configuration=rules)


def _policy(bucket: _Bucket, fact: Seen[str] | Unseen) -> Finding:
    arn = f"arn:{partition_of(bucket.region)}:s3:::{bucket.name}"
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    mend = f"Add to the bucket policy: {json.dumps(denial)}"
    seen = fact if isinstance(fact, Unseen) else Seen(_denies_plain_http(fact.value))
    return _flag("tls-only", seen, ("is reached by TLS only", "may be reached without TLS"), mend)


def _denies_plain_http(text: str) -> bool:
    """Whether a bucket policy denies everybody everything without TLS."""
    try:
        statements = stored.load_object(text or "{}").get("Statement", [])
    except ValueError:
        return False
    for one in statements if isinstance(statements, list) else [statements]:
        if not isinstance(one, dict) or one.get("Effect") != "Deny":
            continue
        everybody = json.dumps(one.get("Principal")) in {'"*"', '{"AWS": "*"}', '{"AWS": ["*"]}'}
        everything = one.get("Action") in ("s3:*", ["s3:*"], "*", ["*"])
        condition = one.get("Condition", {})
        plain = condition.get("Bool", {}).get("aws:SecureTransport") if isinstance(condition, dict) else None
        if everybody and everything and len(condition) == 1 and plain in ("false", False, ["false"]):
            return True
    return False


def _lifecycle(bucket: _Bucket, fact: Seen[Lifecycle] | Unseen) -> Iterator[Finding]:
    if isinstance(fact, Unseen):
        yield _unseen("expiry", fact)
        return
    rules = ", ".join(fact.value.expiring)
    if rules:
        says = f"its lifecycle rules expire current versions ({rules}): what is staged goes away by itself"
        mend = (
            "Take `Expiration` out of these rules, or narrow them to what is no artifact; expire noncurrent versions."
        )
        yield Finding(check="expiry", verdict=Verdict.WARN, says=says, mend=mend)
    else:
        yield Finding(check="expiry", verdict=Verdict.PASS, says="no lifecycle rule expires what is staged")
    yield _flag(
        "unfinished-uploads",
        Seen(fact.value.aborts),
        ("unfinished uploads are aborted", "no lifecycle rule aborts unfinished uploads"),
        f"Add to the lifecycle rules that the bucket has: {json.dumps(dict(ABORTING))}",
    )


def _flag(check: str, fact: Seen[bool] | Unseen, words: tuple[str, str], mend: str) -> Finding:
    if isinstance(fact, Unseen):
        return _unseen(check, fact)
    if fact.value:
        return Finding(check=check, verdict=Verdict.PASS, says=words[0])
    return Finding(check=check, verdict=Verdict.WARN, says=words[1], mend=mend)


def _unseen(check: str, fact: Unseen) -> Finding:
    return Finding(check=check, verdict=Verdict.UNKNOWN, says=f"may not be looked at: {fact.why}", mend=fact.advice)
