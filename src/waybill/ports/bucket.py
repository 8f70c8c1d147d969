"""One region's staging bucket, and the objects in it."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from waybill.domain.arns import KeyArn
from waybill.domain.digests import Digests
from waybill.domain.observation import Stored

if TYPE_CHECKING:
    from waybill.ports.copying import Copying, CopySource  # a stage copies nothing: its start need not read them


class Encryption(Enum):
    """What encrypts a bucket's new objects when the request does not say. `KMS_TWICE`: dual-layer, `aws:kms:dsse`."""

    KMS = "kms"
    KMS_TWICE = "kms-twice"
    NO_KMS = "no-kms"


@dataclass(frozen=True, slots=True)
class DefaultEncryption:
    """A bucket's default: `key` is the key's ARN, bare id or alias as written there; None: the AWS-managed one.

    `bucket_key`: S3 asks KMS for the bucket, and not for each object.
    """

    kind: Encryption
    key: str | None = None
    bucket_key: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewObject:
    """What is to be created, and how it is encrypted. `kms_key` None means the bucket's own default, unsaid."""

    key: str
    media_type: str
    kms_key: KeyArn | None


@dataclass(frozen=True, slots=True)
class Created:
    """The object was not there and is now."""

    version_id: str | None


@dataclass(frozen=True, slots=True)
class Exists:
    """Something is there already, and was left alone (P2)."""


class Part(Protocol):
    """One part of an artifact on its way: read at most once, in order."""

    @property
    def number(self) -> int:
        """From 1."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def crc64nvme(self) -> str | None:
        """Its checksum as S3 writes it; None when it is known only after the last chunk."""

    def chunks(self) -> Generator[memoryview, None, None]:
        """Yield its bytes in order; each chunk is good until the next is asked for."""


class Upload(Protocol):
    """A multipart upload that was begun. `send` may run for several parts at once; it does not retry."""

    def send(self, part: Part) -> None:
        """Send one part; raises `Unavailable` where another try may help."""

    def complete(self, digests: Digests) -> Created | Exists:
        """Make the object, unless one is there; S3 compares the full-object checksum and the size.

        After `Exists` the upload still waits to be aborted. It says as much where another write won at the same
        moment; whether that one's object is there must be looked at.
        """

    def abort(self) -> None:
        """Leave nothing behind (P6). Calling it again, or after `complete`, does no harm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One key as a listing shows it: `size` in bytes, `modified` as ISO 8601 UTC to the second."""

    key: str
    size: int
    modified: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """One multipart upload that was begun and neither completed nor aborted; `begun` as ISO 8601 UTC."""

    key: str
    upload_id: str
    begun: str


class Bucket(Protocol):
    """One region's staging bucket, whose owner is checked on every call (P7)."""

    @property
    def name(self) -> str:
        """The bucket's name."""

    def head(self, key: str) -> Stored | None:
        """Return the object as S3 reports it now, or None where S3 says that there is none."""

    def read(self, key: str, *, limit: int) -> bytes | None:
        """Return a small object whole, or None where there is none. Raises `ArtifactError` above `limit` bytes."""

    def stream(self, key: str, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield an object's bytes from `start` to before `end`, in chunks of at most 1 MiB."""

    def list(self, prefix: str) -> Iterable[str]:
        """Yield the keys under a prefix, in order, page by page."""

    def entries(self, prefix: str, *, delimiter: str = "") -> Iterable[Listed]:
        """Yield what a listing shows under a prefix, in key order, page by page.

        With a delimiter only the keys that have none of it after the prefix; what lies deeper is left out.
        """

    def unfinished(self, prefix: str) -> Iterable[Unfinished]:
        """Yield the multipart uploads under a prefix that are neither completed nor aborted."""

    def delete(self, key: str) -> None:
        """Delete an object; in a versioned bucket its versions stay. One that is not there is no error."""

    def default_encryption(self) -> DefaultEncryption:
        """Return what the bucket says of new objects."""

    def put(self, new: NewObject, body: bytes | memoryview, *, sha256: str) -> Created | Exists:
        """Create an object in one request, with its SHA-256 (hex), unless one is there."""

    def begin(self, new: NewObject) -> Upload:
        """Begin a multipart upload with a full-object CRC64NVME."""

    def copy(self, new: NewObject, source: CopySource, digests: Digests, copying: Copying) -> Created | Exists:
        """Create an object from another bucket's, server side, unless one is there.

        Up to 5 GiB S3 computes the SHA-256 anew, which is compared with `digests`; above, CRC64NVME and size are.
        Raises `AccessDenied` where one principal may not do both, `ArtifactError` where the copy is other bytes.
        """
