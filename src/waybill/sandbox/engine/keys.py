"""SSE-KMS: which key an object gets, as S3 resolves it.

A bare key id or an alias resolves in the caller's account, in the bucket's region; so does the default of a bucket.
What is stored and reported is always the key's ARN.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/specifying-kms-encryption.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from moto.kms.models import kms_backends
from moto.s3.models import FakeBucket

from waybill.domain.iam.context import Context, Value
from waybill.domain.iam.policies import Decision
from waybill.sandbox.engine import judging
from waybill.sandbox.engine.admission import Caller
from waybill.sandbox.engine.refusals import Refusal, access_denied

KMS: Final = "aws:kms"
_ARN: Final = re.compile(r"arn:aws:kms:(?P<region>[^:]+):(?P<account>\d{12}):(?P<name>(?:key|alias)/.+)\Z")
_MANAGED: Final = "alias/aws/s3"


@dataclass(frozen=True, slots=True)
class Encryption:
    """How one object is encrypted; `key` is an ARN, or None when it is not with KMS."""

    algorithm: str
    key: str | None
    bucket_key: bool

    def headers(self) -> dict[str, str]:
        """Return the headers that tell the caller."""
        told = {"x-amz-server-side-encryption": self.algorithm}
        if self.key is not None:
            told["x-amz-server-side-encryption-aws-kms-key-id"] = self.key
        if self.bucket_key:
            told["x-amz-server-side-encryption-bucket-key-enabled"] = "true"
        return told


def chosen(
    bucket: FakeBucket, account: str, algorithm: str | None, key: str | None, bucket_key: str | bool | None
) -> Encryption:
    """Return the encryption of a new object from what the request asks for and the bucket's default.

    `account` is the caller's. Raises `Refusal` when the key does not exist, is disabled or is of another region.
    """
    rule: dict[str, Any] = (bucket.encryption or {}).get("Rule", {})
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    if algorithm is None:
        algorithm = default.get("SSEAlgorithm", "AES256")
        key = default.get("KMSMasterKeyID")
    if algorithm != KMS:
        return Encryption(algorithm, None, bucket_key=False)
    wanted = rule.get("BucketKeyEnabled") if bucket_key is None else bucket_key
    return Encryption(
        KMS,
        arn(key or _MANAGED, account=account, region=bucket.region_name),
        bucket_key=str(wanted).lower() == "true",
    )


def decrypt(key_arn: str, caller: Caller) -> None:
    """Raise `Refusal` unless the key's policy lets the caller decrypt with it."""
    _permit("kms:Decrypt", key_arn, caller)


def encrypt(key_arn: str | None, caller: Caller) -> None:
    """Raise `Refusal` unless the key's policy lets the caller encrypt with it; None is no key."""
    if key_arn is not None:
        _permit("kms:GenerateDataKey", key_arn, caller)


def _permit(action: str, key_arn: str, caller: Caller) -> None:
    """Another account needs the key's policy's leave; the key's own is held to its denials."""
    parts = _ARN.match(key_arn)
    if parts is None:
        return
    key = kms_backends[parts["account"]][parts["region"]].keys.get(parts["name"].removeprefix("key/"))
    if key is None and parts["account"] == caller.account:
        return
    said = Decision.NEITHER
    if key is not None:
        context = Context({**_through_s3(parts["region"], caller), "aws:resourceaccount": parts["account"]})
        said = judging.judge(
            key.policy, action, caller=caller.arn(), account=caller.account, resource=key_arn, context=context
        )
    if said is Decision.DENIED:
        raise access_denied(
            f"User: {caller.arn()} is not authorized to perform: {action} on resource: {key_arn} with an explicit deny "
            "in a resource-based policy"
        )
    if said is Decision.NEITHER and parts["account"] != caller.account:
        raise access_denied(
            f"User: {caller.arn()} is not authorized to perform: {action} on the resource associated with this "
            "ciphertext because the resource does not exist in this Region, no resource-based policies allow access, "
            "or a resource-based policy explicitly denies access"
        )


def _through_s3(region: str, caller: Caller) -> dict[str, Value]:
    return {
        "kms:viaservice": f"s3.{region}.amazonaws.com",
        "kms:calleraccount": caller.account,
        "kms:grantisforawsresource": None,
        "aws:viaawsservice": "true",
    }


def arn(key: str, *, account: str, region: str) -> str:
    """Return the ARN of a usable key named by id, alias, or ARN of either; `account` and `region` complete a name."""
    parts = _ARN.match(key)
    name = key
    if parts is not None:
        if parts["region"] != region:
            raise Refusal("KMS.NotFoundException", f"Invalid arn {parts['region']}")
        account, name = parts["account"], parts["name"].removeprefix("key/")
    backend = kms_backends[account][region]
    key_id = backend.get_key_id_from_alias(name) if name.startswith("alias/") else name
    found = backend.keys.get(key_id) if key_id else None
    if found is None:
        raise Refusal("KMS.NotFoundException", f"Invalid keyId '{key}'")
    if not found.enabled or found.key_state != "Enabled":
        raise Refusal("KMS.DisabledException", f"{found.arn} is disabled.")
    return str(found.arn)
