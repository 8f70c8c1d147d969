"""Buckets that are not as they should be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from waybill.sandbox import layout
from waybill.sandbox.breaking.hands import Hands
from waybill.sandbox.breaking.kinds import Kind, kind

_REGION: Final = "us-west-2"
_BUCKET: Final = layout.bucket(layout.DEVELOPMENT, _REGION)
_OPEN: Final = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": False,
    "RestrictPublicBuckets": False,
}
_SHUT: Final = dict.fromkeys(_OPEN, True)


def named(bucket: str, hands: Hands) -> Iterator[None]:
    """Have the parameter of a region name another bucket."""
    yield from valued(_REGION, layout.BUCKET_PARAMETER, bucket, layout.bucket(layout.DEVELOPMENT, _REGION), hands)


def valued(region: str, name: str, value: str, after: str, hands: Hands) -> Iterator[None]:
    """Have a parameter of a region hold another value."""
    ssm = hands.client("ssm", region)
    ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    yield
    ssm.put_parameter(Name=name, Value=after, Type="String", Overwrite=True)


def _versioning(hands: Hands) -> Iterator[None]:
    s3 = hands.client("s3", _REGION)
    s3.put_bucket_versioning(Bucket=_BUCKET, VersioningConfiguration={"Status": "Suspended"})
    yield
    s3.put_bucket_versioning(Bucket=_BUCKET, VersioningConfiguration={"Status": "Enabled"})


def encrypted(rule: dict[str, Any], hands: Hands) -> Iterator[None]:
    """Have a bucket encrypt otherwise by default; what of the default `rule` does not say stays."""
    s3 = hands.client("s3", _REGION)
    before = s3.get_bucket_encryption(Bucket=_BUCKET)["ServerSideEncryptionConfiguration"]
    s3.put_bucket_encryption(
        Bucket=_BUCKET, ServerSideEncryptionConfiguration={"Rules": [{**before["Rules"][0], **rule}]}
    )
    yield
    s3.put_bucket_encryption(Bucket=_BUCKET, ServerSideEncryptionConfiguration=before)


def _default(algorithm: str, key: str = "") -> dict[str, Any]:
    return {
        "ApplyServerSideEncryptionByDefault": {
            "SSEAlgorithm": algorithm,
            **({"KMSMasterKeyID": key} if key else {}),
        }
    }


def _public(hands: Hands) -> Iterator[None]:
    s3 = hands.client("s3", _REGION)
    s3.put_public_access_block(Bucket=_BUCKET, PublicAccessBlockConfiguration=_OPEN)
    yield
    s3.put_public_access_block(Bucket=_BUCKET, PublicAccessBlockConfiguration=_SHUT)


def _ownership(hands: Hands) -> Iterator[None]:
    s3 = hands.client("s3", _REGION)
    for rule in ("ObjectWriter", "BucketOwnerEnforced"):
        s3.put_bucket_ownership_controls(Bucket=_BUCKET, OwnershipControls={"Rules": [{"ObjectOwnership": rule}]})
        if rule == "ObjectWriter":
            yield


def policed(bucket: str, drop: str, hands: Hands) -> Iterator[None]:
    """Take the statements of an effect out of a bucket's policy."""
    s3 = hands.client("s3")
    before = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    document = json.loads(before)
    document["Statement"] = [one for one in document["Statement"] if one["Effect"] != drop]
    if document["Statement"]:
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))
    else:
        s3.delete_bucket_policy(Bucket=bucket)
    yield
    s3.put_bucket_policy(Bucket=bucket, Policy=before)


def _lifecycle(change: str, hands: Hands) -> Iterator[None]:
    s3 = hands.client("s3", _REGION)
    before = s3.get_bucket_lifecycle_configuration(Bucket=_BUCKET)["Rules"]
    if change == "none":
        s3.delete_bucket_lifecycle(Bucket=_BUCKET)
    else:
        expiring = {"ID": "tidy", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}
        s3.put_bucket_lifecycle_configuration(Bucket=_BUCKET, LifecycleConfiguration={"Rules": [*before, expiring]})
    yield
    s3.put_bucket_lifecycle_configuration(Bucket=_BUCKET, LifecycleConfiguration={"Rules": before})


KINDS: Final[tuple[Kind, ...]] = (
    kind("bucket", f"the parameter of {_REGION} names a bucket that is not there", partial(named, "acme-nowhere")),
    kind(
        "bucket-owner",
        f"the parameter of {_REGION} names production's bucket",
        partial(named, layout.bucket(layout.PRODUCTION, _REGION)),
    ),
    kind(
        "bucket-region",
        f"the parameter of {_REGION} names the bucket of eu-west-1",
        partial(named, layout.bucket(layout.DEVELOPMENT, "eu-west-1")),
    ),
    kind("versioning", f"the bucket of {_REGION} is no longer versioned", _versioning),
    kind(
        "encryption",
        f"the bucket of {_REGION} encrypts with S3's own keys",
        partial(encrypted, {**_default("AES256"), "BucketKeyEnabled": False}),
    ),
    kind(
        "customer-key",
        f"the bucket of {_REGION} encrypts with the key that AWS manages",
        partial(encrypted, _default("aws:kms", "alias/aws/s3")),
    ),
    kind("bucket-key", f"the bucket of {_REGION} has no bucket key", partial(encrypted, {"BucketKeyEnabled": False})),
    kind("public-access", f"public access to the bucket of {_REGION} is not blocked in full", _public),
    kind("ownership", f"objects in the bucket of {_REGION} belong to their writers", _ownership),
    kind("tls-only", f"the bucket of {_REGION} may be reached without TLS", partial(policed, _BUCKET, "Deny")),
    kind(
        "bucket-readers",
        f"production may decrypt what is in the bucket of {_REGION}, and not read it",
        partial(policed, _BUCKET, "Allow"),
    ),
    kind("expiry", f"a lifecycle rule of the bucket of {_REGION} expires artifacts", partial(_lifecycle, "expire")),
    kind(
        "unfinished-uploads",
        f"nothing aborts unfinished uploads in the bucket of {_REGION}",
        partial(_lifecycle, "none"),
    ),
)
