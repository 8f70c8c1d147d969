"""Looks at one version in one region: what is stored under its keys, and whether its own bytes must tell what it is."""

from __future__ import annotations

import hashlib
from collections.abc import Container
from dataclasses import replace
from typing import TYPE_CHECKING

from waybill.commands.tools import Tools
from waybill.domain.arns import KeyArn
from waybill.domain.names import Keys
from waybill.domain.observation import Observation, Stored
from waybill.domain.plan import needs_reading
from waybill.domain.pruning.tombstone import pruned
from waybill.domain.waybill import Waybill
from waybill.errors import ArtifactError
from waybill.ports.bucket import Bucket
from waybill.progress import Step, Stepped

if TYPE_CHECKING:
    from waybill.domain.survey.catalogue import Holding  # few commands go by a listing of everything

SMALL = 1024 * 1024
"""Metadata, waybills and events are read whole, up to this many bytes."""


def look_at_version(
    bucket: Bucket,
    keys: Keys,
    *,
    region: str,
    account: str,
    kms_key: KeyArn | None = None,
    listed: Container[str] | None = None,
) -> Observation:
    """Return what a region holds of a version. What its listing does not show (`listed`) is not asked for.

    `listed` None: everything is asked for. Raises `ArtifactError` where the waybill cannot be read.
    """

    def shown(key: str) -> bool:
        return listed is None or key in listed

    raw = bucket.read(keys.waybill, limit=SMALL) if shown(keys.waybill) else None
    found = Observation(
        region=region,
        account=account,
        bucket=bucket.name,
        kms_key=kms_key,
        artifact=bucket.head(keys.artifact) if shown(keys.artifact) else None,
        metadata=bucket.read(keys.metadata, limit=SMALL) if shown(keys.metadata) else None,
        waybill_raw=raw,
        waybill=read_waybill(raw, f"s3://{bucket.name}/{keys.waybill} in {region}"),
    )
    return _with_known_digest(found)


def listed_keys(keys: Keys, held: Holding) -> set[str]:
    """Return the keys of a version that a region's listing showed."""
    shown = ((keys.artifact, held.staged), (keys.metadata, held.metadata), (keys.waybill, held.waybill))
    return {key for key, there in shown if there}


def read_waybill(raw: bytes | None, where: str) -> Waybill | None:
    """Parse stored bytes. Raises `ArtifactError` when they are not a waybill."""
    if raw is None:
        return None
    try:
        return Waybill.from_bytes(raw)
    except ValueError as error:
        raise ArtifactError(
            f"{where} cannot be read: {error}.", "Use a newer release, or restore the object that Waybill wrote."
        ) from error


def foreign_waybill(found: Observation, keys: Keys) -> ArtifactError | None:
    """Return what is wrong where the waybill that lies under a version's key is another version's."""
    subject = found.waybill.subject if found.waybill else None
    if subject is None or (subject.project, subject.version) == (keys.project, keys.version):
        return None
    return ArtifactError(
        f"The waybill of {keys.project} {keys.version} in {found.region} (s3://{found.bucket}/{keys.waybill}) is that "
        f"of {subject.project} {subject.version}.",
        "Somebody replaced it outside Waybill. Restore the waybill that Waybill wrote, or take the next version.",
    )


def raise_pruned(bucket: Bucket, keys: Keys) -> None:
    """Raise `ConflictError` where a version was pruned: it never comes back, in no region."""
    raw = bucket.read(keys.tombstone, limit=SMALL)
    if raw is not None:
        raise pruned(keys.project, keys.version, raw, f"s3://{bucket.name}/{keys.tombstone}")


def proved(bucket: Bucket, found: Observation, tools: Tools) -> Observation:
    """Read an artifact that S3 reports no checksum of which could be held against its waybill; `damage` then tells.

    Whatever Waybill writes has one: some other tool put it there, and its bytes alone tell which.
    """
    artifact, waybill = found.artifact, found.waybill
    if artifact is None or waybill is None or not needs_reading(artifact, waybill, waybill.subject.digests):
        return found
    tools.reporter.tell(Stepped(found.region, Step.READ_BACK))
    return replace(found, artifact=with_sha256(bucket, artifact, tools))


def with_sha256(bucket: Bucket, artifact: Stored, tools: Tools) -> Stored:
    """Read an artifact's bytes and return it with their SHA-256."""
    sha = hashlib.sha256()
    for chunk in bucket.stream(artifact.key):
        tools.cancellation.check()
        sha.update(chunk)
    return replace(artifact, sha256=sha.hexdigest())


def _with_known_digest(found: Observation) -> Observation:
    """Take the SHA-256 of an artifact from its own waybill where S3 has none (multipart) and the CRC64NVME agrees."""
    artifact, waybill = found.artifact, found.waybill
    if artifact is None or waybill is None or artifact.sha256 is not None:
        return found
    says = waybill.subject.digests
    if artifact.size != says.size or artifact.crc64nvme != says.crc64nvme:
        return found
    return replace(found, artifact=replace(artifact, sha256=says.sha256))
