"""A multipart upload into the world, with every check that S3 makes."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing

from awscrt.checksums import crc64nvme

from fakes.calls import Call
from fakes.refusals import bad_bytes, unknown
from fakes.state import BucketState, Item, UploadState
from fakes.world import World
from waybill.domain.digests import MAX_PARTS, Digests, crc_text
from waybill.ports.bucket import Created, Exists, Part


class FakeUpload:
    """Implements `ports.Upload`. It counts as unfinished until it is completed or aborted, a refused end included."""

    def __init__(self, world: World, bucket: BucketState, upload_id: str, key: str, *, caller: str) -> None:
        self._world = world
        self._bucket = bucket
        self._id = upload_id
        self._key = key
        self._caller = caller
        self._where = f"s3://{bucket.name}/{key}"

    def send(self, part: Part) -> None:
        """Take one part; an announced checksum is compared. A fault `during` strikes after the first chunk."""
        if not 1 <= part.number <= MAX_PARTS:
            raise unknown(self._where, "InvalidArgument: part number")
        call = self._call("send")
        with self._world.calls.making(call):
            announced = part.crc64nvme
            body = bytearray()
            with closing(part.chunks()) as chunks:
                for chunk in chunks:
                    body += chunk
                    if len(body) == len(chunk):
                        self._world.calls.strike(call, "during")
            if len(body) != part.size:
                raise bad_bytes(self._where, f"part {part.number} has {len(body)} of {part.size} bytes")
            if announced is not None and crc_text(crc64nvme(bytes(body))) != announced:
                raise bad_bytes(self._where, f"part {part.number} is not of CRC64NVME {announced}")
            with self._world.lock:
                self._state().parts[part.number] = bytes(body)

    def take(self, number: int, body: bytes) -> None:
        """Take a part that S3 copied itself."""
        with self._world.lock:
            self._state().parts[number] = body

    def complete(self, digests: Digests) -> Created | Exists:
        """Make the object, unless one is there. After a refusal the parts stay until the upload is aborted."""
        with self._making("complete"), self._world.lock:
            if self._id not in self._bucket.uploads and self._bucket.current(self._key) is not None:
                return Exists()
            state = self._state()
            body = self._joined(state)
            if len(body) != digests.size:
                raise bad_bytes(self._where, f"size {digests.size}, but the parts have {len(body)} bytes")
            if crc_text(crc64nvme(body)) != digests.crc64nvme:
                raise bad_bytes(self._where, f"CRC64NVME {digests.crc64nvme} of the whole")
            if self._bucket.current(self._key) is not None:
                return Exists()
            version = self._world.new_version() if self._bucket.versioned else None
            item = Item(
                body=body,
                media_type=state.media_type,
                version_id=version,
                modified=self._world.now(),
                crc64nvme=digests.crc64nvme,
                kms_key=state.kms_key,
            )
            self._bucket.store(self._key, item)
            del self._bucket.uploads[self._id]
            return Created(version)

    def abort(self) -> None:
        """Drop the parts."""
        with self._making("abort"), self._world.lock:
            self._bucket.uploads.pop(self._id, None)

    def _joined(self, state: UploadState) -> bytes:
        numbers = sorted(state.parts)
        if not numbers:
            raise unknown(self._where, "MalformedXML: no parts")
        for number in numbers[:-1]:
            if len(state.parts[number]) < self._world.min_part_bytes:
                raise unknown(self._where, f"EntityTooSmall: part {number}")
        return b"".join(state.parts[number] for number in numbers)

    def _state(self) -> UploadState:
        state = self._bucket.uploads.get(self._id)
        if state is None:
            raise unknown(self._where, "NoSuchUpload")
        return state

    def _call(self, call: str) -> Call:
        return Call(region=self._bucket.region, call=call, name=self._key, account=self._caller)

    def _making(self, call: str) -> AbstractContextManager[None]:
        return self._world.calls.making(self._call(call))
