"""Multipart uploads as the sandbox answers: verified parts, verified completion, a listing that pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import ActionResult
from moto.s3.models import FakeKey
from moto.s3.utils import metadata_from_headers

from waybill.sandbox.engine import checksums, keys, uploads
from waybill.sandbox.engine.refusals import Refusal
from waybill.sandbox.engine.s3_actions import SSE, SSE_KEY
from waybill.sandbox.engine.s3_deletes import StrictS3Deletes
from waybill.sandbox.engine.stored import Kept
from waybill.sandbox.engine.uploads import Upload

_MAX_UPLOADS = 1000


class StrictS3Uploads(StrictS3Deletes):
    """Requests for multipart uploads."""

    def _key_response_post(
        self, request: Any, body: bytes, bucket_name: str, query: dict[str, Any], key_name: str
    ) -> TYPE_RESPONSE:
        if "uploads" in query:
            return self._create_upload(key_name)
        if query.get("uploadId"):
            with self.lock():
                return self._complete_upload(key_name, query["uploadId"][0], body)
        return super()._key_response_post(request, body, bucket_name, query, key_name)

    def _create_upload(self, key_name: str) -> TYPE_RESPONSE:
        headers = self.lower_headers()
        encryption = keys.chosen(
            self.bucket,
            self.current_account,
            headers.get(SSE),
            headers.get(SSE_KEY),
            headers.get(f"{SSE}-bucket-key-enabled"),
        )
        keys.encrypt(encryption.key, self.caller)
        upload = Upload(
            key_name,
            metadata_from_headers(self.headers),
            account_id=self.current_account,
            region_name=self.region,
            storage=headers.get("x-amz-storage-class", "STANDARD"),
            tags=self._tagging_from_headers(self.headers),
            acl=self._acl_from_headers(self.headers),
            sse_encryption=encryption.algorithm,
            kms_key_id=encryption.key,
        )
        upload.describe(encryption, headers)
        self.bucket.multiparts[upload.id] = upload
        return self._answer(
            "CreateMultipartUpload",
            {
                "Bucket": self.bucket_name,
                "Key": key_name,
                "UploadId": upload.id,
                "ChecksumAlgorithm": upload.algorithm if upload.declared else None,
                "ChecksumType": upload.kind if upload.declared else None,
            },
            encryption.headers(),
        )

    def upload_part(self) -> TYPE_RESPONSE:
        """UploadPart: a verified body, with the upload's algorithm, for an upload that exists."""
        upload = uploads.find(self.bucket, self._get_param("uploadId"), self.parse_key_name())
        self.verify_body()
        if upload.declared and self.claim is not None and self.claim.algorithm != upload.algorithm:
            raise checksums.another_algorithm(upload.algorithm, self.claim.algorithm)
        number = self._get_int_param("partNumber")
        if not 1 <= number <= 10_000:
            raise Refusal("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
        return super().upload_part()

    def _complete_upload(self, key_name: str, upload_id: str, body: bytes) -> TYPE_RESPONSE:
        current = self._current()
        if current is not None and current.multipart is not None and current.multipart.id == upload_id:
            return self._completed(current)
        self.refuse_existing()
        upload = uploads.find(self.bucket, upload_id, key_name)
        chosen = uploads.chosen_parts(body)
        whole = uploads.assemble(upload, chosen, self.lower_headers())
        key = self.backend.put_object(
            self.bucket_name,
            key_name,
            Kept(whole.body),  # type: ignore[arg-type]
            storage=upload.storage,
            etag=whole.etag,
            multipart=upload,
            encryption=upload.encryption.algorithm,
            kms_key_id=upload.encryption.key,
            bucket_key_enabled=upload.encryption.bucket_key,
        )
        key.set_metadata(upload.metadata)
        key.checksum_algorithm, key.checksum_type = upload.algorithm, upload.kind
        key.checksum_value, _, parts = whole.checksum.partition("-")
        key.checksum_parts = int(parts) if parts else None
        self.backend.put_object_tagging(key, upload.tags)
        key.set_acl(upload.acl)
        upload.keep(chosen)
        # Not `del`, which closes the files of the parts that the object now is.
        self.bucket.multiparts.pop(upload_id)
        return self._completed(key)

    def _completed(self, key: FakeKey) -> TYPE_RESPONSE:
        algorithm = key.checksum_algorithm or checksums.DEFAULT
        parts = f"-{key.checksum_parts}" if key.checksum_parts else ""
        headers = {
            name: value
            for name, value in key.response_dict.items()
            if name.startswith(SSE) or name == "x-amz-version-id"
        }
        return self._answer(
            "CompleteMultipartUpload",
            {
                "Location": f"{self.request.host_url}{self.bucket_name}/{key.name}",
                "Bucket": self.bucket_name,
                "Key": key.name,
                "ETag": key.etag,
                f"Checksum{algorithm}": f"{key.checksum_value}{parts}",
                "ChecksumType": key.checksum_type,
            },
            headers,
        )

    def list_multipart_uploads(self) -> TYPE_RESPONSE:
        """ListMultipartUploads: prefix, pages, and when each upload really began."""
        asked = {name: values[0] for name, values in self.querystring.items()}
        limit = min(int(asked.get("max-uploads", _MAX_UPLOADS)), _MAX_UPLOADS)
        after = (asked.get("key-marker", ""), asked.get("upload-id-marker", "\U0010ffff"))
        found = sorted(
            (each for each in self.bucket.multiparts.copy().values() if isinstance(each, Upload)),
            key=lambda each: (each.key_name, each.id),
        )
        found = [each for each in found if each.key_name.startswith(asked.get("prefix", ""))]
        if after[0]:
            found = [each for each in found if (each.key_name, each.id) > after]
        page, more = found[:limit], len(found) > limit
        return self._answer(
            "ListMultipartUploads",
            {
                "Bucket": self.bucket_name,
                "Prefix": asked.get("prefix", ""),
                "KeyMarker": after[0],
                "UploadIdMarker": asked.get("upload-id-marker", ""),
                "NextKeyMarker": page[-1].key_name if more and page else None,
                "NextUploadIdMarker": page[-1].id if more and page else None,
                "MaxUploads": limit,
                "IsTruncated": more,
                "Uploads": [self._listed(each) for each in page],
            },
            {},
        )

    def _listed(self, upload: Upload) -> dict[str, Any]:
        return {
            "Key": upload.key_name,
            "UploadId": upload.id,
            "Initiated": upload.initiated,
            "StorageClass": upload.storage,
            "ChecksumAlgorithm": upload.algorithm if upload.declared else None,
            "ChecksumType": upload.kind if upload.declared else None,
        }

    def _answer(self, action: str, document: dict[str, Any], headers: Mapping[str, str]) -> TYPE_RESPONSE:
        self.data["Action"] = action
        status, told, body = self.serialized(ActionResult(document))
        told.update(headers)
        return status, told, body
