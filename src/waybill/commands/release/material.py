"""What is to be in every region: the bytes, and what the waybill says of them; from the build or from a region."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from waybill.commands.account.observe import Site
from waybill.domain.digests import MAX_SIZE, PART, Digests
from waybill.domain.observation import Observation
from waybill.domain.plan import damage, same_metadata
from waybill.domain.request import Request, StageRequest
from waybill.domain.versions import Version
from waybill.domain.waybill import Subject, Waybill
from waybill.errors import ArtifactError, Cancelled, Fault, InputError, WaybillError
from waybill.packing import Packed
from waybill.ports.bucket import Bucket
from waybill.transfer.crc import RunningCrc
from waybill.transfer.feed import Feed
from waybill.transfer.source import FileSource, Source, StoredSource, changed

ZIP = "application/zip"
BYTES = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """`body` is the whole artifact where it fits in one part. `subject` is None while the digests are not known.

    `region` is the one that the bytes come from, None for those of the build.
    """

    source: Source
    media_type: str
    file_name: str | None
    metadata: Mapping[str, str]
    body: bytes | None = None
    subject: Subject | None = None
    region: str | None = None

    @property
    def size(self) -> int:
        """Bytes."""
        return self.source.size

    def as_subject(self, request: Request, digests: Digests) -> Subject:
        """Return what the waybill says of it, once its digests are known.

        Raises `ArtifactError` when they were known before and are others now.
        """
        subject = Subject(
            project=request.project,
            version=request.version,
            digests=digests,
            media_type=self.media_type,
            file_name=self.file_name,
            metadata=self.metadata,
        )
        if self.subject is not None and self.subject.digests != digests:
            raise changed("The artifact")
        return subject

    def known(self, request: Request, check: Callable[[], None]) -> Material:
        """Return the same with its digests, reading the whole artifact once where they are not known yet.

        `check` raises when the run is cancelled.
        """
        if self.subject is not None:
            return self
        digests = Feed(self.source, part_bytes=PART, lanes=(), buffers=2, check=check).run()
        self.source.rewind()
        return replace(self, subject=self.as_subject(request, digests))


@contextmanager
def from_build(request: StageRequest, packed: Packed) -> Iterator[Material]:
    """Open what was built. An artifact of one part is read, and known, at once."""
    if packed.size > MAX_SIZE:
        raise InputError([Fault("path", packed.name, f"is {packed.size} bytes; S3 takes at most {MAX_SIZE} (5 TiB).")])
    with FileSource(packed.path, packed.size) as source:
        material = Material(
            source=source,
            media_type=request.media_type or (ZIP if packed.is_archive else BYTES),
            file_name=packed.name if request.keep_filename else None,
            metadata=request.metadata,
        )
        if packed.size > PART:
            yield material
            return
        buffer = bytearray(packed.size + 1)
        if source.readinto(memoryview(buffer)) != packed.size:
            raise changed(packed.name)
        body = bytes(buffer[:-1])
        yield replace(material, body=body, subject=material.as_subject(request, digests_of(body)))


def from_region(request: Request, sites: Mapping[str, Site], errors: Mapping[str, WaybillError]) -> Material:
    """Return what the first region holds that is whole and can be read; nothing of the build is needed.

    `errors` are those of the regions that could not be looked at. Raises `ArtifactError` when no region is whole.
    """
    unread: list[WaybillError] = []
    for site in sites.values():
        waybill = holds_whole(site.found, request.project, request.version)
        if waybill is None:
            continue
        try:
            return _stored(site, waybill.subject, needed=any(other.found.artifact is None for other in sites.values()))
        except Cancelled:
            raise
        except WaybillError as error:
            unread.append(error)
    if unread:
        raise unread[0]
    unseen = f" Nothing is known of {', '.join(errors)}, which may hold it: resume again later." if errors else ""
    raise ArtifactError(
        "No region holds this version whole, so there is nothing to resume from.",
        "Stage the same bytes again (`path`); a rebuild seldom gives them, so otherwise take the next version."
        + unseen,
    )


def body_of(bucket: Bucket, key: str, subject: Subject, region: str) -> bytes | None:
    """Return the bytes of an artifact of one part, or None where it is gone.

    Raises `ArtifactError` where they are not what the waybill says.
    """
    body = bucket.read(key, limit=PART)
    if body is not None and digests_of(body) != subject.digests:
        raise ArtifactError(
            f"The bytes stored as {subject.project} {subject.version} in {region} (s3://{bucket.name}/{key}) are not "
            "what their waybill says.",
            "Somebody replaced them outside Waybill. Take the next version.",
        )
    return body


def _stored(site: Site, subject: Subject, *, needed: bool) -> Material:
    size = subject.digests.size
    body = body_of(site.bucket, site.keys.artifact, subject, site.region.name) if size <= PART else None
    source = StoredSource(site.bucket, site.keys.artifact, size)
    if body is None and needed:
        source.begin()
    return Material(
        source=source,
        media_type=subject.media_type,
        file_name=subject.file_name,
        metadata=subject.metadata,
        body=body,
        subject=subject,
        region=site.region.name,
    )


def holds_whole(found: Observation, project: str, version: Version) -> Waybill | None:
    """Return a region's waybill where it is this version's, and artifact and metadata are there and agree with it."""
    waybill = found.waybill
    if waybill is None or found.artifact is None or damage(found):
        return None
    subject = waybill.subject
    if (subject.project, subject.version) != (project, version):
        return None
    document = subject.document()
    if document is not None and (found.metadata is None or not same_metadata(found.metadata, document)):
        return None
    return waybill


def digests_of(body: bytes) -> Digests:
    """Return the digests of bytes in memory."""
    crc = RunningCrc()
    crc.update(body)
    return Digests(hashlib.sha256(body).hexdigest(), crc.text(), len(body))
