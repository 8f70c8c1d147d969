"""Sends a stream to one key in parts, with one part in memory at a time; whatever fails, nothing is left behind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from waybill.aws.location import Location
from waybill.aws.upload import Begun
from waybill.domain.digests import MIB, Digests
from waybill.errors import ArtifactError, WaybillError
from waybill.ports.bucket import Created
from waybill.ports.pipeline import Guard
from waybill.transfer.crc import RunningCrc

PART = 8 * MIB


def whole(chunks: Iterator[bytes], digests: Digests, where: str) -> bytes:
    """Return a small stream's bytes. Raises `ArtifactError` where they are others than the waybill says."""
    body = b"".join(_at_most(chunks, digests.size))
    _must_be(digests, len(body), hashlib.sha256(body).hexdigest(), where)
    return body


def send_in_parts(
    at: Location, creation: dict[str, Any], digests: Digests, chunks: Iterator[bytes], *, part: int, guard: Guard
) -> str | None:
    """Overwrite a key with a stream; returns the new version's id, None where the last answer was lost.

    Raises `ArtifactError` where the bytes are others than the waybill says, before anything stands there.
    """
    asked = at.asked("s3:PutObject", creation["Key"])
    answer = at.calls.perform(
        asked,
        lambda: at.client.create_multipart_upload(
            ChecksumAlgorithm="CRC64NVME", ChecksumType="FULL_OBJECT", **creation, **at.place
        ),
    )
    place = at.place | {"Key": creation["Key"], "UploadId": answer["UploadId"]}
    upload = Begun(at.client, at.calls, asked, place=place, overwrites=True)
    try:
        with guard(upload.abort):
            sha256, size = hashlib.sha256(), 0
            for number, body in enumerate(_parts(_at_most(chunks, digests.size), part), start=1):
                sha256.update(body)
                size += len(body)
                crc = RunningCrc()
                crc.update(body)
                send = partial(_send, at, upload, number, body, crc.text())
                upload.note(number, at.calls.perform(asked, send)["ETag"], crc.text())
            _must_be(digests, size, sha256.hexdigest(), at.where(creation["Key"]))
            ended = upload.complete(digests)
            return ended.version_id if isinstance(ended, Created) else None
    except BaseException:
        # What cannot be aborted now is left to the bucket's lifecycle rule; the first error is the one to tell.
        with suppress(WaybillError):
            upload.abort()
        raise


def _send(at: Location, upload: Begun, number: int, body: bytes, crc64nvme: str) -> Any:
    return at.client.upload_part(PartNumber=number, Body=body, ChecksumCRC64NVME=crc64nvme, **upload.place)


def _parts(chunks: Iterator[bytes], length: int) -> Iterator[bytes]:
    """Yield the same bytes in pieces of `length`, but for the last."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= length:
            yield bytes(held[:length])
            del held[:length]
    if held:
        yield bytes(held)


def _at_most(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Yield what comes until there is more than `size` bytes of it: it is wrong then, however much follows."""
    taken = 0
    for chunk in chunks:
        yield chunk
        taken += len(chunk)
        if taken > size:
            return


def _must_be(digests: Digests, size: int, sha256: str, where: str) -> None:
    if size != digests.size:
        more = "more" if size > digests.size else str(size)
        said = f"{where} was to have {digests.size} bytes, which the waybill says, and {more} were read."
    elif sha256 != digests.sha256:
        said = f"{where} was to have the SHA-256 {digests.sha256}, which the waybill says, and {sha256} was read."
    else:
        return
    raise ArtifactError(said, "Nothing was stored there. The staged artifact is damaged: take another version.")
