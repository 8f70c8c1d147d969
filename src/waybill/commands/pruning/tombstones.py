"""Deletes one version: waybill and tombstone in every region first, and only then artifact and metadata."""

from __future__ import annotations

from waybill.commands.account.find import Shelves
from waybill.commands.account.version import read_waybill
from waybill.commands.pruning.doomed import Doomed
from waybill.commands.small import put_small
from waybill.commands.together import together
from waybill.commands.tools import Tools, everywhere
from waybill.domain.names import Keys
from waybill.domain.plan import existing_waybill
from waybill.domain.pruning.tombstone import Tombstone
from waybill.domain.waybill import Origin, Subject, Waybill
from waybill.errors import ArtifactError, ConflictError


def write_tombstones(doomed: Doomed, tools: Tools, *, by: str, reason: str) -> None:
    """Make sure of the waybill, and write the tombstone, in every region. Nothing is deleted yet.

    Raises where a region did not take both.
    """
    at = tools.clock.now()
    waybill = _waybill(doomed, at)
    standing = min((one.tombstone for one in doomed.regions.values() if one.tombstone is not None), default=None)
    tombstone = standing or _tombstone(doomed, by=by, at=at, reason=reason)

    def write(name: str) -> None:
        tools.cancellation.check()
        one = doomed.regions[name]
        if waybill is not None and one.site.found.waybill_raw is None:
            _refuse_rival(read_waybill(put_small(one.site, doomed.keys.waybill, waybill), name), doomed.subject)
        if one.tombstone is None:
            put_small(one.site, doomed.keys.tombstone, tombstone)

    _, errors = everywhere(write, list(doomed.regions))
    if errors:
        raise together(list(errors.values()))


def _waybill(doomed: Doomed, at: str) -> bytes | None:
    subject = doomed.subject
    if subject is None:
        return None
    fresh = Waybill(subject=subject, built_from=Origin(), staged_at=at)
    return existing_waybill(doomed.found, subject) or fresh.to_bytes()


def _tombstone(doomed: Doomed, *, by: str, at: str, reason: str) -> bytes:
    subject = doomed.subject
    if subject is None:
        raise ArtifactError(f"Nothing tells what {doomed.keys.artifact} was.")
    return Tombstone(
        project=subject.project,
        version=subject.version,
        sha256=subject.digests.sha256,
        size=subject.digests.size,
        pruned_at=at,
        pruned_by=by,
        reason=reason,
    ).to_bytes()


def _refuse_rival(written: Waybill | None, subject: Subject | None) -> None:
    """Raise where somebody staged another artifact under this version at the same moment."""
    differing = written.subject.differences(subject) if written and subject else []
    if differing:
        raise ConflictError(f"Another waybill was written at the same moment: {', '.join(differing)} differ.")


def delete(doomed: Doomed, tools: Tools) -> None:
    """Delete artifact and metadata where they lie. Raises where a region did not, after all have ended."""

    def delete_there(name: str) -> None:
        site = doomed.regions[name].site
        for key, there in ((doomed.keys.artifact, site.found.artifact), (doomed.keys.metadata, site.found.metadata)):
            if there is not None:
                tools.cancellation.check()
                site.bucket.delete(key)

    _, errors = everywhere(delete_there, list(doomed.regions))
    if errors:
        raise together(list(errors.values()))


def remove_tombstones(keys: Keys, shelves: Shelves) -> None:
    """Take the tombstones away again, of a version that is to stay."""
    _, errors = everywhere(lambda name: shelves.open[name].bucket.delete(keys.tombstone), list(shelves.open))
    if errors:
        raise together(list(errors.values()))
