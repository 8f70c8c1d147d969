"""One region's staging bucket, through S3."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from waybill.aws import listing
from waybill.aws.location import EXISTS, Location, creation
from waybill.aws.upload import S3Upload
from waybill.aws.wire import Wire
from waybill.domain.digests import MIB, Digests, sha256_base64, sha256_hex
from waybill.domain.observation import Stored
from waybill.errors import AccessDenied, ArtifactError, Unavailable
from waybill.ports.bucket import Created, DefaultEncryption, Encryption, Exists, Listed, NewObject, Unfinished

if TYPE_CHECKING:
    from waybill.aws.ranges import Limits
    from waybill.ports.copying import Copying, CopySource

ABSENT = {"404": None, "NoSuchKey": None, "NotFound": None}
PAST_THE_END = {"InvalidRange": (None, b""), "416": (None, b"")}


class S3Bucket:
    """Implements `ports.Bucket`. Every call carries the expected owner (P7)."""

    def __init__(self, location: Location, *, wire: Callable[[str], Wire], limits: Limits | None = None) -> None:
        """`wire` makes the sender of parts for an object's URL; `limits` are those of copies, None: S3's."""
        self._at = location
        self._client = location.client
        self._calls = location.calls
        self._place = location.place
        self._asked = location.asked
        self._wire = wire
        self.limits = limits

    @property
    def name(self) -> str:
        """The bucket's name."""
        return self._at.name

    def head(self, key: str) -> Stored | None:
        """Return the object as S3 reports it now, or None where S3 says that there is none."""
        answer = self._calls.perform(
            self._asked("s3:GetObject", key),
            lambda: self._client.head_object(Key=key, ChecksumMode="ENABLED", **self._place),
            ABSENT,
        )
        if answer is None:
            return None
        sha256 = answer.get("ChecksumSHA256")
        kms = answer.get("ServerSideEncryption", "").startswith("aws:kms")
        return Stored(
            key=key,
            size=int(answer["ContentLength"]),
            version_id=answer.get("VersionId"),
            sha256=sha256_hex(sha256) if sha256 else None,
            crc64nvme=answer.get("ChecksumCRC64NVME"),
            kms_key=answer.get("SSEKMSKeyId") if kms else None,
        )

    def read(self, key: str, *, limit: int) -> bytes | None:
        """Return a small object whole, or None where there is none."""

        def get() -> bytes | None:
            answer = self._client.get_object(Key=key, **self._place)
            if int(answer["ContentLength"]) > limit:
                answer["Body"].close()
                raise ArtifactError(f"{self._at.where(key)} is larger than {limit} bytes.")
            body: bytes = answer["Body"].read()
            return body

        found: bytes | None = self._calls.perform(self._asked("s3:GetObject", key), get, ABSENT)
        return found

    def stream(self, key: str, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield an object's bytes; where the connection breaks, goes on from where it was."""
        asked, position = self._asked("s3:GetObject", key), start

        def begin(stretch: str) -> tuple[Any, bytes]:
            body = self._client.get_object(Key=key, Range=stretch, **self._place)["Body"]
            return body, body.read(MIB)

        while end is None or position < end:
            stretch = f"bytes={position}-{'' if end is None else end - 1}"
            body, chunk = self._calls.perform(asked, partial(begin, stretch), PAST_THE_END)
            if body is None:
                return
            with closing(body), suppress(Unavailable):
                while chunk:
                    position += len(chunk)
                    yield chunk
                    chunk = self._calls.once(asked, partial(body.read, MIB))
                return

    def list(self, prefix: str) -> Iterable[str]:
        """Yield the keys under a prefix, in order, page by page."""
        return listing.keys(self._at, prefix)

    def entries(self, prefix: str, *, delimiter: str = "") -> Iterable[Listed]:
        """Yield what a listing shows under a prefix, in key order, page by page."""
        return listing.entries(self._at, prefix, delimiter)

    def unfinished(self, prefix: str) -> Iterable[Unfinished]:
        """Yield the multipart uploads under a prefix that are neither completed nor aborted."""
        return listing.unfinished(self._at, prefix)

    def delete(self, key: str) -> None:
        """Delete an object; in a versioned bucket its versions stay."""
        self._calls.perform(
            self._asked("s3:DeleteObject", key),
            lambda: self._client.delete_object(Key=key, **self._place),
            ABSENT,
        )

    def default_encryption(self) -> DefaultEncryption:
        """Return what the bucket says of new objects."""
        asked = self._at.asked_of_bucket("s3:GetEncryptionConfiguration")
        try:
            answer = self._calls.perform(
                asked,
                lambda: self._client.get_bucket_encryption(**self._place),
                {"ServerSideEncryptionConfigurationNotFoundError": {}},
            )
        except AccessDenied as error:
            raise error.told(
                f"kms-key: the bucket's default key cannot be looked up. {error.what}",
                f"Give `kms-key`, or allow the look-up. {error.advice}",
            ) from error
        for rule in answer.get("ServerSideEncryptionConfiguration", {}).get("Rules", []):
            default = rule.get("ApplyServerSideEncryptionByDefault", {})
            kind = {"aws:kms": Encryption.KMS, "aws:kms:dsse": Encryption.KMS_TWICE}.get(
                default.get("SSEAlgorithm", "")
            )
            if kind is not None:
                return DefaultEncryption(kind, default.get("KMSMasterKeyID"), rule.get("BucketKeyEnabled", False))
        return DefaultEncryption(Encryption.NO_KMS)

    def put(self, new: NewObject, body: bytes | memoryview, *, sha256: str) -> Created | Exists:
        """Create an object in one request, with its SHA-256, unless one is there."""
        answer = self._calls.perform(
            self._asked("s3:PutObject", new.key, new.kms_key),
            lambda: self._client.put_object(
                Body=bytes(body),
                ChecksumSHA256=sha256_base64(sha256),
                IfNoneMatch="*",
                **creation(new),
                **self._place,
            ),
            EXISTS,
        )
        return Exists() if answer is None else Created(answer.get("VersionId"))

    def begin(self, new: NewObject) -> S3Upload:
        """Begin a multipart upload with a full-object CRC64NVME."""
        asked = self._asked("s3:PutObject", new.key, new.kms_key)
        urls: list[str] = []
        # Parts go where botocore sends this call: its endpoint and addressing style (a presigned URL has others).
        watch = partial(_note_url, urls)
        self._client.meta.events.register("before-send.s3.CreateMultipartUpload", watch)
        try:
            answer = self._calls.perform(
                asked,
                lambda: self._client.create_multipart_upload(
                    ChecksumAlgorithm="CRC64NVME", ChecksumType="FULL_OBJECT", **creation(new), **self._place
                ),
            )
        finally:
            self._client.meta.events.unregister("before-send.s3.CreateMultipartUpload", watch)
        return S3Upload(
            self._client,
            self._calls,
            self._wire(urls[-1]),
            asked,
            place=self._place | {"Key": new.key, "UploadId": answer["UploadId"]},
        )

    def copy(self, new: NewObject, source: CopySource, digests: Digests, copying: Copying) -> Created | Exists:
        """Create an object from another bucket's, server side, unless one is there."""
        from waybill.aws.copy import S3Copy  # noqa: PLC0415 - a stage never copies
        from waybill.aws.ranges import LIMITS  # noqa: PLC0415 - as above

        return S3Copy(self._at, new, source, digests, self.limits or LIMITS).make(copying)


def _note_url(urls: list[str], request: Any, **_: Any) -> None:
    urls.append(str(request.url).partition("?")[0])
