"""Puts the staged artifact under a pipeline's source key: server side, or through the runner where that is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from waybill.commands.deployment.staged import Staged
from waybill.commands.together import together
from waybill.commands.tools import Tools
from waybill.domain.deploy.execution import Execution
from waybill.domain.deploy.telling import Noted
from waybill.errors import AccessDenied, ArtifactError, Unavailable, WaybillError
from waybill.ports.pipeline import SourceBucket, SourceObject


def lies_there(bucket: SourceBucket, key: str, staged: Staged) -> SourceObject | None:
    """Return the newest object under the source key where it is this very version already, put there for a deploy."""
    found = bucket.head(key)
    return found if found is not None and is_this(found, staged) else None


def lay_there(
    bucket: SourceBucket, key: str, staged: Staged, action: str, executions: Sequence[Execution]
) -> SourceObject | None:
    """Return the version of the source object that an execution took for a deploy of this very version before.

    Somebody else has overwritten the key meanwhile; a start can be pinned to it all the same.
    """
    taken = (one.revision(action) for one in executions)
    for version in dict.fromkeys(one.id for one in taken if one is not None and one.summary == staged.summary):
        found = bucket.head(key, version)
        if found is not None and is_this(found, staged):
            return found
    return None


def is_this(found: SourceObject, staged: Staged) -> bool:
    """Whether an object is this version: its bytes, and what it says of itself."""
    mine = staged.offer.subject.digests
    if found.size != mine.size or found.summary != staged.summary:
        return False
    if found.sha256 is not None:
        return found.sha256 == mine.sha256
    return found.crc64nvme is not None and found.crc64nvme == mine.crc64nvme


def upload(bucket: SourceBucket, key: str, region: str, staged: Staged, tools: Tools) -> SourceObject:
    """Overwrite the source key with the staged artifact and return the object's version that stands there now.

    Raises `ArtifactError` where it is other bytes than its waybill says: then nothing is started.
    """
    new = staged.new_source(key)
    where = f"s3://{bucket.name}/{key}"
    tools.reporter.tell(Noted(f"copying {staged.offer.keys.artifact} to {where}"))
    try:
        return bucket.copy(new, staged.offer.copy_source(region))
    except AccessDenied as error:
        tools.cancellation.check()
        tools.reporter.tell(Noted(f"not copied by S3 itself, but through this runner: {error.what}"))
    silent: list[WaybillError] = []
    for name in staged.offer.holders:
        try:
            return bucket.put(new, _chunks(staged, name, tools), guard=tools.cancellation.guard)
        except Unavailable as error:
            silent.append(error)
    raise together(silent) if silent else ArtifactError(f"No region gives {staged.offer.keys.artifact}.")


def _chunks(staged: Staged, region: str, tools: Tools) -> Iterator[bytes]:
    for chunk in staged.offer.holders[region].bucket.stream(staged.offer.keys.artifact):
        tools.cancellation.check()
        yield chunk
