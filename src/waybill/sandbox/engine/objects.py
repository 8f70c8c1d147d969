"""How objects are kept: lazily read, with the key's ARN, with an ETag that readers cannot disturb.

Replaces three things of moto's models: what `FakeKey.value` is, how its ETag is made, and `S3Backend.put_object`'s idea
of encryption.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from typing import Any, Final

from moto.s3 import models, responses
from moto.s3.models import FakeKey, S3Backend

from waybill.sandbox.engine import checksums, keys
from waybill.sandbox.engine.refusals import Refusal
from waybill.sandbox.engine.stored import Body, Joined, Kept, Stored, pieces

_KEPT: Final = "waybill_kept"


Written = Callable[[str, str], None]


def install(written: Written) -> None:
    """Replace the parts of moto's models, once; `written` is told the bucket and the key of each new object."""
    _replace(FakeKey, "value", property(_value, _set_value))
    _replace(FakeKey, "etag", property(_etag))
    _replace(FakeKey, "__getstate__", _without_value)
    _replace(FakeKey, "__setstate__", _without_buffer)
    _replace(S3Backend, "put_object", _encrypting(S3Backend.put_object, written))
    for module in (models, responses):
        _replace(module, "compute_checksum", _compute_checksum)


def stored(part: FakeKey) -> Stored:
    """Return the body of one part."""
    return Stored(part._value_buffer, part.lock, 0, part.contentsize)


def whole(key: FakeKey | None) -> None:
    """Make an object that one request wrote whole: a full-object checksum, no parts even when its source had some."""
    if key is None:
        return
    if key.checksum_parts is not None or not key.checksum_algorithm:
        algorithm = key.checksum_algorithm or checksums.DEFAULT
        key.checksum_algorithm = algorithm
        key.checksum_value = checksums.encoded(checksums.of(_value(key), algorithm))
    key.checksum_type = checksums.FULL_OBJECT
    key.checksum_parts = None
    key.multipart = None


def checksum_headers(key: FakeKey) -> dict[str, str]:
    """Return what HEAD and GET with ChecksumMode say of the whole object."""
    if not key.checksum_algorithm or not key.checksum_value:
        return {}
    parts = f"-{key.checksum_parts}" if key.checksum_type == checksums.COMPOSITE else ""
    return {
        f"x-amz-checksum-{key.checksum_algorithm.lower()}": f"{key.checksum_value}{parts}",
        "x-amz-checksum-type": key.checksum_type or checksums.FULL_OBJECT,
    }


def part_window(key: FakeKey, number: int) -> tuple[slice, dict[str, str]]:
    """Return where part `number` lies in the object, and the headers that say so. Raises `Refusal` (416)."""
    numbers = key.multipart.partlist if key.multipart else []
    if number not in numbers:
        raise Refusal("InvalidPartNumber", "The requested partnumber is not satisfiable", 416)
    sizes = [key.multipart.parts[each].contentsize for each in numbers if key.multipart]
    index = numbers.index(number)
    start = sum(sizes[:index])
    stop = start + sizes[index]
    return slice(start, stop), {
        "content-length": str(stop - start),
        "content-range": f"bytes {start}-{stop - 1}/{key.contentsize}",
        "x-amz-mp-parts-count": str(len(numbers)),
    }


def _replace(owner: object, name: str, replacement: object) -> None:
    setattr(owner, name, replacement)


def _value(key: FakeKey) -> Stored | Joined:
    kept: Joined | None = key.__dict__.get(_KEPT)
    return stored(key) if kept is None else kept


def _set_value(key: FakeKey, body: Body | Kept) -> None:
    if isinstance(body, Kept):
        key.__dict__[_KEPT] = body.body
        key.contentsize = len(body.body)
        return
    buffer = key._value_buffer
    buffer.seek(0)
    buffer.truncate()
    key.contentsize = sum(buffer.write(piece) for piece in pieces(body))


def _etag(key: FakeKey) -> str:
    if key._etag is None:
        key._etag = checksums.md5_hex(_value(key))
    return f'"{key._etag}"'


# moto lists versions by copying every object. These copies know everything of an object but its bytes.
def _without_value(key: FakeKey) -> dict[str, Any]:
    _etag(key)
    return {name: value for name, value in key.__dict__.items() if name not in ("_value_buffer", "lock", _KEPT)}


def _without_buffer(key: FakeKey, state: dict[str, Any]) -> None:
    key.__dict__.update(state)
    key._value_buffer = tempfile.SpooledTemporaryFile()  # noqa: SIM115 - the key closes it
    key.lock = threading.Lock()


def _compute_checksum(body: Body, algorithm: str, encode_base64: bool = True) -> bytes:
    digest = checksums.of(pieces(body), algorithm)
    return checksums.encoded(digest).encode() if encode_base64 else digest


def _encrypting(put_object: Callable[..., FakeKey], written: Written) -> Callable[..., FakeKey]:
    def put(
        backend: S3Backend,
        bucket_name: str,
        key_name: str,
        value: Body | Kept,
        *,
        encryption: str | None = None,
        kms_key_id: str | None = None,
        bucket_key_enabled: str | bool | None = None,
        **others: Any,
    ) -> FakeKey:
        bucket = backend.get_bucket(bucket_name)
        choice = keys.chosen(bucket, backend.account_id, encryption, kms_key_id, bucket_key_enabled)
        key = put_object(backend, bucket_name, key_name, value, encryption=choice.algorithm, **others)
        key.kms_key_id = choice.key
        key.bucket_key_enabled = choice.bucket_key or None
        written(bucket_name, key_name)
        return key

    return put
