"""The bucket of a pipeline's S3 source action: the one place where Waybill overwrites, since the versions stay (P2).

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from waybill.aws.bucket import ABSENT
from waybill.aws.copy_source import CopiedObject, copied_sha256
from waybill.aws.location import Location
from waybill.aws.pipeline_upload import PART, send_in_parts, whole
from waybill.aws.ranges import GIB
from waybill.domain.digests import sha256_base64, sha256_hex
from waybill.errors import ArtifactError, Fault, InputError, Unavailable
from waybill.ports.copying import CopySource
from waybill.ports.pipeline import Guard, NewSource, SourceObject, unguarded

SUMMARY = "codepipeline-artifact-revision-summary"
"""The metadata that CodePipeline shows as a revision's summary."""
MAX_SUMMARY = 2000
"""Characters of it: an object's metadata has 2 KB, its names included."""
LARGEST = 5 * GIB
NO_VERSION = {**ABSENT, "NoSuchVersion": None, "400": None, "405": None, "MethodNotAllowed": None}
"""Also what HEAD says of an id that is none of this bucket's, and of a delete marker."""


class S3SourceBucket:
    """Implements `ports.SourceBucket`. Every call carries the expected owner (P7)."""

    def __init__(self, location: Location, *, part: int = PART) -> None:
        """`part` is the size in bytes of what is held in memory, and sent at once."""
        self._at = location
        self._part = part

    @property
    def name(self) -> str:
        """The bucket's name."""
        return self._at.name

    def versioned(self) -> bool:
        """Whether versioning is on."""
        at = self._at
        with self._naming_the_pipeline():
            asked = at.asked_of_bucket("s3:GetBucketVersioning")
            answer = at.calls.perform(asked, lambda: at.client.get_bucket_versioning(**at.place))
        return bool(answer.get("Status") == "Enabled")

    def head(self, key: str, version_id: str | None = None) -> SourceObject | None:
        """Return a version of an object, the newest where none is named; None where there is none."""
        at, which = self._at, {"VersionId": version_id} if version_id else {}
        with self._naming_the_pipeline():
            answer = at.calls.perform(
                at.asked("s3:GetObjectVersion" if version_id else "s3:GetObject", key),
                lambda: at.client.head_object(Key=key, ChecksumMode="ENABLED", **which, **at.place),
                NO_VERSION if version_id else ABSENT,
            )
        if answer is None:
            return None
        sha256 = answer.get("ChecksumSHA256")
        return SourceObject(
            key=key,
            version_id=answer.get("VersionId"),
            size=int(answer["ContentLength"]),
            sha256=sha256_hex(sha256) if sha256 else None,
            crc64nvme=answer.get("ChecksumCRC64NVME"),
            summary=str(answer.get("Metadata", {}).get(SUMMARY, "")),
        )

    def copy(self, new: NewSource, source: CopySource) -> SourceObject:
        """Copy the staged artifact to the key, server side, and return what stands there now."""
        at, copied = self._at, CopiedObject(self._at, source)
        self._fits(new)
        copied.must_have(new.digests)
        with self._naming_the_pipeline(but=source.bucket):
            answer = copied.perform(
                at.asked("s3:PutObject", new.key),
                lambda: at.client.copy_object(
                    ChecksumAlgorithm="SHA256",
                    MetadataDirective="REPLACE",
                    # Copying tags would need permissions of its own.
                    TaggingDirective="REPLACE",
                    **self._creation(new),
                    **copied.what,
                    **at.place,
                ),
            )
        sha256, version = copied_sha256(answer), answer.get("VersionId")
        if sha256 != new.digests.sha256:
            raise ArtifactError(
                f"{at.where(new.key)} was copied from {copied.where}, and S3 says that its SHA-256 is "
                f"{sha256 or 'unknown'}, not {new.digests.sha256}, which the waybill says.",
                f"Nothing was started. Delete {f'version {version}' if version else 'it'} there, or the pipeline may "
                "take it. The source is damaged: take another version.",
            )
        return self._stored(new, version, sha256=sha256)

    def put(self, new: NewSource, chunks: Iterator[bytes], *, guard: Guard = unguarded) -> SourceObject:
        """Send the staged artifact to the key through this process, one part in memory at a time."""
        self._fits(new)
        with self._naming_the_pipeline():
            if new.digests.size <= self._part:
                return self._put(new, whole(chunks, new.digests, self._at.where(new.key)))
            creation = self._creation(new)
            version = send_in_parts(self._at, creation, new.digests, chunks, part=self._part, guard=guard)
        if version is not None:
            return self._stored(new, version, crc64nvme=new.digests.crc64nvme)
        found = self.head(new.key)
        if found is None or (found.crc64nvme, found.size) != (new.digests.crc64nvme, new.digests.size):
            said = f"{self._at.where(new.key)}: the answer was lost when the upload was completed."
            raise Unavailable(said, "Nothing was started. Run again.")
        return found

    def _put(self, new: NewSource, body: bytes) -> SourceObject:
        at = self._at
        answer = at.calls.perform(
            at.asked("s3:PutObject", new.key),
            lambda: at.client.put_object(
                Body=body, ChecksumSHA256=sha256_base64(new.digests.sha256), **self._creation(new), **at.place
            ),
        )
        return self._stored(new, answer.get("VersionId"), sha256=new.digests.sha256)

    def _creation(self, new: NewSource) -> dict[str, Any]:
        return {"Key": new.key, "ContentType": new.media_type, "Metadata": {SUMMARY: summary_text(new.summary)}}

    def _stored(self, new: NewSource, version: str | None, **checksums: str) -> SourceObject:
        summary = summary_text(new.summary)
        return SourceObject(key=new.key, version_id=version, size=new.digests.size, summary=summary, **checksums)

    def _fits(self, new: NewSource) -> None:
        if new.digests.size > LARGEST:
            raise ArtifactError(
                f"The artifact has {new.digests.size} bytes, and no more than {LARGEST} (5 GiB) are put under a "
                "pipeline's source key: CodePipeline limits the artifacts of its source stage.",
                "Nothing was copied. Let the pipeline take a smaller artifact that says where this one is.",
            )

    @contextmanager
    def _naming_the_pipeline(self, *, but: str = "") -> Iterator[None]:
        """Say of a bucket that is not there who named it: no input did. `but` is one that an input did name."""
        try:
            yield
        except InputError as error:
            if any(fault.name == "bucket-parameter" and fault.value == but for fault in error.faults):
                raise
            said = " ".join(fault.rule for fault in error.faults)
            rule = f"takes its source from the bucket {self.name}, which cannot be used in {self._at.region}: {said}"
            raise InputError([Fault("pipeline", "", rule)], error.advice) from error


def summary_text(summary: str) -> str:
    """Return a summary as S3 takes it: printable ASCII, in 2 KB with the metadata's name."""
    ascii_only = summary.encode("ascii", "replace").decode("ascii")
    printable = "".join(letter if letter.isprintable() else " " for letter in ascii_only)
    return printable[:MAX_SUMMARY].strip()
