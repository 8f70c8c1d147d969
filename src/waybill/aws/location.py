"""Where in S3: one bucket as one identity asks for it, and the words for what is asked there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.domain.arns import KeyArn
from waybill.ports.bucket import NewObject

EXISTS = {"PreconditionFailed": None, "412": None}
"""The codes that say that something is there already (P2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A bucket: botocore's client of its region, the door of calls, and who must own it (P7)."""

    client: Any
    calls: Calls
    name: str
    owner: str
    region: str
    partition: str

    @property
    def place(self) -> dict[str, str]:
        """The arguments that every call carries."""
        return {"Bucket": self.name, "ExpectedBucketOwner": self.owner}

    @property
    def arn(self) -> str:
        """The bucket's ARN."""
        return f"arn:{self.partition}:s3:::{self.name}"

    def where(self, key: str = "") -> str:
        """Return the place in words."""
        return f"s3://{self.name}/{key} in {self.region}"

    def asked(self, action: str, key: str, kms_key: KeyArn | None = None) -> Asked:
        """Return what is asked of an object; `kms_key` None means that it may be any key of the region."""
        return Asked(
            action=action,
            resource=f"{self.arn}/{key}",
            where=self.where(key),
            key=kms_key.text if kms_key else f"arn:{self.partition}:kms:{self.region}:*:key/*",
            owner=self.owner,
        )

    def asked_of_bucket(self, action: str, prefix: str = "") -> Asked:
        """Return what is asked of the bucket itself, of its keys under `prefix`."""
        return Asked(action=action, resource=self.arn, where=self.where(prefix), owner=self.owner)


def creation(new: NewObject) -> dict[str, Any]:
    """Return the arguments of a creation: organisation policies judge these headers, not the bucket's default."""
    arguments: dict[str, Any] = {"Key": new.key, "ContentType": new.media_type}
    if new.kms_key is not None:
        arguments |= {
            "ServerSideEncryption": "aws:kms",
            "SSEKMSKeyId": new.kms_key.text,
            "BucketKeyEnabled": True,
        }
    return arguments
