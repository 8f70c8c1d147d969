"""Looks whether what channels name is whole, region by region: the listing first, then HEAD, waybill and metadata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from waybill.commands.account.find import Shelves
from waybill.commands.account.version import foreign_waybill, look_at_version, proved
from waybill.commands.tools import Tools, everywhere
from waybill.domain.names import Keys
from waybill.domain.observation import Observation
from waybill.domain.plan import damage
from waybill.domain.survey.catalogue import Catalogue
from waybill.domain.survey.drift import Look
from waybill.domain.versions import Version
from waybill.domain.waybill import Subject
from waybill.errors import ArtifactError, WaybillError

Spot = tuple[str, str, Version]
"""A project, a region and a version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found at each spot, and which versions are other things in different regions: a sentence of each."""

    looks: Mapping[Spot, Look] = field(default_factory=dict)
    different: Mapping[tuple[str, Version], str] = field(default_factory=dict)


def look_at(spots: Iterable[Spot], catalogues: Mapping[str, Catalogue], shelves: Shelves, tools: Tools) -> Looked:
    """Look at each spot. One that could not be looked at is neither whole nor not."""
    looks: dict[Spot, Look] = {}
    closer: list[Spot] = []
    for spot in spots:
        listed = _listed(spot, catalogues)
        if listed is None:
            closer.append(spot)
        else:
            looks[spot] = listed
    found, errors = everywhere(lambda spot: _observe(spot, shelves, tools), closer, limit=16)
    subjects: dict[Spot, Subject] = {}
    for spot, observation in found.items():
        looks[spot], subject = _judge(observation, _keys(spot, shelves))
        if subject is not None:
            subjects[spot] = subject
    for spot, error in errors.items():
        looks[spot] = _failed(error)
    return Looked(looks=looks, different=_different(subjects))


def _listed(spot: Spot, catalogues: Mapping[str, Catalogue]) -> Look | None:
    """Return what the listing says is wrong, None where it takes a closer look."""
    project, region, version = spot
    where = catalogues[project].where(project, version)
    held = where.get(region)
    if held is None or not held.staged:
        return Look(False, f"The artifact of {version} is not there.")
    if held.waybill:
        return None
    if any(other.waybill for other in where.values()):
        return Look(False, f"{version} lacks its waybill there.")
    return Look(False, "Only Startifact staged it: it has no waybill.", bare=True)


def _observe(spot: Spot, shelves: Shelves, tools: Tools) -> Observation:
    _, region, _ = spot
    tools.cancellation.check()
    bucket = shelves.open[region].bucket
    found = look_at_version(bucket, _keys(spot, shelves), region=region, account=shelves.target.owner)
    return proved(bucket, found, tools)


def _keys(spot: Spot, shelves: Shelves) -> Keys:
    project, _, version = spot
    return Keys(shelves.target.organisation.key_prefix, project, version)


def _judge(found: Observation, keys: Keys) -> tuple[Look, Subject | None]:
    if found.artifact is None or found.waybill is None:
        return Look(False, f"{keys.version} was there, and is gone now."), None
    subject = found.waybill.subject
    if wrong := foreign_waybill(found, keys) or damage(found):
        return Look(False, wrong.what), None
    if subject.document() is not None and found.metadata is None:
        return Look(False, f"{keys.version} lacks its metadata there."), subject
    return Look(True), subject


def _failed(error: WaybillError) -> Look:
    return Look(False if isinstance(error, ArtifactError) else None, error.what)


def _different(subjects: Mapping[Spot, Subject]) -> dict[tuple[str, Version], str]:
    """Return the versions whose waybills speak of different things, each agreeing with what lies beside it."""
    first: dict[tuple[str, Version], tuple[str, Subject]] = {}
    said: dict[tuple[str, Version], str] = {}
    for (project, region, version), subject in subjects.items():
        where, one = first.setdefault((project, version), (region, subject))
        differing = one.differences(subject)
        if differing and (project, version) not in said:
            said[project, version] = f"{where} and {region} hold different things: {', '.join(differing)} differ."
    return said
