"""What a repair does in one project: a list of steps, made from findings alone, that a dry run prints.

Each step keeps the promises by itself: versions are completed from a region that is whole, create-only (P2); channels
are moved by P3's one protocol, to their floor. What no machine may decide is left alone, and named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from waybill.domain.channel import Foreign, Put, Standing
from waybill.domain.events import Event, Kind, standing_withdrawals
from waybill.domain.listing import listing
from waybill.domain.survey.drift import ChannelFacts, channel_floor, steps, unwritten
from waybill.domain.survey.standing import ChannelStatus, Half, ProjectStatus, VersionStatus
from waybill.domain.versions import Version


class Deed(StrEnum):
    """What a step does."""

    COMPLETE = "complete"
    WAYBILL = "waybill"
    WITHDRAW = "withdraw"
    MOVE = "move"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """One step. `regions` are those that it changes; `source` where bytes come from.

    `events` is for `withdraw`: what is to be written, highest version first. `advice` is for `leave`.
    """

    deed: Deed
    project: str
    version: Version | None
    channel: str | None
    regions: tuple[str, ...]
    what: str
    source: str | None = None
    events: tuple[Event, ...] = ()
    advice: str = ""


def mends(project: ProjectStatus, channels: Mapping[str, ChannelFacts]) -> list[Mend]:
    """Return what a repair does, in its order: versions first, then the events of rollbacks, then channels."""
    by_version = {item.version: item for item in project.halves}
    found = [step for item in project.halves if (step := _version(project.project, item)) is not None]
    for item in project.channels:
        found += _channel(project.project, item, channels[item.channel], by_version)
    order = {deed: number for number, deed in enumerate(Deed)}
    return sorted(found, key=lambda step: order[step.deed])


def _version(project: str, item: VersionStatus) -> Mend | None:
    name = f"{item.version}"
    if item.repairable and item.half is Half.HALF_STAGED and any(one.waybill for one in item.regions):
        what = f"complete {name} in {listing(item.lacking)}, from {item.source}"
        return _mend(Deed.COMPLETE, project, item.version, item.lacking, what, source=item.source)
    if item.repairable:
        everywhere = tuple(one.region for one in item.regions)
        copied = [one.region for one in item.regions if not one.artifact]
        what = f"write the waybill of {name}, which only Startifact staged"
        what += f", and complete it in {listing(copied)}" if copied else ""
        return _mend(Deed.WAYBILL, project, item.version, everywhere, what, source=item.source)
    if item.half is Half.BARE:
        return None
    advice = {
        Half.HALF_PRUNED: f"Finish it with `waybill prune {project}`.",
        Half.DIFFERENT: "A stored version never changes. Look at `waybill info`, and take the next version.",
    }.get(item.half, "Stage the same bytes again, or take the next version.")
    return _mend(Deed.LEAVE, project, item.version, (), f"{name}: {item.why}", advice=advice)


def _channel(
    project: str, item: ChannelStatus, facts: ChannelFacts, halves: Mapping[Version, VersionStatus]
) -> list[Mend]:
    found = [*_withdrawals(project, item, facts)]
    facts = facts.with_events(unwritten(facts))
    own = channel_floor(facts)
    moves = steps(facts, own)
    for name, step in moves.items():
        if isinstance(step, Foreign):
            what = f"`{item.channel}` in {name} holds something that is not a version"
            advice = "Waybill never overwrites it. Delete the parameter, or write a version into it, by hand."
            found.append(_mend(Deed.LEAVE, project, None, (name,), what, channel=item.channel, advice=advice))
    found += _broken(project, item, halves)
    lagging = tuple(name for name, step in moves.items() if isinstance(step, Put))
    if own is not None and lagging:
        found.append(_move(project, item.channel, own, lagging, halves))
    equals = {step.value.text for step in moves.values() if isinstance(step, Standing) and step.value is not None}
    if len(equals) > 1:
        what = f"the regions name {listing(sorted(equals))} on `{item.channel}`, and neither is higher than the other"
        advice = "Move it on with a higher version, or roll back to one of them."
        found.append(_mend(Deed.LEAVE, project, own, (), what, channel=item.channel, advice=advice))
    return found


def _move(
    project: str, channel: str, own: Version, lagging: tuple[str, ...], halves: Mapping[Version, VersionStatus]
) -> Mend:
    half = halves.get(own)
    what = f"move `{channel}` to {own} in {listing(lagging)}"
    if half is not None and half.half.troubled and not half.repairable:
        advice = f"It belongs at {own}, which cannot be completed: {half.why}"
        return _mend(Deed.LEAVE, project, own, lagging, f"cannot {what}", channel=channel, advice=advice)
    return _mend(Deed.MOVE, project, own, lagging, what, channel=channel)


def _withdrawals(project: str, item: ChannelStatus, facts: ChannelFacts) -> list[Mend]:
    """Complete a rollback's events, and bring them to every region: one that is asked alone must know of them."""
    if item.rollback is None:
        return []
    standing = [event for events in standing_withdrawals(facts.events).values() for event in events]
    events = sorted([*standing, *unwritten(facts)], key=lambda event: (event.version, event.name), reverse=True)
    lacking = tuple(
        name
        for name in facts.histories
        if any(name not in facts.holders.get((event.version.text, event.name), ()) for event in events)
    )
    if not lacking:
        return []
    versions = list(dict.fromkeys(event.version.text for event in events if event.kind is Kind.WITHDRAWN))
    what = f"finish the rollback of `{item.channel}` to {item.rollback.target}: withdraw {listing(versions)}"
    what += f" in {listing(lacking)}"
    return [_mend(Deed.WITHDRAW, project, None, lacking, what, channel=item.channel, events=tuple(events))]


def _broken(project: str, item: ChannelStatus, halves: Mapping[Version, VersionStatus]) -> list[Mend]:
    """What a channel names and what is not as its waybill says: nobody overwrites it."""
    repaired = {version.text for version, half in halves.items() if half.repairable}
    return [
        _mend(
            Deed.LEAVE,
            project,
            None,
            (one.region,),
            f"`{item.channel}` in {one.region} names {one.names}: {one.why}",
            channel=item.channel,
            advice="Restore the object versions that the waybill speaks of, or move on with the next version.",
        )
        for one in item.regions
        if one.whole is False and not one.bare and one.names not in repaired
    ]


def _mend(
    deed: Deed,
    project: str,
    version: Version | None,
    regions: tuple[str, ...],
    what: str,
    *,
    channel: str | None = None,
    source: str | None = None,
    events: tuple[Event, ...] = (),
    advice: str = "",
) -> Mend:
    return Mend(
        deed=deed,
        project=project,
        version=version,
        channel=channel,
        regions=regions,
        what=what,
        source=source,
        events=events,
        advice=advice,
    )
