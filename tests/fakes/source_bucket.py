"""The bucket of a pipeline's source action as one caller sees it; what it overwrites, pipelines may watch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager

from awscrt.checksums import crc64nvme

from fakes.bucket import FakeBucket
from fakes.calls import Call
from fakes.copies import readable
from fakes.refusals import bad_bytes, denied
from fakes.state import BucketState, Item
from fakes.world import World
from waybill.domain.digests import crc_text
from waybill.errors import ArtifactError, Fault, InputError
from waybill.ports.copying import CopySource
from waybill.ports.pipeline import Guard, NewSource, SourceObject, unguarded


class FakeSourceBucket:
    """Implements `ports.SourceBucket`. In the log: versioned, head-source, copy-source, put-source."""

    def __init__(self, world: World, *, region: str, name: str, owner: str, caller: str) -> None:
        self.name = name
        self._world = world
        self._region = region
        self._caller = caller
        self._there = FakeBucket(world, region=region, name=name, owner=owner, caller=caller)

    def versioned(self) -> bool:
        """Whether versioning is on."""
        with self._making("versioned"), self._world.lock:
            return self._mine("s3:GetBucketVersioning").versioned

    def head(self, key: str, version_id: str | None = None) -> SourceObject | None:
        """Return a version of an object."""
        with self._making("head-source", key), self._world.lock:
            bucket = self._mine("s3:GetObject", key)
            item = bucket.version(key, version_id)
            if item is None and not bucket.listing:
                raise denied("s3:GetObject", f"arn:aws:s3:::{self.name}/{key}")
            return _seen(key, item) if item else None

    def copy(self, new: NewSource, source: CopySource) -> SourceObject:
        """Copy the staged artifact to the key, server side."""
        self._fits(new)
        if source.size != new.digests.size:
            raise bad_bytes(f"s3://{source.bucket}/{source.key}", f"size {new.digests.size}")
        with self._making("copy-source", new.key), self._world.lock:
            bucket = self._mine("s3:PutObject", new.key)
            body = readable(self._world, source, caller=self._caller)
            return self._stored(bucket, new, body)

    def put(self, new: NewSource, chunks: Iterator[bytes], *, guard: Guard = unguarded) -> SourceObject:
        """Send the staged artifact to the key; a fault `during` strikes after the first chunk."""
        self._fits(new)
        call = Call(region=self._region, call="put-source", name=new.key, account=self._caller)
        with guard(lambda: None), self._world.calls.making(call):
            body = b""
            for chunk in chunks:
                if not body:
                    self._world.calls.strike(call, "during")
                body += chunk
            with self._world.lock:
                return self._stored(self._mine("s3:PutObject", new.key), new, body, late=False)

    def _stored(self, bucket: BucketState, new: NewSource, body: bytes, *, late: bool = True) -> SourceObject:
        """Overwrite what is there. S3 tells of other bytes than said before it stores them, or after a copy."""
        where = f"s3://{self.name}/{new.key}"
        sha256 = hashlib.sha256(body).hexdigest()
        if sha256 != new.digests.sha256 and not late:
            raise bad_bytes(where, f"sha256 {new.digests.sha256}")
        item = Item(
            body=body,
            media_type=new.media_type,
            version_id=self._world.new_version() if bucket.versioned else None,
            modified=self._world.now(),
            sha256=sha256,
            crc64nvme=crc_text(crc64nvme(body)),
            kms_key=self._there.encrypting(bucket, None),
            summary=new.summary,
        )
        bucket.store(new.key, item)
        if sha256 != new.digests.sha256:
            raise bad_bytes(where, f"sha256 {new.digests.sha256}; delete version {item.version_id}")
        self._world.wrote(self.name, new.key)
        return _seen(new.key, item)

    def _fits(self, new: NewSource) -> None:
        if new.digests.size > self._world.copy_limits.whole:
            raise ArtifactError(f"{new.digests.size} bytes are more than CodePipeline takes.")

    def _mine(self, action: str, key: str = "") -> BucketState:
        if self.name not in self._world.buckets:
            raise InputError([Fault("pipeline", "", f"takes its source from {self.name}, which does not exist.")])
        return self._there.mine(action, key)

    def _making(self, call: str, name: str = "") -> AbstractContextManager[None]:
        return self._world.calls.making(Call(region=self._region, call=call, name=name, account=self._caller))


def _seen(key: str, item: Item) -> SourceObject:
    return SourceObject(
        key=key,
        version_id=item.version_id,
        size=len(item.body),
        sha256=item.sha256,
        crc64nvme=item.crc64nvme,
        summary=item.summary,
    )
