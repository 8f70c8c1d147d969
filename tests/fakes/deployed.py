"""A bucket that a pipeline deploys to, as one caller sees it."""

from __future__ import annotations

import zlib
from base64 import b64decode
from collections.abc import Iterable, Iterator
from hashlib import md5

from fakes.bucket import FakeBucket
from fakes.calls import Call
from fakes.state import Item
from fakes.world import World
from waybill.domain.deploy.compared import FileChecksums, Kind
from waybill.errors import Fault, InputError
from waybill.ports.bucket import Listed


class FakeDeployedBucket:
    """Implements `ports.DeployedBucket`. `owner` None: whoever owns it."""

    def __init__(self, world: World, *, region: str, name: str, owner: str | None, caller: str) -> None:
        self.name = name
        self._world = world
        self._call = Call(region=region, call="head", account=caller)
        found = world.buckets.get(name)
        known = owner or (found.owner if found else "")
        self._bucket = FakeBucket(world, region=region, name=name, owner=known, caller=caller)

    def files(self, prefix: str) -> Iterable[Listed]:
        """Yield the objects under a prefix."""
        try:
            yield from self._bucket.entries(prefix)
        except InputError as error:
            raise InputError([Fault("pipeline", self.name, "deploys to a bucket that is not there.")]) from error

    def checksums(self, key: str) -> FileChecksums | None:
        """Return what S3 knows of an object."""
        stored = self._bucket.head(key)
        if stored is None:
            return None
        with self._world.lock:
            item = self._world.buckets[self.name].version(key, stored.version_id)
        assert item is not None
        return FileChecksums(size=stored.size, known=known(item))

    def stream(self, key: str) -> Iterator[bytes]:
        """Yield an object's bytes."""
        return self._bucket.stream(key)


def known(item: Item) -> dict[Kind, str]:
    """Return the checksums that S3 would know: the one that was sent, and an MD5 of what KMS did not encrypt."""
    found = {} if item.kms_key else {Kind.MD5: md5(item.body, usedforsecurity=False).hexdigest()}
    if item.sha256:
        return {**found, Kind.SHA256: item.sha256}
    if item.crc64nvme:
        return {**found, Kind.CRC64NVME: b64decode(item.crc64nvme).hex()}
    return {**found, Kind.CRC32: f"{zlib.crc32(item.body):08x}"}
