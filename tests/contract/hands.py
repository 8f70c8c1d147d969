"""Hands that act behind the ports' back, in the fake and in the engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from fakes.aws import FakeAws
from fakes.state import Item


class Hands(Protocol):
    """What others do, and what can be seen, without Waybill."""

    @property
    def name(self) -> str:
        """The bucket's name."""

    def version_id(self, key: str) -> str:
        """Return the id of an object's current version."""

    def plant(self, key: str, body: bytes) -> None:
        """Put an object without any checksum, Startifact's way."""

    def delete(self, key: str) -> None:
        """Delete an object; the bucket is versioned."""

    def versions(self, key: str) -> int:
        """Count the versions of an object that are stored, covered ones included, markers not."""

    def unfinished(self, key: str) -> int:
        """Count the multipart uploads to a key that were begun and not ended."""

    def media_type(self, key: str) -> str:
        """Return what an object was said to be."""


@dataclass(frozen=True, slots=True)
class FakeHands:
    """Hands in the fake."""

    world: FakeAws
    name: str

    def plant(self, key: str, body: bytes) -> None:
        self.world.plant(self.name, key, body)

    def delete(self, key: str) -> None:
        self.world.delete(self.name, key)

    def version_id(self, key: str) -> str:
        item = self.world.buckets[self.name].current(key)
        assert item is not None
        return item.version_id or ""

    def versions(self, key: str) -> int:
        return sum(isinstance(item, Item) for item in self.world.buckets[self.name].objects.get(key, []))

    def unfinished(self, key: str) -> int:
        return sum(upload.key == key for upload in self.world.buckets[self.name].uploads.values())

    def media_type(self, key: str) -> str:
        item = self.world.buckets[self.name].current(key)
        assert item is not None
        return item.media_type


@dataclass(frozen=True, slots=True)
class BotoHands:
    """Hands in an engine, through boto3."""

    s3: Any
    name: str

    def plant(self, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket=self.name, Key=key, Body=body)

    def delete(self, key: str) -> None:
        self.s3.delete_object(Bucket=self.name, Key=key)

    def version_id(self, key: str) -> str:
        return str(self.s3.head_object(Bucket=self.name, Key=key).get("VersionId", ""))

    def versions(self, key: str) -> int:
        found = self.s3.list_object_versions(Bucket=self.name, Prefix=key).get("Versions", [])
        return sum(version["Key"] == key for version in found)

    def unfinished(self, key: str) -> int:
        found = self.s3.list_multipart_uploads(Bucket=self.name, Prefix=key).get("Uploads", [])
        return sum(upload["Key"] == key for upload in found)

    def media_type(self, key: str) -> str:
        return str(self.s3.head_object(Bucket=self.name, Key=key)["ContentType"])
