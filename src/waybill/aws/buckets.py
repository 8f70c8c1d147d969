"""What existing buckets are like: S3's answers about a bucket, none about what is in it.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from waybill.aws.calls import Calls
from waybill.aws.codes import DENIED, ELSEWHERE
from waybill.aws.location import Location
from waybill.domain.findings import Seen, Unseen
from waybill.domain.setup.adoption.buckets import BucketFacts, Default, Lifecycle, Missing
from waybill.errors import AccessDenied, InputError

T = TypeVar("T")

HEAD: Mapping[str, Any] = {
    **dict.fromkeys(("404", "NoSuchBucket"), Missing.ABSENT),
    **dict.fromkeys(DENIED, Missing.FORBIDDEN),
    **dict.fromkeys(ELSEWHERE, Missing.ELSEWHERE),
}
NO_ENCRYPTION: Mapping[str, Any] = {"ServerSideEncryptionConfigurationNotFoundError": {}}
NO_BLOCK: Mapping[str, Any] = {"NoSuchPublicAccessBlockConfiguration": {}}
NO_CONTROLS: Mapping[str, Any] = {"OwnershipControlsNotFoundError": {}}
NO_POLICY: Mapping[str, Any] = {"NoSuchBucketPolicy": {}}
NO_LIFECYCLE: Mapping[str, Any] = {"NoSuchLifecycleConfiguration": {}}
BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


class S3Buckets:
    """Implements `ports.Buckets`. Every call carries the expected owner (P7)."""

    def __init__(self, client: Any, calls: Calls, *, region: str, partition: str) -> None:
        self._client = client
        self._calls = calls
        self._region = region
        self._partition = partition

    def look(self, name: str, *, owner: str) -> BucketFacts | Missing:
        """Return what a bucket is like, or why it cannot be looked at."""
        at = Location(
            client=self._client,
            calls=self._calls,
            name=name,
            owner=owner,
            region=self._region,
            partition=self._partition,
        )
        missing = self._missing(at)
        return missing if missing is not None else _facts(at)

    def _missing(self, at: Location) -> Missing | None:
        def head() -> Missing | None:
            try:
                answer = self._client.head_bucket(**at.place)
            except InputError:  # the session refuses to follow a bucket to another region
                return Missing.ELSEWHERE
            except ClientError as error:
                there = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("x-amz-bucket-region")
                if there and there != self._region:
                    return Missing.ELSEWHERE
                raise
            return Missing.ELSEWHERE if answer.get("BucketRegion", self._region) != self._region else None

        found: Missing | None = self._calls.perform(at.asked_of_bucket("s3:ListBucket"), head, HEAD)
        return found


def _facts(at: Location) -> BucketFacts:
    client, place = at.client, at.place

    def ask(
        action: str, call: Callable[..., Any], read: Callable[[Any], T], answers: Mapping[str, Any] | None = None
    ) -> Seen[T] | Unseen:
        try:
            return Seen(read(at.calls.perform(at.asked_of_bucket(action), lambda: call(**place), answers)))
        except AccessDenied as error:
            return Unseen(error.what, refused=True, advice=error.advice)

    return BucketFacts(
        versioning=ask(
            "s3:GetBucketVersioning", client.get_bucket_versioning, lambda answer: str(answer.get("Status", ""))
        ),
        encryption=ask("s3:GetEncryptionConfiguration", client.get_bucket_encryption, _default, NO_ENCRYPTION),
        public_access_blocked=ask("s3:GetBucketPublicAccessBlock", client.get_public_access_block, _blocked, NO_BLOCK),
        owner_enforced=ask(
            "s3:GetBucketOwnershipControls", client.get_bucket_ownership_controls, _enforced, NO_CONTROLS
        ),
        policy=ask(
            "s3:GetBucketPolicy", client.get_bucket_policy, lambda answer: str(answer.get("Policy", "")), NO_POLICY
        ),
        lifecycle=ask(
            "s3:GetLifecycleConfiguration", client.get_bucket_lifecycle_configuration, _lifecycle, NO_LIFECYCLE
        ),
    )


def _default(answer: Mapping[str, Any]) -> Default:
    for rule in answer.get("ServerSideEncryptionConfiguration", {}).get("Rules", []):
        default = rule.get("ApplyServerSideEncryptionByDefault", {})
        if default.get("SSEAlgorithm"):
            return Default(
                algorithm=str(default["SSEAlgorithm"]),
                key=str(default.get("KMSMasterKeyID", "")),
                bucket_key=bool(rule.get("BucketKeyEnabled", False)),
            )
    return Default()


def _blocked(answer: Mapping[str, Any]) -> bool:
    found = answer.get("PublicAccessBlockConfiguration", {})
    return all(bool(found.get(name)) for name in BLOCKS)


def _enforced(answer: Mapping[str, Any]) -> bool:
    rules = answer.get("OwnershipControls", {}).get("Rules", [])
    return any(rule.get("ObjectOwnership") == "BucketOwnerEnforced" for rule in rules)


def _lifecycle(answer: Mapping[str, Any]) -> Lifecycle:
    rules = [rule for rule in answer.get("Rules", []) if rule.get("Status") == "Enabled"]
    expiring = [
        str(rule.get("ID") or number)
        for number, rule in enumerate(rules, 1)
        # A rule may also only tidy up delete markers.
        if {"Days", "Date"} & set(rule.get("Expiration", {}))
    ]
    return Lifecycle(expiring=tuple(expiring), aborts=any("AbortIncompleteMultipartUpload" in rule for rule in rules))
