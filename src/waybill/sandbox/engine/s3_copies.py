"""Copies as the sandbox answers: of exactly the version that is named, readable to the caller, with a new checksum.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
"""

from __future__ import annotations

import re
from typing import Any, Final

from moto.core.common_types import TYPE_RESPONSE
from moto.s3.exceptions import MissingKey, MissingVersion
from moto.s3.models import FakeKey

from waybill.sandbox.engine import admission, checksums, objects, uploads
from waybill.sandbox.engine.refusals import Refusal
from waybill.sandbox.engine.s3_uploads import StrictS3Uploads

_LARGEST: Final = 5 * 1024**3
_RANGE: Final = re.compile(r"bytes=(\d+)-(\d+)\Z")


class StrictS3Copies(StrictS3Uploads):
    """Copies, beside all that comes before them."""

    def copy_object(self) -> TYPE_RESPONSE:
        """CopyObject: create-only when asked, and whole even when its source was made of parts."""
        source = self._source()
        if source.contentsize > _LARGEST:
            raise Refusal(
                "InvalidRequest",
                "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
            )
        self.encrypt()
        with self.lock():
            self.refuse_existing()
            answer = super().copy_object()
            objects.whole(self._current())
        return answer

    def upload_part_copy(self) -> TYPE_RESPONSE:
        """UploadPartCopy: for an upload that exists, a range that the source has; tells the part's checksum."""
        upload = uploads.find(self.bucket, self._get_param("uploadId"), self.parse_key_name())
        self._check_range(self._source())
        status, headers, body = super().upload_part_copy()
        if status != 200 or not upload.declared:
            return status, headers, body
        part = upload.parts[self._get_int_param("partNumber")]
        value = checksums.encoded(checksums.of(objects.stored(part), upload.algorithm))
        result = {"LastModified": part.last_modified_ISO8601, "ETag": part.etag, f"Checksum{upload.algorithm}": value}
        return self._answer("UploadPartCopy", {"CopyPartResult": result}, _told(headers))

    def _source(self) -> FakeKey:
        """Return the source of the copy, if it is there and the caller may read it."""
        source = admission.source_of(self.headers)
        if source is None:
            raise Refusal("InvalidArgument", "Copy Source must mention the source bucket and key")
        found = self.backend.get_object(source.bucket, source.key, version_id=source.version_id)
        if found is None:
            raise MissingVersion() if source.version_id else MissingKey(key=source.key)
        self.decrypt(found)
        return found

    def _check_range(self, source: FakeKey) -> None:
        text = self.headers.get("x-amz-copy-source-range")
        if text is None:
            return
        found = _RANGE.match(text)
        if found is None or int(found[1]) > int(found[2]):
            raise Refusal(
                "InvalidArgument",
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
                "zero-based offsets of the first and last bytes to copy",
            )
        if int(found[2]) >= source.contentsize:
            raise Refusal(
                "InvalidArgument", f"Range specified is not valid for source object of size: {source.contentsize}"
            )


def _told(headers: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in headers.items() if name.lower().startswith("x-amz-server-side-encryption")}
