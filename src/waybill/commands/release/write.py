"""Writes one region in the one order that is safe: artifact, verify, metadata, waybill (P1). Channels come later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from waybill.commands.account.observe import Site, look_again
from waybill.commands.account.version import read_waybill, with_sha256
from waybill.commands.small import put_small
from waybill.commands.tools import Tools
from waybill.domain.conflict import conflict
from waybill.domain.digests import Digests
from waybill.domain.plan import Action, needs_reading, plan_region, same_metadata
from waybill.domain.waybill import Subject
from waybill.errors import ArtifactError, Cancelled, Unavailable, WaybillError
from waybill.ports.bucket import Exists, NewObject
from waybill.progress import Step, Stepped, Warned
from waybill.transfer.feed import Lane
from waybill.transfer.lanes import send_lane
from waybill.transfer.source import Source


def put_whole(site: Site, body: bytes, subject: Subject, tools: Tools) -> bool:
    """Create an artifact of one part; returns whether it was created, False where the same was there."""
    tools.reporter.tell(Stepped(site.region.name, Step.SEND))
    new = _new(site, subject.media_type)
    return not isinstance(site.bucket.put(new, body, sha256=subject.digests.sha256), Exists)


def send_parts(
    site: Site,
    lane: Lane,
    source: Source,
    media_type: str,
    tools: Tools,
    *,
    digests: Callable[[], Digests],
    sent: Callable[[int], None],
    connections: int,
) -> bool:
    """Create an artifact of several parts from what the lane brings; returns whether it was created.

    `digests` waits for the end of the one read, and raises what went wrong there. Whatever fails, the upload is
    aborted (P6).
    """
    tools.reporter.tell(Stepped(site.region.name, Step.SEND))
    try:
        upload = site.bucket.begin(_new(site, media_type))
    except BaseException:
        lane.close()
        raise
    try:
        with tools.cancellation.guard(upload.abort):
            retry = replace(tools.retry, told=tools.told(site.region.name))
            check = tools.cancellation.check
            send_lane(lane, upload, source, retry=retry, sent=sent, check=check, connections=connections)
            ended = upload.complete(digests())
            if isinstance(ended, Exists):
                upload.abort()
            return not isinstance(ended, Exists)
    except BaseException as error:
        lane.close()
        _abort(site, upload.abort, error, tools)
        raise


def _abort(site: Site, abort: Callable[[], None], error: BaseException, tools: Tools) -> None:
    tools.reporter.tell(Stepped(site.region.name, Step.ABORT))
    try:
        abort()
    except WaybillError as second:
        if not isinstance(error, Cancelled):
            tools.reporter.tell(
                Warned(
                    f"{site.region.name}: the unfinished upload could not be aborted ({second.what}); the bucket's "
                    "lifecycle rule removes it."
                )
            )


def verify(site: Site, subject: Subject, tools: Tools) -> Site:
    """Look at what was written as S3 reports it: size, checksum, key; return the site with it.

    Raises `ArtifactError` when it is not so.
    """
    tools.reporter.tell(Stepped(site.region.name, Step.VERIFY))
    stored = site.bucket.head(site.keys.artifact)
    where = f"s3://{site.bucket.name}/{site.keys.artifact} in {site.region.name}"
    if stored is None:
        raise ArtifactError(f"{where} was written and is not there.", "Run again.")
    mine, bad = subject.digests, []
    if stored.size != mine.size:
        bad.append(f"size {stored.size}, not {mine.size}")
    checksums = [(stored.sha256, mine.sha256), (stored.crc64nvme, mine.crc64nvme)]
    if not any(theirs for theirs, _ in checksums):
        bad.append("no checksum at all")
    bad += [f"checksum {theirs}, not {ours}" for theirs, ours in checksums if theirs not in {None, ours}]
    key = site.found.kms_key
    if key is not None and stored.kms_key != key.text:
        bad.append(f"key {stored.kms_key or 'none'}, not {key}")
    if stored.version_id is None:
        tools.reporter.tell(Warned(f"{site.bucket.name} in {site.region.name} is not versioned: turn versioning on."))
    if bad:
        raise ArtifactError(
            f"{where} is not what was sent: {'; '.join(bad)}.",
            "No channel was moved there. Look at who else writes to the bucket, and take the next version.",
        )
    return replace(site, found=replace(site.found, artifact=stored))


def write_records(site: Site, subject: Subject, waybill: bytes, tools: Tools) -> None:
    """Write what is missing of metadata and waybill, in this order."""
    found = site.found
    document = subject.document()
    if document is not None and found.metadata is None:
        tools.reporter.tell(Stepped(site.region.name, Step.METADATA))
        stored = put_small(site, site.keys.metadata, document)
        if not same_metadata(stored, document):
            raise conflict([replace(found, metadata=stored)], subject)
    if found.waybill is None:
        tools.reporter.tell(Stepped(site.region.name, Step.WAYBILL))
        stored = put_small(site, site.keys.waybill, waybill)
        other = read_waybill(stored, site.keys.waybill)
        if other is not None and other.subject.differences(subject):
            raise conflict([replace(found, waybill=other)], subject)


def same_or_conflict(site: Site, subject: Subject, tools: Tools) -> Site:
    """Somebody was first: return the site as it is now where it is the same artifact; another one is a conflict.

    What stood beside the artifact may be new too, and is looked at anew. Raises `ArtifactError` for what is damaged,
    `Unavailable` where the artifact is gone again.
    """
    found = look_again(site)
    stored = found.artifact
    if stored is None:
        where = f"s3://{site.bucket.name}/{site.keys.artifact} in {site.region.name}"
        raise Unavailable(f"{where} was there and is gone.", "Somebody deleted it. Run again.")
    if needs_reading(stored, found.waybill, subject.digests):
        found = replace(found, artifact=with_sha256(site.bucket, stored, tools))
    plan = plan_region(found, subject)
    if plan.error is not None:
        raise plan.error
    if plan.action is Action.CONFLICT:
        raise conflict([found], subject)
    return replace(site, found=found)


def _new(site: Site, media_type: str) -> NewObject:
    return NewObject(key=site.keys.artifact, media_type=media_type, kms_key=site.found.kms_key)
