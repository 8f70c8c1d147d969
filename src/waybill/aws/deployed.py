"""A bucket that a pipeline deploys to, through S3."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from waybill.aws import listing
from waybill.aws.bucket import ABSENT, S3Bucket
from waybill.aws.location import Location
from waybill.aws.wire import Wire
from waybill.domain.deploy.compared import FileChecksums, Kind
from waybill.errors import Fault, InputError
from waybill.ports.bucket import Listed

FIELDS = {
    Kind.SHA256: "ChecksumSHA256",
    Kind.CRC64NVME: "ChecksumCRC64NVME",
    Kind.CRC32C: "ChecksumCRC32C",
    Kind.CRC32: "ChecksumCRC32",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unowned(Location):
    """A bucket whose owner nobody named: which account an output bucket is in, a pipeline does not always say."""

    @property
    def place(self) -> dict[str, str]:
        """The arguments that every call carries."""
        return {"Bucket": self.name}


class S3DeployedBucket:
    """Implements `ports.DeployedBucket`."""

    def __init__(self, location: Location) -> None:
        self._at = location

    @property
    def name(self) -> str:
        """The bucket's name."""
        return self._at.name

    def files(self, prefix: str) -> Iterable[Listed]:
        """Yield the objects under a prefix, in key order, page by page."""
        with self._naming_the_pipeline():
            yield from listing.entries(self._at, prefix, "")

    def checksums(self, key: str) -> FileChecksums | None:
        """Return what S3 knows of an object as a whole."""
        with self._naming_the_pipeline():
            answer = self._at.calls.perform(
                self._at.asked("s3:GetObject", key),
                lambda: self._at.client.head_object(Key=key, ChecksumMode="ENABLED", **self._at.place),
                ABSENT,
            )
        return None if answer is None else FileChecksums(size=int(answer["ContentLength"]), known=_known(answer))

    def stream(self, key: str) -> Iterator[bytes]:
        """Yield an object's bytes."""
        with self._naming_the_pipeline():
            yield from S3Bucket(self._at, wire=_no_wire).stream(key)

    @contextmanager
    def _naming_the_pipeline(self) -> Iterator[None]:
        """Say of a bucket that is not there who named it: no input did."""
        try:
            yield
        except InputError as error:
            said = " ".join(fault.rule for fault in error.faults)
            rule = f"deploys to the bucket {self.name}, which cannot be looked at in {self._at.region}: {said}"
            raise InputError([Fault("pipeline", "", rule)]) from error


def _known(answer: Any) -> dict[Kind, str]:
    """Return the checksums over a whole object; of one that was put in parts S3 may know one of its parts' checksums.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html (ETag), API_HeadObject.html (ChecksumType)
    """
    found = {kind: str(answer[field]) for kind, field in FIELDS.items() if answer.get(field)}
    if answer.get("ChecksumType") == "COMPOSITE":
        found = {}
    known = {kind: b64decode(text).hex() for kind, text in found.items() if "-" not in text}
    tag = str(answer.get("ETag", "")).strip('"').lower()
    encryption = str(answer.get("ServerSideEncryption", "AES256"))
    if len(tag) == 32 and encryption == "AES256" and "SSECustomerAlgorithm" not in answer:
        known[Kind.MD5] = tag
    return known


def _no_wire(url: str) -> Wire:
    raise NotImplementedError(f"nothing is ever sent to {url}")
