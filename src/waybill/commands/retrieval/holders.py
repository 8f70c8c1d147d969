"""What one region has of a version that is to be downloaded, and what its bytes must be."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from waybill.commands.account.find import Shelf
from waybill.commands.account.version import SMALL, foreign_waybill, read_waybill
from waybill.domain.download import Expected
from waybill.domain.metadata import FILENAME_KEY, parse_document
from waybill.domain.names import Keys
from waybill.domain.observation import Observation, Stored
from waybill.domain.plan import damage
from waybill.domain.waybill import Waybill
from waybill.errors import ArtifactError
from waybill.ports.bucket import Bucket
from waybill.transfer.fetch import CONNECTIONS


class Offering(Protocol):
    """An artifact that may be fetched: what a region has, or a package."""

    @property
    def region(self) -> str:
        """Where it comes from, as progress is told."""

    @property
    def where(self) -> str:
        """The artifact, in words."""

    @property
    def says(self) -> str:
        """What says what the bytes must be, in words."""

    @property
    def connections(self) -> int:
        """How many stretches may be read at once."""

    def stream(self, start: int, end: int, /) -> Iterator[bytes]:
        """Yield the bytes from `start` to before `end`."""

    def unchanged(self) -> None:
        """Raise `ArtifactError` where it was replaced since it was looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A region's artifact. `waybill` None: only Startifact staged it there, or the waybill is missing."""

    region: str
    bucket: Bucket
    keys: Keys
    artifact: Stored
    waybill: Waybill | None

    @property
    def where(self) -> str:
        """The object, in words."""
        return f"s3://{self.bucket.name}/{self.keys.artifact} in {self.region}"

    @property
    def says(self) -> str:
        """What says what the bytes must be, in words."""
        return "its waybill says" if self.waybill is not None else "is known of it"

    @property
    def connections(self) -> int:
        """How many stretches may be read at once."""
        return CONNECTIONS

    def stream(self, start: int, end: int, /) -> Iterator[bytes]:
        """Yield the artifact's bytes from `start` to before `end`."""
        return self.bucket.stream(self.keys.artifact, start=start, end=end)

    def unchanged(self) -> None:
        """Raise `ArtifactError` where the object was replaced since it was looked at."""
        if (now := self.bucket.head(self.keys.artifact)) != self.artifact:
            was, is_now = (item.version_id if item else None for item in (self.artifact, now))
            raise ArtifactError(f"{self.where} was replaced while it was read ({was}, now {is_now}).", "Run again.")

    def expected(self, known: Waybill | None = None) -> Expected:
        """Return what the bytes must be: as the waybill says, be it another region's (`known`), else as S3 does."""
        waybill = self.waybill or known
        if waybill is not None:
            says = waybill.subject.digests
            return Expected(size=says.size, sha256=says.sha256, crc64nvme=says.crc64nvme)
        found = self.artifact
        return Expected(size=found.size, sha256=found.sha256, crc64nvme=found.crc64nvme)

    def file_name(self) -> str | None:
        """Return the stored file name, None where there is none. Raises `ArtifactError` for broken metadata."""
        if self.waybill is not None:
            return self.waybill.subject.file_name
        raw = self.bucket.read(self.keys.metadata, limit=SMALL)
        try:
            return parse_document(raw).get(FILENAME_KEY) if raw is not None else None
        except ValueError as error:
            raise ArtifactError(
                f"The metadata of {self.where} cannot be read: {error}.", "Say where it goes: `to` with a file's name."
            ) from error


def look_at_holder(shelf: Shelf, keys: Keys, owner: str) -> Holder | None:
    """Return what a region has, None where it has no such artifact.

    Raises `ArtifactError` where what is stored does not agree with its own waybill, or the waybill is another's.
    """
    name, bucket = shelf.region.name, shelf.bucket
    with ThreadPoolExecutor(2, thread_name_prefix="look") as pool:
        head = pool.submit(bucket.head, keys.artifact)
        raw = pool.submit(bucket.read, keys.waybill, limit=SMALL)
        artifact, waybill_raw = head.result(), raw.result()
    if artifact is None:
        return None
    where = f"s3://{bucket.name}/{keys.waybill} in {name}"
    waybill = read_waybill(waybill_raw, where)
    if waybill is not None:
        found = Observation(
            region=name, account=owner, bucket=bucket.name, kms_key=None, artifact=artifact, waybill=waybill
        )
        if wrong := foreign_waybill(found, keys) or damage(found):
            raise wrong
    return Holder(region=name, bucket=bucket, keys=keys, artifact=artifact, waybill=waybill)
