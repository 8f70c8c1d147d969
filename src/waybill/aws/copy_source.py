"""What a copy inside S3 is made from: the arguments that name it, and what the refusals of such a call mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from waybill.aws.denials import copy_denial
from waybill.aws.late import late
from waybill.aws.location import Location
from waybill.aws.meanings import Asked
from waybill.domain.digests import Digests, sha256_hex
from waybill.errors import AccessDenied, ArtifactError, Fault, InputError, WaybillError
from waybill.ports.copying import CopySource

T = TypeVar("T")

GONE = "gone"
SOURCE = {"NoSuchKey": GONE, "NoSuchVersion": GONE}


class CopiedObject:
    """A source as it is copied to `to`. `where` names it in words, `what` are the arguments that name it."""

    def __init__(self, to: Location, source: CopySource) -> None:
        self._to = to
        self._source = source
        self.where = f"s3://{source.bucket}/{source.key} in {source.region}"
        version = {"VersionId": source.version_id} if source.version_id else {}
        self.what = {
            "CopySource": {"Bucket": source.bucket, "Key": source.key, **version},
            "ExpectedSourceBucketOwner": source.owner,
        }

    def must_have(self, digests: Digests) -> None:
        """Raise `ArtifactError` where it has another size than its waybill says."""
        if self._source.size != digests.size:
            raise ArtifactError(
                f"{self.where} has {self._source.size} bytes, and its waybill says {digests.size}.",
                "Nothing was copied. It is damaged: take another version.",
            )

    def perform(self, asked: Asked, call: Callable[[], T], answers: Mapping[str, Any] | None = None) -> T | Any:
        """Perform a call that reads the source and writes the target; a refusal may be of either."""
        try:
            answer = self._to.calls.perform(asked, late(call), {**SOURCE, **(answers or {})})
        except AccessDenied as error:
            raise self._denied(asked, error) from error
        except InputError as error:
            if _told(error).get("BucketName") == self._source.bucket != self._to.name:
                rule = f"names a bucket that does not exist: {self.where} cannot be copied."
                raise InputError([Fault("bucket-parameter", self._source.bucket, rule)]) from error
            raise
        if answer == GONE:
            raise ArtifactError(
                f"{self.where} is not there.", "Somebody removed it. Look at the source, and run again."
            )
        return answer

    def _denied(self, asked: Asked, error: AccessDenied) -> AccessDenied:
        source = self._source
        arn = f"arn:{self._to.partition}"
        return copy_denial(
            error,
            str(_told(error).get("Message", "")),
            where=asked.where,
            action="s3:GetObjectVersion" if source.version_id else "s3:GetObject",
            resource=f"{arn}:s3:::{source.bucket}/{source.key}",
            key=f"{arn}:kms:{source.region}:{source.owner}:key/*",
            owner=source.owner,
        )


def copied_sha256(answer: Mapping[str, Any]) -> str | None:
    """Return the SHA-256 (hex) that S3 computed of a copy in one call."""
    told = answer.get("CopyObjectResult", {}).get("ChecksumSHA256")
    return sha256_hex(told) if told else None


def _told(error: WaybillError) -> Mapping[str, Any]:
    """Return what S3 said, where an error is of an answer of its."""
    cause = error.__cause__
    found: Mapping[str, Any] = cause.response.get("Error", {}) if isinstance(cause, ClientError) else {}
    return found
