"""What S3 does itself when it copies: it reads the source as the caller may, and makes parts of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from fakes.refusals import denied, no_bucket
from fakes.upload import FakeUpload
from fakes.world import World
from waybill.domain.digests import Digests
from waybill.errors import ArtifactError, WaybillError
from waybill.ports.bucket import Created, Exists
from waybill.ports.copying import Copying, CopySource


def readable(world: World, source: CopySource, *, caller: str) -> bytes:
    """Return the bytes of a copy's source, if its owner is the expected one and both policies let `caller` read it."""
    action = "s3:GetObjectVersion" if source.version_id else "s3:GetObject"
    arn = f"arn:aws:s3:::{source.bucket}/{source.key}"
    bucket = world.buckets.get(source.bucket)
    if bucket is None:
        raise no_bucket(source.bucket)
    if bucket.owner != source.owner:
        raise denied(action, arn, "the bucket has another owner than expected")
    if caller not in {bucket.owner, *bucket.shared_with}:
        raise denied(action, arn, "no resource-based policy allows it")
    item = bucket.version(source.key, source.version_id)
    if item is None:
        raise ArtifactError(f"s3://{source.bucket}/{source.key} does not exist.")
    key = world.kms.keys.get(item.kms_key or "")
    if key is not None and key.account != caller and key.text not in world.kms.shared:
        raise denied("kms:Decrypt", key.text, "no resource-based policy allows it")
    return item.body


def copy_parts(
    upload: FakeUpload,
    read: Callable[[], bytes],
    digests: Digests,
    copying: Copying,
    *,
    making: Callable[[], AbstractContextManager[None]],
    part: int,
) -> Created | Exists:
    """Copy part by part, which `making` logs, and complete; whatever fails, the upload is aborted."""
    try:
        with copying.guard(upload.abort):
            for number, start in enumerate(range(0, digests.size, part) or [0], start=1):
                copying.check()
                with making():
                    upload.take(number, read()[start : start + part])
                copying.told(min(start + part, digests.size))
            ended = upload.complete(digests)
            if isinstance(ended, Exists):
                upload.abort()
            return ended
    except BaseException:
        with suppress(WaybillError):
            upload.abort()
        raise
