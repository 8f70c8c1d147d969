"""Reads one account for `status`: what is stored, what channels name, whether that is whole, what was left undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from waybill.commands.account.catalogue import survey
from waybill.commands.account.find import Shelves, open_shelves
from waybill.commands.account.target import reach
from waybill.commands.account.wants import reading
from waybill.commands.survey.channel_facts import Named, channel_facts, unreadable
from waybill.commands.survey.deploys import deploys
from waybill.commands.survey.looks import Looked, look_at
from waybill.commands.together import in_words
from waybill.commands.tools import Tools, everywhere
from waybill.domain.calls import STATUS_CALLS
from waybill.domain.channel import current
from waybill.domain.names import versions_prefix
from waybill.domain.request import Place
from waybill.domain.survey.catalogue import Catalogue
from waybill.domain.survey.drift import ChannelFacts, Look, judge_channel
from waybill.domain.survey.halves import VersionFacts, is_stale, judge_version
from waybill.domain.survey.standing import ProjectStatus, VersionStatus
from waybill.domain.survey.status import AccountStatus, Unreadable, UploadStatus
from waybill.domain.versions import Version, parse_or_none


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """One account as it was read, with what a repair is planned from."""

    place: Place
    status: AccountStatus
    facts: Mapping[Named, ChannelFacts]

    def channels(self, project: str) -> dict[str, ChannelFacts]:
        """Return what decides where a project's channels belong."""
        return {channel: facts for (name, channel), facts in self.facts.items() if name == project}


def survey_account(place: Place, role: str, projects: Sequence[str], tools: Tools) -> Surveyed:
    """Read one account. Raises a `WaybillError` where it could not be entered, or no region of it answers."""
    target = reach(place, reading(place, projects[0] if len(projects) == 1 else "*", "*", STATUS_CALLS), tools)
    shelves = open_shelves(target, tools)
    catalogues = _catalogues(place, shelves, projects, tools)
    silent = {region: error for one in catalogues.values() for region, error in one.errors.items()} | dict(
        shelves.errors
    )
    facts, unread = channel_facts(catalogues, shelves, tools)
    standing, untold = deploys(catalogues, facts, shelves, tools)
    looked = look_at(_spots(facts), catalogues, shelves, tools)
    uploads, upload_errors = _uploads(shelves, projects, tools)
    now = tools.clock.now()
    told = {region: in_words(error) for region, error in silent.items()}
    shown = [
        replace(_project(name, one, facts, looked, silent=told, now=now), deploys=standing[name])
        for name, one in catalogues.items()
    ]
    found = [
        *(unreadable(region, "the region", error) for region, error in silent.items()),
        *unread,
        *untold,
        *(_unseen(spot[1], spot[2], look) for spot, look in looked.looks.items() if look.whole is None),
        *upload_errors,
    ]
    return Surveyed(
        place=place,
        facts=facts,
        status=AccountStatus(
            role=role,
            account=target.owner,
            caller=target.caller.arn,
            regions=target.organisation.regions,
            projects=tuple(item for item in shown if projects or item.channels or item.versions or item.halves),
            uploads=uploads,
            unreadable=tuple(dict.fromkeys(found)),
        ),
    )


def _catalogues(place: Place, shelves: Shelves, projects: Sequence[str], tools: Tools) -> dict[str, Catalogue]:
    if projects:
        return {name: survey(place, shelves, tools, project=name) for name in projects}
    everything = survey(place, shelves, tools)
    return dict.fromkeys(everything.projects(), everything)


def _spots(facts: Mapping[Named, ChannelFacts]) -> list[tuple[str, str, Version]]:
    """Return what to look at closely: what each channel names in each region."""
    found: dict[tuple[str, str, Version], None] = {}
    for (project, _), channel in facts.items():
        for region, history in channel.histories.items():
            named = parse_or_none(current(history) or "")
            if named is not None:
                found[project, region, named] = None
    return list(found)


def _uploads(
    shelves: Shelves, projects: Sequence[str], tools: Tools
) -> tuple[tuple[UploadStatus, ...], list[Unreadable]]:
    prefix = shelves.target.organisation.key_prefix
    prefixes = [versions_prefix(prefix, name) for name in projects] or [prefix]
    now = tools.clock.now()

    def look(region: str) -> list[UploadStatus]:
        tools.cancellation.check()
        bucket = shelves.open[region].bucket
        return [
            UploadStatus(
                region=region,
                bucket=bucket.name,
                key=one.key,
                begun=one.begun,
                stale=is_stale(one.begun, now),
                project=one.key[len(prefix) :].partition("@")[0],
            )
            for start in prefixes
            for one in bucket.unfinished(start)
        ]

    found, errors = everywhere(look, list(shelves.open))
    unread = [unreadable(region, "its unfinished uploads", error) for region, error in errors.items()]
    return tuple(upload for uploads in found.values() for upload in uploads), unread


def _project(
    name: str,
    catalogue: Catalogue,
    facts: Mapping[Named, ChannelFacts],
    looked: Looked,
    *,
    silent: Mapping[str, str],
    now: str,
) -> ProjectStatus:
    mine = {channel: one for (project, channel), one in facts.items() if project == name}
    looks = {(region, version): look for (project, region, version), look in looked.looks.items() if project == name}
    return ProjectStatus(
        project=name,
        channels=tuple(judge_channel(one, catalogue.regions, silent, looks) for one in mine.values()),
        halves=tuple(_halves(name, catalogue, mine, looked, now)),
        versions=sum(
            any(held.staged for held in catalogue.where(name, version).values()) for version in catalogue.versions(name)
        ),
    )


def _halves(
    name: str, catalogue: Catalogue, channels: Mapping[str, ChannelFacts], looked: Looked, now: str
) -> list[VersionStatus]:
    named: dict[str, set[str]] = {}
    for one in channels.values():
        for region, history in one.histories.items():
            for text in history:
                named.setdefault(text, set()).add(region)
    found = []
    for version in catalogue.versions(name):
        where = catalogue.where(name, version)
        judged = judge_version(
            VersionFacts(
                version=version,
                held={region: where.get(region) for region in catalogue.stocks},
                named=named.get(version.text, ()),
                different=looked.different.get((name, version), ""),
            ),
            catalogue.regions,
            now,
        )
        found += [judged] if judged is not None else []
    return found


def _unseen(region: str, version: Version, look: Look) -> Unreadable:
    return Unreadable(region=region, what=f"whether {version} is whole", error=look.why)
