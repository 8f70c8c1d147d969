"""The settings of AWS::S3::Bucket: which property is which call of S3, and how that wants it said. Pure but for `put`.

A setting that a template leaves out is put as AWS has it for new buckets, or deleted where that is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from waybill.sandbox.engine.cloudformation.types.asking import ask, truth, unfit

Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One property of a bucket: `operation` sets `request`, and `operation` alone takes it away."""

    property: str
    operation: str
    request: Properties

    def put(self, s3: Any, bucket: str) -> None:
        """Set it, or take it away."""
        ask(s3, self.operation, {"Bucket": bucket, **self.request}, _renamed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    operation: str
    without: str
    said: Callable[[Any], Properties]
    default: Properties | None = None


def read(properties: Properties) -> list[Setting]:
    """Return the settings of a bucket's properties; raises `Refusal` on what they do not know."""
    found = []
    for name, rule in SETTINGS.items():
        given = properties.get(name, rule.default)
        if given is not None:
            found.append(Setting(property=name, operation=rule.operation, request=rule.said(given)))
        elif rule.without:
            found.append(Setting(property=name, operation=rule.without, request={}))
    # S3 replicates from versioned buckets only: that comes last.
    return found


def _renamed(name: str) -> str:
    return {"Id": "ID", "ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds"}.get(name, name)


def _versioning(given: Properties) -> Properties:
    return {"VersioningConfiguration": given}


def _encryption(given: Properties) -> Properties:
    _check(given, "BucketEncryption", {"ServerSideEncryptionConfiguration"})
    rules = []
    for rule in given["ServerSideEncryptionConfiguration"]:
        _check(rule, "BucketEncryption", {"ServerSideEncryptionByDefault", "BucketKeyEnabled"})
        said = {"ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"]}
        rules.append({**said, "BucketKeyEnabled": rule.get("BucketKeyEnabled", False)})
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def _access(given: Properties) -> Properties:
    return {"PublicAccessBlockConfiguration": given}


def _ownership(given: Properties) -> Properties:
    return {"OwnershipControls": given}


def _lifecycle(given: Properties) -> Properties:
    _check(given, "LifecycleConfiguration", {"Rules"})
    return {"LifecycleConfiguration": {"Rules": [_lifecycle_rule(rule) for rule in given["Rules"]]}}


_LIFECYCLE_RULE: Final = frozenset(
    {
        "Id",
        "Status",
        "Prefix",
        "ExpirationInDays",
        "ExpiredObjectDeleteMarker",
        "NoncurrentVersionExpiration",
        "AbortIncompleteMultipartUpload",
    }
)


def _lifecycle_rule(rule: Properties) -> Properties:
    _check(rule, "LifecycleConfiguration/Rules", _LIFECYCLE_RULE)
    _check(rule.get("NoncurrentVersionExpiration", {}), "NoncurrentVersionExpiration", {"NoncurrentDays"})
    said: dict[str, Any] = {"Filter": {"Prefix": rule.get("Prefix", "")}, "Status": rule["Status"]}
    expiration = {
        name: rule[given]
        for given, name in (("ExpirationInDays", "Days"), ("ExpiredObjectDeleteMarker", "ExpiredObjectDeleteMarker"))
        if given in rule
    }
    if expiration:
        said["Expiration"] = expiration
    same = {"Id", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"}
    return {**said, **{name: value for name, value in rule.items() if name in same}}


def _replication(given: Properties) -> Properties:
    return {"ReplicationConfiguration": given}


def _notification(given: Properties) -> Properties:
    _check(given, "NotificationConfiguration", {"EventBridgeConfiguration"})
    bridge = given.get("EventBridgeConfiguration")
    if bridge is None:
        return {"NotificationConfiguration": {}}
    _check(bridge, "NotificationConfiguration/EventBridgeConfiguration", {"EventBridgeEnabled"})
    told = truth(bridge.get("EventBridgeEnabled", True))
    return {"NotificationConfiguration": {"EventBridgeConfiguration": {}} if told else {}}


def _cors(given: Properties) -> Properties:
    _check(given, "CorsConfiguration", {"CorsRules"})
    return {"CORSConfiguration": {"CORSRules": given["CorsRules"]}}


def _check(given: Any, at: str, known: set[str] | frozenset[str]) -> None:
    extra = sorted(set(given) - known)
    if extra:
        raise unfit(f"#/{at}: extraneous key [{extra[0]}] is not permitted, or unknown to the sandbox")


_CLOSED: Final = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}

SETTINGS: Final[Mapping[str, _Rule]] = {
    "OwnershipControls": _Rule(
        operation="PutBucketOwnershipControls",
        without="",
        said=_ownership,
        default={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    ),
    "PublicAccessBlockConfiguration": _Rule(
        operation="PutPublicAccessBlock", without="", said=_access, default=_CLOSED
    ),
    "BucketEncryption": _Rule(
        operation="PutBucketEncryption",
        without="",
        said=_encryption,
        default={"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]},
    ),
    "VersioningConfiguration": _Rule(operation="PutBucketVersioning", without="", said=_versioning),
    "LifecycleConfiguration": _Rule(
        operation="PutBucketLifecycleConfiguration", without="DeleteBucketLifecycle", said=_lifecycle
    ),
    "NotificationConfiguration": _Rule(
        operation="PutBucketNotificationConfiguration", without="", said=_notification, default={}
    ),
    "CorsConfiguration": _Rule(operation="PutBucketCors", without="DeleteBucketCors", said=_cors),
    "ReplicationConfiguration": _Rule(
        operation="PutBucketReplication", without="DeleteBucketReplication", said=_replication
    ),
}
