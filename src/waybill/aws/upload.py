"""One multipart upload."""

from __future__ import annotations

from threading import Lock
from typing import Any

from waybill.aws.calls import Calls
from waybill.aws.late import late
from waybill.aws.meanings import Asked
from waybill.aws.wire import Wire
from waybill.domain.digests import Digests
from waybill.errors import ArtifactError
from waybill.ports.bucket import Created, Exists, Part


class Begun:
    """A multipart upload that was begun; the parts may come from wherever."""

    def __init__(
        self, client: Any, calls: Calls, asked: Asked, *, place: dict[str, Any], overwrites: bool = False
    ) -> None:
        """`place` names the upload: bucket, expected owner, key, upload id. `overwrites` what is there (P2)."""
        self._unless = {} if overwrites else {"IfNoneMatch": "*"}
        self._client = client
        self._calls = calls
        self._asked = asked
        self.place = place
        self._parts: dict[int, dict[str, Any]] = {}
        self._lock = Lock()
        self._over = False

    def note(self, number: int, etag: str, crc64nvme: str | None) -> None:
        """Remember a part that S3 has, for the completion."""
        part = {"PartNumber": number, "ETag": etag} | ({"ChecksumCRC64NVME": crc64nvme} if crc64nvme else {})
        with self._lock:
            self._parts[number] = part

    def complete(self, digests: Digests) -> Created | Exists:
        """Make the object, unless one is there; S3 compares the full-object checksum and the size.

        `Exists` is also the answer where another write to the key won at the same moment: what stands there then, if
        anything, is for the caller to look at.
        """
        parts = [self._parts[number] for number in sorted(self._parts)]
        answer = self._calls.perform(
            self._asked,
            late(
                lambda: self._client.complete_multipart_upload(
                    MultipartUpload={"Parts": parts},
                    ChecksumCRC64NVME=digests.crc64nvme,
                    ChecksumType="FULL_OBJECT",
                    MpuObjectSize=digests.size,
                    **self._unless,
                    **self.place,
                )
            ),
            # After a conflict of two writes the upload would have to start anew, and after a lost answer it is gone: in
            # both cases somebody's object is most likely there, and the caller looks at it.
            {
                "PreconditionFailed": None,
                "412": None,
                "ConditionalRequestConflict": None,
                "NoSuchUpload": None,
                "InvalidRequest": 400,
            },
        )
        if answer == 400:
            # Of all that we say there, S3 calls only a wrong size so.
            raise ArtifactError(
                f"{self._asked.where}: S3 received another number of bytes than {digests.size}.",
                "Nothing was stored. Let the build end before it is staged, and run again.",
            )
        if answer is None:
            return Exists()
        self._over = True
        return Created(answer.get("VersionId"))

    def abort(self) -> None:
        """Leave nothing behind."""
        if self._over:
            return
        asked = Asked(action="s3:AbortMultipartUpload", resource=self._asked.resource, where=self._asked.where)
        self._calls.perform(
            asked,
            lambda: self._client.abort_multipart_upload(**self.place),
            {"NoSuchUpload": None, "404": None},
        )
        self._over = True


class S3Upload(Begun):
    """Implements `ports.Upload`."""

    def __init__(self, client: Any, calls: Calls, wire: Wire, asked: Asked, *, place: dict[str, Any]) -> None:
        """`place` names the upload: bucket, expected owner, key, upload id."""
        super().__init__(client, calls, asked, place=place)
        self._wire = wire

    def send(self, part: Part) -> None:
        """Send one part, once."""
        etag, crc = self._calls.once(self._asked, lambda: self._wire.put_part(self.place["UploadId"], part))
        self.note(part.number, etag, crc)
