"""Buries one version: waybill and tombstone in every region first, and only then is anything deleted."""

from __future__ import annotations

from waybill.commands.account.find import Shelves
from waybill.commands.account.version import read_waybill
from waybill.commands.pruning.graves import Grave
from waybill.commands.small import put_small
from waybill.commands.together import together
from waybill.commands.tools import Tools, everywhere
from waybill.domain.names import Keys
from waybill.domain.plan import existing_waybill
from waybill.domain.tombstone import Tombstone
from waybill.domain.waybill import Origin, Subject, Waybill
from waybill.errors import ArtifactError, ConflictError


def bury(grave: Grave, tools: Tools, *, by: str, reason: str) -> None:
    """Make sure of the waybill, and write the tombstone, in every region. Nothing is deleted yet.

    Raises where a region did not take both.
    """
    at = tools.clock.now()
    waybill = _waybill(grave, at)
    standing = min((plot.tombstone for plot in grave.plots.values() if plot.tombstone is not None), default=None)
    tombstone = standing or _tombstone(grave, by=by, at=at, reason=reason)

    def write(name: str) -> None:
        tools.cancellation.check()
        plot = grave.plots[name]
        if waybill is not None and plot.site.found.waybill_raw is None:
            _refuse_rival(read_waybill(put_small(plot.site, grave.keys.waybill, waybill), name), grave.subject)
        if plot.tombstone is None:
            put_small(plot.site, grave.keys.tombstone, tombstone)

    _, errors = everywhere(write, list(grave.plots))
    if errors:
        raise together(list(errors.values()))


def _waybill(grave: Grave, at: str) -> bytes | None:
    subject = grave.subject
    if subject is None:
        return None
    fresh = Waybill(subject=subject, built_from=Origin(), staged_at=at)
    return existing_waybill(grave.found, subject) or fresh.to_bytes()


def _tombstone(grave: Grave, *, by: str, at: str, reason: str) -> bytes:
    subject = grave.subject
    if subject is None:
        raise ArtifactError(f"Nothing tells what {grave.keys.artifact} was.")
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


def delete(grave: Grave, tools: Tools) -> None:
    """Delete artifact and metadata where they lie. Raises where a region did not, after all have ended."""

    def delete_there(name: str) -> None:
        site = grave.plots[name].site
        for key, there in ((grave.keys.artifact, site.found.artifact), (grave.keys.metadata, site.found.metadata)):
            if there is not None:
                tools.cancellation.check()
                site.bucket.delete(key)

    _, errors = everywhere(delete_there, list(grave.plots))
    if errors:
        raise together(list(errors.values()))


def lift(keys: Keys, shelves: Shelves) -> None:
    """Take the tombstones away again, of a version that is to stay."""
    _, errors = everywhere(lambda name: shelves.open[name].bucket.delete(keys.tombstone), list(shelves.open))
    if errors:
        raise together(list(errors.values()))
