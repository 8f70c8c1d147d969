"""The ARNs that people give us: roles and KMS keys."""

from __future__ import annotations

import re
from dataclasses import dataclass

ROLE_EXAMPLE = "arn:aws:iam::222222222222:role/waybill-stage"
KEY_EXAMPLE = "arn:aws:kms:us-east-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"

_ROLE = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/([\w+=,.@/-]{1,576})", re.ASCII)
_KEY = re.compile(r"arn:(aws[a-z-]*):kms:([a-z0-9-]+):(\d{12}):((?:key|alias)/[\w:/-]{1,256})", re.ASCII)
_CALLER = re.compile(r"arn:(aws[a-z-]*):(?:iam|sts)::\d{12}:.+", re.ASCII)


def partition_of(region: str) -> str:
    """Return the partition of a region, by its name."""
    begins = {
        "cn-": "aws-cn",
        "us-gov-": "aws-us-gov",
        "us-iso-": "aws-iso",
        "us-isob-": "aws-iso-b",
        "eusc-": "aws-eusc",
    }
    return next((partition for prefix, partition in begins.items() if region.startswith(prefix)), "aws")


FIRST_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""The region of a partition that is asked where nothing names another."""


def s3_in(region: str) -> str:
    """Return what `kms:ViaService` has where S3 asks KMS for somebody.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    """
    return f"s3.{region}.amazonaws.com{'.cn' if partition_of(region) == 'aws-cn' else ''}"


@dataclass(frozen=True, slots=True)
class RoleArn:
    """An IAM role: `arn:PARTITION:iam::ACCOUNT:role/PATH/NAME`."""

    text: str
    partition: str
    account: str

    @classmethod
    def parse(cls, text: str) -> RoleArn:
        """Raise `ValueError` when `text` is not a role's ARN."""
        match = _ROLE.fullmatch(text)
        if match is None:
            raise ValueError("must be the ARN of an IAM role.")
        return cls(text, match[1], match[2])

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class KeyArn:
    """A KMS key or alias: `arn:PARTITION:kms:REGION:ACCOUNT:key/ID` (or `alias/NAME`)."""

    text: str
    partition: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> KeyArn:
        """Raise `ValueError` when `text` is not a key's or an alias's ARN."""
        match = _KEY.fullmatch(text)
        if match is None:
            raise ValueError("must be the full ARN of a KMS key or alias.")
        return cls(text, match[1], match[2], match[3], match[4])

    @classmethod
    def normalise(cls, text: str, *, partition: str, region: str, account: str) -> KeyArn:
        """Return the ARN of what a bucket's default names: an ARN, a bare key id, or an alias.

        A bare id or alias would be resolved in the *requester's* account; the one meant is the bucket owner's.
        """
        if text.startswith("arn:"):
            return cls.parse(text)
        resource = text if text.startswith(("alias/", "key/")) else f"key/{text}"
        return cls.parse(f"arn:{partition}:kms:{region}:{account}:{resource}")

    @property
    def is_alias(self) -> bool:
        """Whether S3 will report another ARN than this one: that of the key behind the alias."""
        return self.resource.startswith("alias/")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Caller:
    """Who AWS says we are."""

    arn: str
    account: str

    @property
    def is_root(self) -> bool:
        """Whether these are the account's root credentials, which Waybill refuses (P7)."""
        return self.arn.endswith(":root")

    @property
    def partition(self) -> str:
        """`aws`, `aws-cn`, `aws-us-gov`, ..."""
        match = _CALLER.fullmatch(self.arn)
        return match[1] if match else "aws"
