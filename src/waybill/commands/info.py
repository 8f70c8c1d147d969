"""info: everything that is known of one version, region by region; or an overview of a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from waybill.commands.account.catalogue import must_exist, survey
from waybill.commands.account.find import Shelves, everywhere_stored, no_such_version, open_shelves, resolve
from waybill.commands.account.inspect import Inspected, inspect, most_common, others_than, region_of
from waybill.commands.account.target import Target, reach
from waybill.commands.account.wants import reading
from waybill.commands.channel.happened import Happened, happened
from waybill.commands.together import together
from waybill.commands.tools import Tools, everywhere
from waybill.commands.versions import looked, overview
from waybill.domain import stored
from waybill.domain.calls import INFO_CALLS
from waybill.domain.metadata import split_document
from waybill.domain.names import Keys
from waybill.domain.pruning.tombstone import Tombstone
from waybill.domain.result import Result
from waybill.domain.survey.catalogue import Catalogue
from waybill.domain.survey.info import EventInfo, RegionInfo, VersionInfo
from waybill.domain.survey.queries import InfoRequest
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


def _version(project: str, version: Version, found: Catalogue, shelves: Shelves, tools: Tools) -> VersionInfo:
    keys = Keys(shelves.target.organisation.key_prefix, project, version)
    where = found.where(project, version)
    looks, errors = everywhere(lambda name: inspect(shelves.open[name], keys, where[name], tools), list(where))
    kept = most_common(looks)
    waybill = kept.waybill if kept else None
    metadata, file_name = _metadata(waybill, looks)
    unread = {name: error.what for name, error in {**found.errors, **errors}.items()}
    tombstones = [look.tombstone for look in looks.values() if look.tombstone is not None]
    return VersionInfo(
        project=project,
        version=version,
        waybill=waybill,
        digest=digest(kept.raw) if kept and kept.raw is not None else None,
        others=others_than(kept, looks),
        metadata=metadata,
        file_name=file_name,
        channels={name: tuple(regions) for name, regions in found.naming(project).get(version, {}).items()},
        regions=tuple(
            RegionInfo(region=name, answered=False, error=unread[name])
            if name in unread
            else replace(
                region_of(where.get(name), looks.get(name), waybill),
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


def _metadata(waybill: Waybill | None, looks: Mapping[str, Inspected]) -> tuple[Mapping[str, str], str | None]:
    if waybill is not None:
        return waybill.subject.metadata, waybill.subject.file_name
    for look in looks.values():
        if look.metadata is not None:
            try:
                return split_document(look.metadata)
            except ValueError:
                continue
    return {}, None


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
