"""What has no waybill: the bytes themselves tell what it is, and the metadata that lies beside them."""

from __future__ import annotations

from waybill.commands.release.material import BYTES
from waybill.commands.tools import Tools
from waybill.domain.digests import PART, Digests
from waybill.domain.metadata import split_document
from waybill.domain.names import Keys
from waybill.domain.observation import Observation, Stored
from waybill.domain.waybill import Subject
from waybill.errors import ArtifactError
from waybill.ports.bucket import Bucket
from waybill.transfer.feed import Feed
from waybill.transfer.source import StoredSource


def hashed(bucket: Bucket, artifact: Stored, tools: Tools) -> Digests:
    """Read an artifact once, and return what its bytes are."""
    source = StoredSource(bucket, artifact.key, artifact.size)
    return Feed(source, part_bytes=PART, lanes=(), buffers=2, check=tools.cancellation.check).run()


def bare_subject(found: Observation, keys: Keys, digests: Digests) -> Subject:
    """Return what a waybill would say of it. Raises `ArtifactError` where its metadata cannot be read."""
    try:
        metadata, file_name = split_document(found.metadata)
    except ValueError as error:
        raise ArtifactError(
            f"The metadata of {keys.project} {keys.version} in {found.region} (s3://{found.bucket}/{keys.metadata}) "
            f"cannot be read: {error}.",
            "Restore the object that was stored first, or take the next version.",
        ) from error
    return Subject(
        project=keys.project,
        version=keys.version,
        digests=digests,
        media_type=BYTES,
        file_name=file_name,
        metadata=metadata,
    )
