"""A bucket that a pipeline deploys to, which is only ever looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from waybill.domain.deploy.compared import FileChecksums
from waybill.ports.bucket import Listed


class DeployedBucket(Protocol):
    """The bucket of an S3 deploy action. Where its owner is known, that is checked on every call (P7)."""

    @property
    def name(self) -> str:
        """The bucket's name."""

    def files(self, prefix: str) -> Iterable[Listed]:
        """Yield the objects under a prefix, in key order, page by page."""

    def checksums(self, key: str) -> FileChecksums | None:
        """Return what S3 knows of an object as a whole, or None where S3 says that there is none.

        MD5 only where the ETag is one: not of an object that is encrypted with KMS, or was put in parts.
        """

    def stream(self, key: str) -> Iterator[bytes]:
        """Yield an object's bytes in chunks of at most 1 MiB."""
