"""S3 as the sandbox answers: moto's responses, with the checks that Waybill relies on.

`StrictS3` takes the place of moto's `S3Response`: same dispatch, same documents, other rules. A request is first
admitted (`admission`), its body verified (`checksums`), and what it writes is written under the object's lock.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs, urlsplit

from moto.core.common_types import TYPE_RESPONSE
from moto.s3 import responses
from moto.s3.exceptions import PreconditionFailed
from moto.s3.models import FakeBucket, FakeKey
from moto.s3.responses import S3Response

from waybill.sandbox.engine import admission, checksums, chunked, keys, objects, s3_actions, sts
from waybill.sandbox.engine.locks import ObjectLocks
from waybill.sandbox.engine.refusals import Refusal, rendered

_HEX_DIGEST: Final = re.compile(r"[0-9a-f]{64}\Z")
_CHECKSUM_MODE: Final = "x-amz-checksum-mode"


class StrictS3(S3Response):
    """Requests for objects and buckets, one instance a request; `locks` are shared by all of them."""

    locks: ClassVar[ObjectLocks]

    def __init__(self) -> None:
        super().__init__()
        self.trailers: dict[str, str] = {}
        self.claim: checksums.Claim | None = None
        self._encoding_fault: Refusal | None = None

    # moto decodes the body while it sets the instance up, where an error would be an HTTP 500.
    def _handle_encoded_body(self, body: Any) -> bytes:
        length = self.headers.get("x-amz-decoded-content-length")
        try:
            decoded = chunked.decode(body, int(length) if length else None)
        except Refusal as fault:
            self._encoding_fault = fault
            return b""
        self.trailers = decoded.trailers
        return decoded.body

    def _handle_v4_chunk_signatures(self, body: bytes, content_length: int) -> bytes:
        return self._handle_encoded_body(body)

    def _bucket_response(self, request: Any, full_url: str) -> Any:
        try:
            self._admit(full_url)
            return super()._bucket_response(request, full_url)
        except Refusal as refusal:
            return rendered(refusal, "s3")

    def _key_response(self, request: Any, full_url: str) -> TYPE_RESPONSE:
        try:
            self._admit(full_url)
            return super()._key_response(request, full_url)
        except Refusal as refusal:
            return rendered(refusal, "s3")

    def _admit(self, full_url: str) -> None:
        if self._encoding_fault is not None:
            raise self._encoding_fault
        if self.bucket_name:
            name = self.parse_key_name()
            # What moto has as its query string are the headers where there is none.
            query = parse_qs(urlsplit(full_url).query, keep_blank_values=True)
            if "delete" in query and self.method == "POST" and not name:
                return
            admission.admit(
                admission.Asked(
                    bucket=self.bucket_name,
                    key=name,
                    action=s3_actions.action_of(self.method, name, query),
                    headers=self.lower_headers(),
                    query=query,
                    creates=s3_actions.creates_object(self.method, query),
                ),
                self.caller,
            )

    def lower_headers(self) -> dict[str, str]:
        """Return the request's headers by lower-case name."""
        return {name.lower(): value for name, value in self.headers.items()}

    @property
    def caller(self) -> admission.Caller:
        """Who asks."""
        return admission.Caller(self.current_account, lambda: sts.arn_of(self.current_account, self.get_access_key()))

    @property
    def bucket(self) -> FakeBucket:
        """The request's bucket; raises moto's NoSuchBucket."""
        return self.backend.get_bucket(self.bucket_name)

    def lock(self) -> Any:
        """Return the lock of the request's object."""
        return self.locks.of(self.bucket_name, self.parse_key_name())

    def verify_body(self) -> None:
        """Keep the body's claimed checksum as `claim`, or raise `Refusal` when the body is not as its headers say."""
        body = self.body or b""
        sent = self.headers.get("x-amz-content-sha256", "")
        if _HEX_DIGEST.match(sent) and hashlib.sha256(body).hexdigest() != sent:
            raise Refusal(
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            )
        md5 = self.headers.get("Content-MD5")
        if md5 is not None:
            checksums.check_md5(md5, (body,))
        self.claim = checksums.claimed(self.lower_headers(), self.trailers)
        if self.claim is not None:
            checksums.check(self.claim, checksums.of((body,), self.claim.algorithm))

    def _get_checksum(self, response_headers: dict[str, Any]) -> tuple[str, str | None]:
        if self.claim is None:
            return super()._get_checksum(response_headers)
        response_headers[self.claim.header] = self.claim.value
        return self.claim.algorithm, self.claim.value

    def refuse_existing(self) -> None:
        """Answer 412 when `If-None-Match: *` and there is a current version."""
        if self.headers.get("If-None-Match") == "*" and self._current() is not None:
            raise PreconditionFailed("If-None-Match")

    def _current(self) -> FakeKey | None:
        return self.backend.get_object(self.bucket_name, self.parse_key_name())

    def put_object(self) -> TYPE_RESPONSE:
        """PutObject: a verified body, always with a full-object checksum; CRC64NVME when none was sent."""
        self.verify_body()
        if self.claim is None:
            digest = checksums.of((self.body or b"",), checksums.DEFAULT)
            self.claim = checksums.Claim(checksums.DEFAULT, checksums.encoded(digest))
        self.encrypt()
        with self.lock():
            status, headers, body = super().put_object()
            objects.whole(self._current())
        headers["x-amz-checksum-type"] = checksums.FULL_OBJECT
        return status, headers, body

    def get_object(self) -> TYPE_RESPONSE:
        """GetObject: lazily read; by part number too."""
        with self.lock():
            self.decrypt(self._asked())
            status, headers, body = super().get_object()
            key = self._asked()
        number = self._get_int_param("partNumber")
        if status != 200 or not number or key is None or not key.multipart:
            return status, headers, body
        window, told = objects.part_window(key, number)
        return 206, {**headers, **told}, body[window]

    def head_object(
        self, bucket_name: str, query: dict[str, Any], key_name: str, headers: dict[str, Any]
    ) -> TYPE_RESPONSE:
        """HeadObject: the checksum with its type; by part number too."""
        number = int(query.get("partNumber", ["0"])[0])
        with self.lock():
            key = self._asked()
            parts = bool(number and key is not None and key.multipart)
            asked = {name: value for name, value in query.items() if name != "partNumber" or not parts}
            if headers.get(_CHECKSUM_MODE) == "ENABLED":
                self.decrypt(key)
            status, answer, body = super().head_object(bucket_name, asked, key_name, headers)
        if key is None or status != 200:
            return status, answer, body
        if headers.get(_CHECKSUM_MODE) == "ENABLED":
            answer.update(objects.checksum_headers(key))
        if parts:
            answer.update(objects.part_window(key, number)[1])
            return 206, answer, body
        return status, answer, body

    def decrypt(self, key: FakeKey | None) -> None:
        """Raise `Refusal` unless the caller may use the KMS key that an object is encrypted with."""
        if key is not None and key.kms_key_id:
            keys.decrypt(key.kms_key_id, self.caller)

    def encrypt(self) -> None:
        """Raise `Refusal` unless the caller may use the KMS key that a new object is to be encrypted with."""
        headers = self.lower_headers()
        asked, key = headers.get(s3_actions.SSE), headers.get(s3_actions.SSE_KEY)
        keys.encrypt(keys.chosen(self.bucket, self.current_account, asked, key, None).key, self.caller)

    def _asked(self) -> FakeKey | None:
        version = self.querystring.get("versionId", [None])[0]
        return self.backend.get_object(self.bucket_name, self.parse_key_name(), version_id=version)


def install(strict: type[StrictS3]) -> None:
    """Let `strict` answer S3's requests."""
    StrictS3.locks = ObjectLocks()
    admission.install()
    # moto loads its table of S3's paths anew whenever it makes an application, and takes the class from this module.
    responses.S3Response = strict  # type: ignore[misc]
