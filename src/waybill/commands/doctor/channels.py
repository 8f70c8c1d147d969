"""The channels of the account, in all regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from waybill.commands.account.find import Shelf, stored_versions
from waybill.commands.asking import ask
from waybill.commands.doctor.scene import Scene
from waybill.commands.tools import everywhere
from waybill.domain.doctor.channels import ChannelLook, channel_findings, channels_in, is_near
from waybill.domain.doctor.facts import History, Parameter
from waybill.domain.findings import Finding, Seen, Unseen
from waybill.domain.versions import Version

MANY = 25
"""Projects of which it is looked whether their versions are stored: a listing for each of them in each region."""


def of_the_channels(scene: Scene, regions: list[str], buckets: Mapping[str, str]) -> list[Finding]:
    """Look at what channels name, and at the histories of those that were moved often.

    `buckets` are the regions' own, as far as they are there.
    """
    prefix, projects, tools = scene.organisation.parameter_prefix, scene.request.projects, scene.tools
    apart = (scene.request.place.configuration_parameter, scene.organisation.bucket_parameter)
    below = f"{prefix}/{projects[0]}" if len(projects) == 1 else prefix or "/"

    def named(region: str) -> Seen[Mapping[str, Parameter]] | Unseen:
        return ask(tools, lambda: channels_in(scene.examination(region).below(below), prefix, projects, apart=apart))

    channels, errors = everywhere(named, regions)
    for error in errors.values():
        raise error
    near = [
        (region, name)
        for region, fact in channels.items()
        if isinstance(fact, Seen)
        for name, parameter in fact.value.items()
        if is_near(parameter)
    ]

    def kept(place: tuple[str, str]) -> Seen[History | None] | Unseen:
        return ask(tools, lambda: scene.examination(place[0]).history(place[1]))

    histories, errors_there = everywhere(kept, near)
    for error in errors_there.values():
        raise error
    look = ChannelLook(prefix=prefix, channels=channels, histories=histories, projects=projects)
    return list(channel_findings(replace(look, stored=_stored(scene, look, buckets))))


def _stored(
    scene: Scene, look: ChannelLook, buckets: Mapping[str, str]
) -> Mapping[tuple[str, str], Seen[frozenset[Version]] | Unseen]:
    """Look at which versions each region has of the projects that have channels; at none, where these are many."""
    named = {look.project_of(name) for fact in look.channels.values() if isinstance(fact, Seen) for name in fact.value}
    if len(named) > MANY:
        return {}
    account, owner = scene.account, scene.caller.account

    def versions(place: tuple[str, str]) -> Seen[frozenset[Version]] | Unseen:
        region, project = place
        shelf = Shelf(region=account.region(region), bucket=account.bucket(region, buckets[region], owner=owner))
        prefix = scene.organisation.key_prefix
        return ask(scene.tools, lambda: frozenset(stored_versions(shelf, prefix, project)))

    found, errors = everywhere(versions, [(region, project) for region in buckets for project in sorted(named)])
    for error in errors.values():
        raise error
    return found
