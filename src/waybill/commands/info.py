"""info: everything that is known of one version, region by region; or an overview of a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from waybill.commands.catalogue import must_exist, survey
from waybill.commands.find import Shelf, Shelves, everywhere_stored, no_such_version, open_shelves, resolve
from waybill.commands.happened import Happened, happened
from waybill.commands.observe import SMALL
from waybill.commands.refusal import together
from waybill.commands.target import Target, reach
from waybill.commands.tools import Tools, everywhere
from waybill.commands.versions import looked, overview
from waybill.commands.wants import reading
from waybill.domain import stored
from waybill.domain.calls import INFO_CALLS
from waybill.domain.catalogue import Catalogue, Holding
from waybill.domain.info import EventInfo, Other, RegionInfo, VersionInfo
from waybill.domain.metadata import split_document
from waybill.domain.names import Keys
from waybill.domain.observation import Observation, Stored
from waybill.domain.plan import damage
from waybill.domain.queries import InfoRequest
from waybill.domain.result import Result
from waybill.domain.tombstone import Tombstone
from waybill.domain.versions import Version
from waybill.domain.waybill import Waybill, digest
from waybill.progress import Started, Warned

LATEST = 5
"""How many versions an overview shows."""


def info(request: InfoRequest, tools: Tools) -> Result:
    """Show what is known. Raises `InputError`, with the nearest names, where there is no such project or version."""
    started = tools.clock.monotonic()
    project = request.project
    tools.reporter.tell(Started(f"Looking at {project} {request.written}".rstrip()))
    target = reach(request, reading(request, project, calls=INFO_CALLS), tools)
    shelves = open_shelves(target, tools)
    if request.wanted is None:
        found = survey(request, shelves, tools, project=project)
        must_exist(request, project, found, shelves, tools)
        body = overview(project, found, shelves, tools, limit=LATEST, brief=True)
        return looked("info", project, target, body, seconds=tools.clock.monotonic() - started)
    version = resolve(request.wanted, "version", project, shelves, tools)
    found = survey(request, shelves, tools, project=project, version=version)
    _must_be_there(request, version, found, shelves, tools)
    told = _version(project, version, found, shelves, tools)
    return _result(told, target, seconds=tools.clock.monotonic() - started)


def _result(told: VersionInfo, target: Target, *, seconds: float) -> Result:
    result = looked("info", told.project, target, told, seconds=seconds)
    says = told.waybill.subject.digests if told.waybill else None
    key = Keys(target.organisation.key_prefix, told.project, told.version).artifact
    sizes = [region.size for region in told.regions if region.size is not None]
    return replace(
        result,
        version=told.version.text,
        sha256=says.sha256 if says else None,
        size=says.size if says else sizes[0] if sizes else None,
        key=key,
    )


def _must_be_there(request: InfoRequest, version: Version, found: Catalogue, shelves: Shelves, tools: Tools) -> None:
    if found.where(request.project, version):
        return
    if found.errors:  # it may lie where nobody could look
        raise together(list(found.errors.values()))
    stored_there = everywhere_stored(request.project, shelves)
    if not stored_there:
        must_exist(request, request.project, found, shelves, tools)
    raise no_such_version("version", version.text, request.project, stored_there)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What one region holds. `error` is what is wrong with it."""

    artifact: Stored | None
    metadata: bytes | None
    raw: bytes | None
    tombstone: bytes | None
    waybill: Waybill | None = None
    error: str | None = None


def _version(project: str, version: Version, found: Catalogue, shelves: Shelves, tools: Tools) -> VersionInfo:
    keys = Keys(shelves.target.organisation.key_prefix, project, version)
    where = found.where(project, version)
    looks, errors = everywhere(lambda name: _look(shelves.open[name], keys, where[name], tools), list(where))
    kept = _most_common(looks)
    waybill = kept.waybill if kept else None
    metadata, file_name = _metadata(waybill, looks)
    unread = {name: error.what for name, error in {**found.errors, **errors}.items()}
    tombstones = [look.tombstone for look in looks.values() if look.tombstone is not None]
    return VersionInfo(
        project=project,
        version=version,
        waybill=waybill,
        digest=digest(kept.raw) if kept and kept.raw is not None else None,
        others=_others(kept, looks),
        metadata=metadata,
        file_name=file_name,
        channels={name: tuple(regions) for name, regions in found.naming(project).get(version, {}).items()},
        regions=tuple(
            RegionInfo(region=name, answered=False, error=unread[name])
            if name in unread
            else replace(
                _region(where.get(name), looks.get(name), waybill),
                region=name,
                bucket=shelves.open[name].bucket.name,
                key=keys.artifact,
            )
            for name in found.regions
        ),
        events=_events(project, version, found, shelves, tools),
        pruned=any(held.pruned for held in where.values()),
        tombstone=_tombstone(tombstones),
    )


