"""Reading and writing buckets in somebody's name, by the rules that S3's requests go by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from moto.core.exceptions import ServiceException
from moto.s3.models import FakeBucket, FakeKey, get_canned_acl, s3_backends

from waybill.sandbox.engine import admission, keys, objects
from waybill.sandbox.engine.admission import Asked, Caller
from waybill.sandbox.engine.codepipeline.execution import Location
from waybill.sandbox.engine.refusals import Refusal
from waybill.sandbox.engine.s3_actions import PUT, SSE, SSE_KEY
from waybill.sandbox.engine.s3_copies import StrictS3Copies
from waybill.sandbox.engine.stored import Body

SUMMARY: Final = "x-amz-meta-codepipeline-artifact-revision-summary"


def bucket(name: str) -> FakeBucket:
    """Return a bucket of whichever account; raises `Refusal` (NoSuchBucket)."""
    found = admission.find(name)
    if found is None:
        raise Refusal("NoSuchBucket", "The specified bucket does not exist", 404)
    return found


def read(where: Location, caller: Caller, version: str | None = None) -> FakeKey:
    """Return an object that `caller` may read and decrypt; raises `Refusal`."""
    action = "s3:GetObjectVersion" if version else "s3:GetObject"
    bucket(where.bucket)
    admission.admit(Asked(bucket=where.bucket, key=where.key, action=action), caller)
    with StrictS3Copies.locks.of(where.bucket, where.key):
        found = s3_backends[caller.account]["aws"].get_object(where.bucket, where.key, version_id=version)
        if found is None and version:
            raise Refusal("NoSuchVersion", "The specified version does not exist.", 404)
        if found is None:
            raise Refusal("NoSuchKey", "The specified key does not exist.", 404)
        if found.kms_key_id:
            keys.decrypt(found.kms_key_id, caller)
        return found


def write(
    where: Location,
    body: Body | Iterator[bytes],
    caller: Caller,
    *,
    key: str | None = None,
    acl: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> FakeKey:
    """Write an object in `caller`'s name, with the KMS key `key` or the bucket's default; raises `Refusal`."""
    bucket(where.bucket)
    said = {"x-amz-acl": acl, SSE: keys.KMS if key else None, SSE_KEY: key}
    admission.admit(
        Asked(
            bucket=where.bucket,
            key=where.key,
            action=PUT,
            headers={name: text for name, text in said.items() if text},
            creates=True,
        ),
        caller,
    )
    chosen = keys.chosen(bucket(where.bucket), caller.account, keys.KMS if key else None, key, None)
    keys.encrypt(chosen.key, caller)
    with StrictS3Copies.locks.of(where.bucket, where.key):
        try:
            made = s3_backends[caller.account]["aws"].put_object(
                where.bucket,
                where.key,
                body,  # type: ignore[arg-type] # `objects` lets it be lazy
                encryption=keys.KMS if key else None,
                kms_key_id=key,
            )
        except ServiceException as error:
            raise Refusal(str(error.code), str(error.message)) from error
        made.set_metadata(dict(headers or {}))
        if acl:
            made.set_acl(get_canned_acl(acl))
        objects.whole(made)
    return made
