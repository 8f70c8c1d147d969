"""Copies an object inside S3, from any bucket and region into this one: whole up to 5 GiB, above that in parts.

A copy is asked for where the target is; S3 finds the source's region itself.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from waybill.aws.copy_source import CopiedObject, copied_sha256
from waybill.aws.location import EXISTS, Location, creation
from waybill.aws.ranges import Limits, Range, copy_ranges
from waybill.aws.upload import Begun
from waybill.domain.digests import Digests
from waybill.errors import ArtifactError, WaybillError
from waybill.ports.bucket import Created, Exists, NewObject
from waybill.ports.copying import Copying, CopySource

T = TypeVar("T")

NOT_WHOLE = "not whole"


class S3Copy:
    """One copy that is to be made."""

    def __init__(self, to: Location, new: NewObject, source: CopySource, digests: Digests, limits: Limits) -> None:
        self._to = to
        self._new = new
        self._source = source
        self._digests = digests
        self._limits = limits
        self._where = to.where(new.key)
        self._from = CopiedObject(to, source)

    def make(self, copying: Copying) -> Created | Exists:
        """Make the object, unless one is there.

        `Exists` is also the answer where another write to the key won at the same moment, or an answer of S3 was lost:
        what stands there is for the caller to look at.
        """
        self._from.must_have(self._digests)
        copying.check()
        made = self._whole() if self._source.size <= self._limits.whole else None
        if made is None:
            return self._in_parts(copying)
        if isinstance(made, Created):
            copying.told(self._source.size)
        return made

    def _whole(self) -> Created | Exists | None:
        """Copy in one call, SHA-256 computed anew; None where S3 does not do that create-only."""
        answer = self._reading(
            lambda: self._to.client.copy_object(
                ChecksumAlgorithm="SHA256",
                MetadataDirective="REPLACE",
                # Copying tags would need permissions of its own, and a copy in parts has none.
                TaggingDirective="REPLACE",
                IfNoneMatch="*",
                **creation(self._new),
                **self._from.what,
                **self._to.place,
            ),
            {**EXISTS, "NotImplemented": NOT_WHOLE, "501": NOT_WHOLE},
        )
        if answer is None:
            return Exists()
        if answer == NOT_WHOLE:
            return None
        version = answer.get("VersionId")
        sha256 = copied_sha256(answer)
        if sha256 != self._digests.sha256:
            raise self._other_bytes(sha256, version)
        return Created(version)

    def _in_parts(self, copying: Copying) -> Created | Exists:
        upload = self._begin()
        try:
            with copying.guard(upload.abort):
                ranges, at_once = self._limits.ranges(self._source.size), self._limits.at_once
                copy_ranges(ranges, partial(self._copy_part, upload), copying, at_once=at_once)
                ended = self._complete(upload)
                if isinstance(ended, Exists):
                    upload.abort()
                return ended
        except BaseException:
            # What cannot be aborted now is left to the bucket's lifecycle rule; the first error is the one to tell.
            with suppress(WaybillError):
                upload.abort()
            raise

    def _begin(self) -> Begun:
        asked = self._to.asked("s3:PutObject", self._new.key, self._new.kms_key)
        answer = self._to.calls.perform(
            asked,
            lambda: self._to.client.create_multipart_upload(
                ChecksumAlgorithm="CRC64NVME", ChecksumType="FULL_OBJECT", **creation(self._new), **self._to.place
            ),
        )
        place = self._to.place | {"Key": self._new.key, "UploadId": answer["UploadId"]}
        return Begun(self._to.client, self._to.calls, asked, place=place)

    def _copy_part(self, upload: Begun, part: Range) -> None:
        # A part that is the whole has no range: there is none of an object without bytes.
        whole = (part.start, part.end) == (0, self._source.size)
        stretch = {} if whole else {"CopySourceRange": f"bytes={part.start}-{part.end - 1}"}
        numbered = {"PartNumber": part.number, **upload.place}
        answer = self._reading(lambda: self._to.client.upload_part_copy(**numbered, **self._from.what, **stretch))
        result = answer["CopyPartResult"]
        upload.note(part.number, result["ETag"], result.get("ChecksumCRC64NVME"))

    def _complete(self, upload: Begun) -> Created | Exists:
        try:
            return upload.complete(self._digests)
        except ArtifactError as error:
            raise ArtifactError(
                f"{self._from.where} is not of CRC64NVME {self._digests.crc64nvme} and {self._digests.size} bytes, "
                f"which its waybill says: S3 refused to make {self._where} of it.",
                "Nothing was stored. It is damaged: take another version.",
            ) from error

    def _reading(self, call: Callable[[], T], answers: Mapping[str, Any] | None = None) -> T | Any:
        return self._from.perform(self._to.asked("s3:PutObject", self._new.key, self._new.kms_key), call, answers)

    def _other_bytes(self, sha256: str | None, version: str | None) -> ArtifactError:
        which = f"version {version}" if version else "it"
        return ArtifactError(
            f"{self._where} was copied from {self._from.where}, and S3 says that its SHA-256 is "
            f"{sha256 or 'unknown'}, not {self._digests.sha256}, which the waybill says.",
            f"The copy stands there without a waybill, and no channel names it: delete {which}. "
            "The source is damaged: take another version.",
        )
