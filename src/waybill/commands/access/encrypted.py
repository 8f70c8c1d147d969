"""What else is asked about an object that KMS encrypts: an answer about S3 alone would mislead."""

from __future__ import annotations

from typing import Final

from waybill.domain.arns import KeyArn, partition_of
from waybill.errors import AccessDenied, InputError
from waybill.ports.account import Account
from waybill.ports.bucket import Encryption

_ALSO: Final = {
    "s3:getobject": "kms:Decrypt",
    "s3:getobjectversion": "kms:Decrypt",
    "s3:putobject": "kms:GenerateDataKey",
}


def also_asked(account: Account, region: str, bucket: str, action: str) -> str:
    """Return a sentence on the key that a bucket encrypts with by default; empty where there is nothing to say."""
    also, owner = _ALSO.get(action.lower(), ""), account.caller().account
    if not also:
        return ""
    try:
        default = account.bucket(region, bucket, owner=owner).default_encryption()
        if default.kind is Encryption.NO_KMS:
            return ""
        if default.key is None:
            key = "AWS's own key, which no other account can use"
        else:
            named = KeyArn.normalise(default.key, partition=partition_of(region), region=region, account=owner)
            key = f"{named}: {also} on it is asked, too, and is a question of its own"
    except (AccessDenied, InputError, ValueError):
        return ""
    return f"{bucket} encrypts with {key}."
