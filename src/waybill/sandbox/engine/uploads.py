"""Multipart uploads: what S3 checks before it makes an object of the parts.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree

from moto.s3.models import FakeBucket, FakeKey, FakeMultipart

from waybill.sandbox.engine import checksums, objects
from waybill.sandbox.engine.keys import Encryption
from waybill.sandbox.engine.refusals import Refusal, no_such_upload
from waybill.sandbox.engine.stored import Joined

_SMALLEST_PART: Final = 5 * 1024 * 1024
_TYPES: Final = {
    "CRC32": (checksums.COMPOSITE, checksums.FULL_OBJECT),
    "CRC32C": (checksums.COMPOSITE, checksums.FULL_OBJECT),
    "CRC64NVME": (checksums.FULL_OBJECT,),
    "SHA1": (checksums.COMPOSITE,),
    "SHA256": (checksums.COMPOSITE,),
}


class Upload(FakeMultipart):
    """A multipart upload that knows its encryption, its checksum and when it began."""

    encryption: Encryption
    algorithm: str
    declared: bool
    kind: str
    initiated: datetime

    def describe(self, encryption: Encryption, headers: Mapping[str, str]) -> None:
        """Take what CreateMultipartUpload's headers say. Raises `Refusal` for a checksum type that cannot be."""
        algorithm = headers.get("x-amz-checksum-algorithm", "").upper()
        kind = headers.get("x-amz-checksum-type", "").upper()
        if algorithm and algorithm not in _TYPES:
            raise Refusal("InvalidRequest", "Checksum algorithm provided is unsupported.")
        self.declared = bool(algorithm)
        self.algorithm = algorithm or checksums.DEFAULT
        self.kind = kind or _TYPES[self.algorithm][0]
        if self.kind not in _TYPES[self.algorithm]:
            raise Refusal(
                "InvalidRequest",
                f"The {self.kind} checksum type cannot be used with the {self.algorithm.lower()} checksum algorithm.",
            )
        self.encryption = encryption
        self.initiated = datetime.now(UTC)

    def keep(self, chosen: Sequence[Chosen]) -> None:
        """Forget the parts that the completed object is not made of."""
        self.partlist = [part.number for part in chosen]
        for number in set(self.parts) - set(self.partlist):
            self.parts.pop(number).dispose()


@dataclass(frozen=True, slots=True)
class Chosen:
    """One part that the completing request names."""

    number: int
    etag: str
    checksums: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Assembled:
    """What the parts make: the body, its ETag and its checksum as S3 reports them."""

    body: Joined
    etag: str
    checksum: str
    parts: int


def find(bucket: FakeBucket, upload_id: str, key_name: str) -> Upload:
    """Return the upload; raises `Refusal` (NoSuchUpload) when it is not there or not of this key."""
    found = bucket.multiparts.get(upload_id)
    if not isinstance(found, Upload) or found.key_name != key_name:
        raise no_such_upload()
    return found


def chosen_parts(body: bytes) -> Sequence[Chosen]:
    """Return the parts that CompleteMultipartUpload's XML names; raises `Refusal` for bad XML or a bad order."""
    malformed = Refusal("MalformedXML", "The XML you provided was not well-formed or did not validate.")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - loopback only, from the person's own client
        parts = [_chosen(element) for element in root if element.tag.endswith("Part")]
    except (ElementTree.ParseError, KeyError, ValueError):
        raise malformed from None
    if not parts:
        raise malformed
    numbers = [part.number for part in parts]
    if numbers != sorted(set(numbers)):
        raise Refusal("InvalidPartOrder", "The list of parts was not in ascending order.")
    return parts


def _chosen(element: ElementTree.Element) -> Chosen:
    texts = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in element}
    sums = {name.removeprefix("Checksum").upper(): text for name, text in texts.items() if name.startswith("Checksum")}
    return Chosen(int(texts["PartNumber"]), texts["ETag"].strip('"'), sums)


def assemble(upload: Upload, parts: Sequence[Chosen], headers: Mapping[str, str]) -> Assembled:
    """Return the object that `parts` make, or raise `Refusal` for whatever S3 finds wrong with the request."""
    stored = [_stored(upload, part) for part in parts]
    if any(key.contentsize < _SMALLEST_PART for key in stored[:-1]):
        raise Refusal("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
    digests = [_part_digest(upload, part, key) for part, key in zip(parts, stored, strict=True)]
    body = Joined(objects.stored(key) for key in stored)
    _check_size(len(body), headers.get("x-amz-mp-object-size"))
    if upload.kind == checksums.COMPOSITE:
        value = f"{checksums.encoded(checksums.of(digests, upload.algorithm))}-{len(parts)}"
    else:
        value = checksums.encoded(checksums.of(body, upload.algorithm))
    _check_claim(upload, value, headers)
    etag = checksums.md5_hex(bytes.fromhex(key.etag.strip('"')) for key in stored)
    return Assembled(body, f"{etag}-{len(parts)}", value, len(parts))


def _stored(upload: Upload, part: Chosen) -> FakeKey:
    key: FakeKey | None = upload.parts.get(part.number)
    if key is None or key.etag.strip('"') != part.etag:
        raise _invalid_part()
    return key


def _part_digest(upload: Upload, part: Chosen, key: FakeKey) -> bytes:
    """Return the part's digest when it is needed: a composite object is made of them."""
    claimed = part.checksums.get(upload.algorithm)
    if claimed is None and upload.kind == checksums.COMPOSITE:
        raise Refusal(
            "InvalidRequest",
            f"The upload was created using a {upload.algorithm.lower()} checksum. The complete request must include "
            f"the checksum for each part. It was missing for part {part.number} in the request.",
        )
    if claimed is None:
        return b""
    digest = checksums.of(objects.stored(key), upload.algorithm)
    if checksums.encoded(digest) != claimed:
        raise _invalid_part()
    return digest


def _check_size(size: int, claimed: str | None) -> None:
    if claimed is not None and claimed != str(size):
        raise Refusal(
            "InvalidRequest",
            f"The provided 'x-amz-mp-object-size' header value {claimed} does not match what was computed: {size}",
        )


def _check_claim(upload: Upload, value: str, headers: Mapping[str, str]) -> None:
    kind = headers.get("x-amz-checksum-type", upload.kind).upper()
    if kind != upload.kind:
        raise Refusal(
            "InvalidRequest",
            f"The upload was created using the {upload.kind} checksum mode. The complete request must use the same "
            "checksum mode.",
        )
    for algorithm in checksums.SIZES:
        claimed = headers.get(f"x-amz-checksum-{algorithm.lower()}")
        if claimed is None:
            continue
        if algorithm != upload.algorithm:
            raise checksums.another_algorithm(upload.algorithm, algorithm)
        if claimed not in (value, value.partition("-")[0]):
            raise Refusal("BadDigest", f"The {algorithm} you specified did not match the calculated checksum.")


def _invalid_part() -> Refusal:
    return Refusal(
        "InvalidPart",
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified "
        "entity tag may not match the part's entity tag.",
    )
