"""One region's staging bucket, through S3."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from functools import partial
from typing import Any

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.aws.upload import S3Upload
from waybill.aws.wire import Wire
from waybill.domain.arns import KeyArn
from waybill.domain.digests import MIB, sha256_base64, sha256_hex
from waybill.domain.observation import Stored
from waybill.errors import AccessDenied, ArtifactError, Fault, InputError, Unavailable
from waybill.ports import Created, DefaultEncryption, Encryption, Exists, NewObject

EXISTS = {"PreconditionFailed": None, "412": None}
ABSENT = {"404": None, "NoSuchKey": None, "NotFound": None}
PAST_THE_END = {"InvalidRange": (None, b""), "416": (None, b"")}


class S3Bucket:
    """Implements `ports.Bucket`. Every call carries the expected owner (P7)."""

    def __init__(
        self,
        client: Any,
        calls: Calls,
        *,
        name: str,
        owner: str,
        region: str,
        partition: str,
        wire: Callable[[str], Wire],
    ) -> None:
        """`wire` makes the sender of parts for an object's URL."""
        self._client = client
        self._calls = calls
        self.name = name
        self._owner = owner
        self._region = region
        self._arn = f"arn:{partition}:s3:::{name}"
        self._any_key = f"arn:{partition}:kms:{region}:*:key/*"
        self._wire = wire
        self._place = {"Bucket": name, "ExpectedBucketOwner": owner}

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
                raise ArtifactError(f"s3://{self.name}/{key} in {self._region} is larger than {limit} bytes.")
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
        asked, token = Asked(action="s3:ListBucket", resource=self._arn, where=self._where(prefix)), ""
        while True:
            more = {"ContinuationToken": token} if token else {}
            answer = self._calls.perform(
                asked, partial(self._client.list_objects_v2, Prefix=prefix, **more, **self._place)
            )
            self._refuse_elsewhere(answer)
            for item in answer.get("Contents", []):
                yield str(item["Key"])
            token = answer.get("NextContinuationToken", "")
            if not token:
                return

    def default_encryption(self) -> DefaultEncryption:
        """Return what the bucket says of new objects."""
        asked = Asked(action="s3:GetEncryptionConfiguration", resource=self._arn, where=self._where())
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
                return DefaultEncryption(kind, default.get("KMSMasterKeyID"))
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

    def _refuse_elsewhere(self, answer: Any) -> None:
        """Raise where S3 says that the bucket is in another region: the SDK would follow it there without a word."""
        actual = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("x-amz-bucket-region", self._region)
        if actual != self._region:
            rule = f"names, in {self._region}, a bucket that is in {actual}."
            raise InputError([Fault("bucket-parameter", self.name, rule)], "Nothing was written.")

    def _asked(self, action: str, key: str, kms_key: KeyArn | None = None) -> Asked:
        return Asked(
            action=action,
            resource=f"{self._arn}/{key}",
            where=self._where(key),
            key=kms_key.text if kms_key else self._any_key,
        )

    def _where(self, key: str = "") -> str:
        return f"s3://{self.name}/{key} in {self._region}"


def _note_url(urls: list[str], request: Any, **_: Any) -> None:
    urls.append(str(request.url).partition("?")[0])


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
