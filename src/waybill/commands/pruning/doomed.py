"""What every region holds of one version that is to be pruned, and what that is: before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from waybill.commands.account.find import Shelf, Shelves
from waybill.commands.account.observe import Site
from waybill.commands.account.version import SMALL, foreign_waybill, listed_keys, look_at_version, with_sha256
from waybill.commands.release.bare import bare_subject, hashed
from waybill.commands.together import together
from waybill.commands.tools import Tools, everywhere
from waybill.domain.arns import KeyArn
from waybill.domain.names import Keys
from waybill.domain.observation import Observation
from waybill.domain.plan import Action, needs_reading, plan_region
from waybill.domain.survey.catalogue import Holding
from waybill.domain.waybill import Subject
from waybill.errors import ArtifactError, ConflictError


@dataclass(frozen=True, slots=True, kw_only=True)
class DoomedRegion:
    """One region of it: where it lies, and the tombstone that stands there already."""

    site: Site
    tombstone: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doomed:
    """A version that is to be pruned, region by region.

    `subject` None: no waybill tells what it is, and nobody has read it yet.
    """

    keys: Keys
    regions: Mapping[str, DoomedRegion]
    subject: Subject | None

    @property
    def found(self) -> list[Observation]:
        """What each region holds."""
        return [one.site.found for one in self.regions.values()]


def look_at_doomed(
    keys: Keys, held: Mapping[str, Holding], shelves: Shelves, tools: Tools, kms: Mapping[str, KeyArn | None]
) -> Doomed:
    """Look at a version in every region; what is not listed (`held`) is not asked for. `kms` is what encrypts there.

    Raises `ArtifactError` or `ConflictError` where what lies there is not what a waybill says, or regions differ.
    """

    def look(name: str) -> DoomedRegion:
        tools.cancellation.check()
        shown = held.get(name) or Holding(version=keys.version)
        return _look(shelves.open[name], keys, shown, owner=shelves.target.owner, kms=kms.get(name))

    regions, errors = everywhere(look, list(shelves.open))
    if errors:
        raise together(list(errors.values()))
    waybills = [one.site.found.waybill for one in regions.values() if one.site.found.waybill is not None]
    first = min(waybills, key=lambda waybill: waybill.staged_at, default=None)
    doomed = Doomed(keys=keys, regions=regions, subject=first.subject if first else None)
    _refuse_differing(doomed)
    return doomed


def _look(shelf: Shelf, keys: Keys, shown: Holding, *, owner: str, kms: KeyArn | None) -> DoomedRegion:
    region, bucket = shelf.region.name, shelf.bucket
    listed = listed_keys(keys, shown)
    found = look_at_version(bucket, keys, region=region, account=owner, kms_key=kms, listed=listed)
    if wrong := foreign_waybill(found, keys):
        raise wrong
    site = Site(region=shelf.region, bucket=bucket, keys=keys, parameter="", found=found)
    return DoomedRegion(site=site, tombstone=bucket.read(keys.tombstone, limit=SMALL) if shown.tombstone else None)


def identified(doomed: Doomed, tools: Tools) -> Doomed:
    """Return the same, with what it is: what only Startifact staged is read once, and again where regions may differ.

    The subject stays None only where a tombstone stands and nothing is left to read. Raises as `look_at_doomed` does,
    and where nothing tells what the version was.
    """
    subject = doomed.subject or _hashed(doomed, tools)
    if subject is None:
        if all(one.tombstone is None for one in doomed.regions.values()):
            raise ArtifactError("There is neither artifact nor waybill, only metadata: nothing tells what it was.")
        return doomed
    regions = {name: _read(one, subject, tools) for name, one in doomed.regions.items()}
    told = replace(doomed, regions=regions, subject=subject)
    _refuse_differing(told)
    return told


def _hashed(doomed: Doomed, tools: Tools) -> Subject | None:
    for found, site in ((one.site.found, one.site) for one in doomed.regions.values()):
        if found.artifact is None:
            continue
        return bare_subject(found, doomed.keys, hashed(site.bucket, found.artifact, tools))
    return None


def _read(one: DoomedRegion, subject: Subject, tools: Tools) -> DoomedRegion:
    """Read an artifact where only its own bytes can tell whether it is the one that the waybill is to speak of."""
    found = one.site.found
    if found.artifact is None or found.waybill is not None:
        return one
    if not needs_reading(found.artifact, None, subject.digests):
        return one
    artifact = with_sha256(one.site.bucket, found.artifact, tools)
    return replace(one, site=replace(one.site, found=replace(found, artifact=artifact)))


def _refuse_differing(doomed: Doomed) -> None:
    """Raise where a region holds something else than the subject: deleting it would hide what happened."""
    subject = doomed.subject
    if subject is None:
        return
    for found in doomed.found:
        plan = plan_region(found, subject)
        if plan.error is not None:
            raise plan.error
        if plan.action is Action.CONFLICT:
            raise ConflictError(f"The regions hold different things: {found.region} differs in {plan.why}.")
