"""One bucket as one caller sees it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from functools import partial

from fakes.calls import Call
from fakes.copies import copy_parts, readable
from fakes.refusals import bad_bytes, denied, no_bucket, no_key, unknown
from fakes.state import BucketState, Item, UploadState
from fakes.upload import FakeUpload
from fakes.world import World
from waybill.domain.arns import KeyArn
from waybill.domain.digests import Digests
from waybill.domain.observation import Stored
from waybill.errors import ArtifactError
from waybill.ports.bucket import Created, DefaultEncryption, Encryption, Exists, Listed, NewObject, Unfinished, Upload
from waybill.ports.copying import Copying, CopySource

CHUNK = 64 * 1024
MAX_KEY_BYTES = 1024


class FakeBucket:
    """Implements `ports.Bucket`. `caller` is the account whose credentials ask; `owner` the ExpectedBucketOwner."""

    def __init__(self, world: World, *, region: str, name: str, owner: str, caller: str) -> None:
        self.name = name
        self._world = world
        self._region = region
        self._owner = owner
        self._caller = caller
        self.limits = world.copy_limits

    def head(self, key: str) -> Stored | None:
        """Return the object as S3 reports it. A HEAD of a bucket that is not there is a bare 404 too."""
        with self._making("head", key), self._world.lock:
            if self.name not in self._world.buckets:
                return None
            item = self._find("s3:GetObject", key)
            if item is None:
                return None
            return Stored(
                key=key,
                size=len(item.body),
                version_id=item.version_id,
                sha256=item.sha256,
                crc64nvme=item.crc64nvme,
                kms_key=item.kms_key,
            )

    def read(self, key: str, *, limit: int) -> bytes | None:
        """Return a small object whole."""
        with self._making("read", key), self._world.lock:
            item = self._find("s3:GetObject", key)
        if item is not None and len(item.body) > limit:
            raise ArtifactError(f"s3://{self.name}/{key} is larger than {limit} bytes.")
        return None if item is None else item.body

    def stream(self, key: str, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield an object's bytes; a fault `during` strikes after the first chunk."""
        call = self._call("stream", key)
        with self._world.calls.making(call):
            with self._world.lock:
                item = self._find("s3:GetObject", key)
            if item is None:
                raise ArtifactError(f"s3://{self.name}/{key} does not exist.")
            body = item.body[start:end]
            for position in range(0, len(body), CHUNK):
                yield body[position : position + CHUNK]
                if position == 0:
                    self._world.calls.strike(call, "during")

    def list(self, prefix: str) -> Iterable[str]:
        """Yield the keys under a prefix, page by page; what is written between two pages shows in the later one."""
        return (entry.key for entry in self.entries(prefix))

    def entries(self, prefix: str, *, delimiter: str = "") -> Iterable[Listed]:
        """Yield what a listing shows. What lies deeper than a delimiter takes room on a page, as in S3."""
        last = b""
        while True:
            with self._making("list", prefix), self._world.lock:
                bucket = self.mine("s3:ListBucket")
                if not bucket.listing:
                    raise denied("s3:ListBucket", self._arn())
                keys = [key for key in bucket.listed(prefix) if key.encode("utf-8") > last][: self._world.page]
                items = [(key, bucket.current(key)) for key in keys]
            for key, item in items:
                if item is not None and not (delimiter and delimiter in key[len(prefix) :]):
                    yield Listed(key=key, size=len(item.body), modified=item.modified)
            if len(keys) < self._world.page:
                return
            last = keys[-1].encode("utf-8")

    def unfinished(self, prefix: str) -> Iterable[Unfinished]:
        """Yield the uploads that nobody ended, by key."""
        with self._making("unfinished", prefix), self._world.lock:
            found = [
                Unfinished(key=state.key, upload_id=upload_id, begun=state.begun)
                for upload_id, state in self.mine("s3:ListBucketMultipartUploads").uploads.items()
                if state.key.startswith(prefix)
            ]
        yield from sorted(found, key=lambda upload: upload.key.encode("utf-8"))

    def delete(self, key: str) -> None:
        """Delete an object: in a versioned bucket a marker covers it, even where there was none."""
        with self._making("delete", key), self._world.lock:
            self.mine("s3:DeleteObject", key)
            self._world.delete(self.name, key)

    def default_encryption(self) -> DefaultEncryption:
        """Return what the bucket says of new objects."""
        with self._making("default-encryption"), self._world.lock:
            return self.mine("s3:GetEncryptionConfiguration").default

    def put(self, new: NewObject, body: bytes | memoryview, *, sha256: str) -> Created | Exists:
        """Create an object, if nothing is there and the bytes are those announced."""
        data = bytes(body)
        with self._making("put", new.key), self._world.lock:
            bucket = self.mine("s3:PutObject", new.key)
            key = self.encrypting(bucket, new.kms_key)
            if hashlib.sha256(data).hexdigest() != sha256:
                raise bad_bytes(self._arn(new.key), f"sha256 {sha256}")
            if bucket.current(new.key) is not None:
                return Exists()
            return self._store(bucket, new, data, sha256, key)

    def begin(self, new: NewObject) -> Upload:
        """Begin a multipart upload."""
        return self._begun(new)

    def _begun(self, new: NewObject) -> FakeUpload:
        with self._making("begin", new.key), self._world.lock:
            bucket = self.mine("s3:PutObject", new.key)
            key = self.encrypting(bucket, new.kms_key)
            upload_id = f"upload-{self._world.new_version()}"
            state = UploadState(key=new.key, media_type=new.media_type, kms_key=key, begun=self._world.now())
            bucket.uploads[upload_id] = state
        return FakeUpload(self._world, bucket, upload_id, new.key, caller=self._caller)

    def copy(self, new: NewObject, source: CopySource, digests: Digests, copying: Copying) -> Created | Exists:
        """Create an object from another bucket's, if nothing is there; SHA-256 is known of a copy in one call only."""
        if source.size != digests.size:
            raise bad_bytes(self._arn(new.key), f"size {digests.size}, but the source has {source.size} bytes")
        copying.check()
        if source.size > self.limits.whole:
            making = partial(self._making, "copy-part", new.key)
            read = partial(readable, self._world, source, caller=self._caller)
            return copy_parts(self._begun(new), read, digests, copying, making=making, part=self.limits.part)
        with self._making("copy", new.key), self._world.lock:
            bucket = self.mine("s3:PutObject", new.key)
            key = self.encrypting(bucket, new.kms_key)
            body = readable(self._world, source, caller=self._caller)
            if bucket.current(new.key) is not None:
                return Exists()
            sha256 = hashlib.sha256(body).hexdigest()
            created = self._store(bucket, new, body, sha256, key)
            if sha256 != digests.sha256:
                raise bad_bytes(self._arn(new.key), f"sha256 {digests.sha256}; delete version {created.version_id}")
        copying.told(source.size)
        return created

    def _store(self, bucket: BucketState, new: NewObject, body: bytes, sha256: str, kms_key: str | None) -> Created:
        item = Item(
            body=body,
            media_type=new.media_type,
            version_id=self._world.new_version() if bucket.versioned else None,
            modified=self._world.now(),
            sha256=sha256,
            kms_key=kms_key,
        )
        bucket.store(new.key, item)
        return Created(item.version_id)

    def _find(self, action: str, key: str) -> Item | None:
        bucket = self.mine(action, key)
        item = bucket.current(key)
        if item is None and not bucket.listing:
            raise denied(action, self._arn(key), "without s3:ListBucket a missing key answers 403")
        return item

    def mine(self, action: str, key: str = "") -> BucketState:
        """Return the bucket's state, if it is there, in this region, its owner the expected one, and open to us."""
        bucket = self._world.buckets.get(self.name)
        if bucket is None:
            raise no_bucket(self.name)
        if bucket.owner != self._owner:
            raise denied(action, self._arn(key), "the bucket has another owner than expected")
        if self._caller not in {bucket.owner, *bucket.shared_with}:
            raise denied(action, self._arn(key), "no resource-based policy allows it")
        if bucket.region != self._region:
            raise unknown(self._arn(key), "PermanentRedirect")
        if len(key.encode("utf-8")) > MAX_KEY_BYTES:
            raise unknown(self._arn(key), "KeyTooLongError")
        return bucket

    def encrypting(self, bucket: BucketState, given: KeyArn | None) -> str | None:
        """Return the ARN of the key that encrypts, as S3 reports it: an alias is resolved, the default looked up."""
        if given is None:
            if bucket.default.kind is Encryption.NO_KMS:
                return None
            if bucket.default.key is None:
                return self._world.managed_key(bucket.region, bucket.owner).text
            # Unsaid, a bare id or alias in the bucket's default is resolved in the requester's account.
            given = KeyArn.normalise(bucket.default.key, partition="aws", region=bucket.region, account=self._caller)
        key = self._world.kms.behind(given)
        if key is None or key.region != bucket.region:
            raise no_key(given.text, bucket.region)
        if key.account != self._caller and key.text not in self._world.kms.shared:
            raise denied("kms:GenerateDataKey", key.text, "no resource-based policy allows it")
        return key.text

    def _arn(self, key: str = "") -> str:
        return f"arn:aws:s3:::{self.name}/{key}" if key else f"arn:aws:s3:::{self.name}"

    def _call(self, call: str, name: str) -> Call:
        return Call(region=self._region, call=call, name=name, account=self._caller)

    def _making(self, call: str, name: str = "") -> AbstractContextManager[None]:
        return self._world.calls.making(self._call(call, name))