def _look(shelf: Shelf, keys: Keys, held: Holding, tools: Tools) -> _Look:
    tools.cancellation.check()
    bucket = shelf.bucket
    look = _Look(
        artifact=bucket.head(keys.artifact) if held.staged else None,
        metadata=bucket.read(keys.metadata, limit=SMALL) if held.metadata else None,
        raw=bucket.read(keys.waybill, limit=SMALL) if held.waybill else None,
        tombstone=bucket.read(keys.tombstone, limit=SMALL) if held.tombstone else None,
    )
    if look.raw is None:
        return look
    try:
        waybill = Waybill.from_bytes(look.raw)
    except ValueError as error:
        return replace(look, error=f"Its waybill cannot be read: {error}.")
    found = Observation(
        region=shelf.region.name,
        account=keys.project,
        bucket=bucket.name,
        kms_key=None,
        artifact=look.artifact,
        metadata=look.metadata,
        waybill=waybill,
    )
    bad = damage(found)
    if (waybill.subject.project, waybill.subject.version) != (keys.project, keys.version):
        return replace(look, error=f"Its waybill is that of {waybill.subject.project} {waybill.subject.version}.")
    return replace(look, waybill=waybill, error=bad.what if bad else None)


def _most_common(looks: Mapping[str, _Look]) -> _Look | None:
    """Return a region that holds the waybill which most regions hold; of those, the one staged first."""
    readable = [look for look in looks.values() if look.waybill is not None]
    counts = {look.raw: sum(other.raw == look.raw for other in readable) for look in readable}
    return min(
        readable, key=lambda look: (-counts[look.raw], look.waybill.staged_at if look.waybill else ""), default=None
    )


def _others(kept: _Look | None, looks: Mapping[str, _Look]) -> tuple[Other, ...]:
    if kept is None or kept.waybill is None:
        return ()
    regions: dict[bytes, list[str]] = {}
    differs: dict[bytes, tuple[str, ...]] = {}
    for name, look in looks.items():
        if look.waybill is None or look.raw is None or look.raw == kept.raw:
            continue
        regions.setdefault(look.raw, []).append(name)
        differs[look.raw] = tuple(kept.waybill.subject.differences(look.waybill.subject))
    return tuple(
        Other(digest=digest(raw), regions=tuple(names), differs=differs[raw]) for raw, names in regions.items()
    )


def _metadata(waybill: Waybill | None, looks: Mapping[str, _Look]) -> tuple[Mapping[str, str], str | None]:
    if waybill is not None:
        return waybill.subject.metadata, waybill.subject.file_name
    for look in looks.values():
        if look.metadata is not None:
            try:
                return split_document(look.metadata)
            except ValueError:
                continue
    return {}, None


def _region(held: Holding | None, look: _Look | None, waybill: Waybill | None) -> RegionInfo:
    """Return what a region holds; its name and its places are put in by whoever knows them."""
    if held is None or look is None:
        return RegionInfo(region="", answered=True, missing=("everything",))
    artifact = look.artifact
    return RegionInfo(
        region="",
        answered=True,
        version_id=artifact.version_id if artifact else None,
        kms_key=artifact.kms_key if artifact else None,
        size=artifact.size if artifact else None,
        checksum=_checksum(artifact),
        modified=held.modified or None,
        waybill=digest(look.raw) if look.raw is not None else None,
        missing=() if held.pruned else _missing(look, waybill),
        pruned=held.pruned,
        error=_unfinished(held) or look.error,
    )


def _missing(look: _Look, waybill: Waybill | None) -> tuple[str, ...]:
    documented = waybill is not None and waybill.subject.document() is not None
    parts = (
        ("artifact", look.artifact is None),
        ("metadata", documented and look.metadata is None),
        ("waybill", waybill is not None and look.raw is None),
    )
    return tuple(name for name, missing in parts if missing)


def _unfinished(held: Holding) -> str | None:
    if held.pruned and (held.staged or held.metadata):
        return "It was pruned, and its artifact still lies here: run `waybill prune` again."
    return None


def _checksum(artifact: Stored | None) -> str | None:
    if artifact is None:
        return None
    if artifact.sha256:
        return f"sha256 {artifact.sha256}"
    return f"crc64nvme {artifact.crc64nvme}" if artifact.crc64nvme else None


def _events(project: str, version: Version, found: Catalogue, shelves: Shelves, tools: Tools) -> tuple[EventInfo, ...]:
    events, errors = happened(found, project, [version], shelves, tools)
    for key, error in errors.items():
        tools.reporter.tell(Warned(f"The event {key} cannot be read: {error.what}"))
    return tuple(_event(event) for event in events)


def _event(event: Happened) -> EventInfo:
    try:
        document = stored.load_object(event.raw)
    except ValueError:
        document = {}
    return EventInfo(name=event.name, channel=event.channel, regions=event.regions, document=document)


def _tombstone(found: list[bytes]) -> Tombstone | None:
    for raw in found:
        try:
            return Tombstone.from_bytes(raw)
        except ValueError:
            continue
    return None
