"""From what regions show to what is wrong: where channels belong (P3), which are behind, which versions are half there.

Pure: observations in, findings out. Nothing here knows how they were read, or who mends what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from waybill.domain.channel import Foreign, Put, Standing, current, decide, floor
from waybill.domain.events import Event, Kind, last, standing_withdrawals
from waybill.domain.quorum import majority
from waybill.domain.survey.standing import ChannelRegion, ChannelStatus, HalfDone
from waybill.domain.versions import Version, parse_or_none


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFacts:
    """What the regions that could be read show of one channel.

    `histories` are the values that its parameter has had, oldest first, empty where it is absent; `events` its events,
    one readable in any region; `holders` the regions that hold each of them, by version and name.
    """

    channel: str
    histories: Mapping[str, Sequence[str]]
    events: tuple[Event, ...] = ()
    holders: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def with_events(self, more: Iterable[Event]) -> ChannelFacts:
        """Return the same with events that are yet to be written."""
        return replace(self, events=(*self.events, *more))


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a named version in one region told: whether it is whole, and what is wrong where it is not.

    `bare`: there is no waybill, as Startifact leaves it.
    """

    whole: bool | None
    why: str = ""
    bare: bool = False


UNSEEN = Look(None)


def to_read(
    histories: Iterable[Sequence[str]], with_events: Iterable[Version], events: Iterable[Event]
) -> set[Version]:
    """Return the versions whose events decide where a channel belongs, as far as `events` tell.

    Those are the candidates down to the highest that stands, what each region names now, and where that is withdrawn,
    whatever its rollback was to take off. `with_events` are the versions that have any event on the channel, so that a
    withdrawal is found of a version that no history shows any more.
    """
    every, known = [list(history) for history in histories], list(events)
    withdrawn = standing_withdrawals(known)
    past = {version for history in every for version in map(parse_or_none, history) if version is not None}
    targets = {event.target for event in known if event.kind is Kind.WITHDRAWN and event.target is not None}
    now = {version for history in every if (version := parse_or_none(current(history) or "")) is not None}
    ends = [event.target for one in now & withdrawn.keys() for event in withdrawn[one] if event.target is not None]
    highest = max((past | targets) - withdrawn.keys(), default=None)
    lowest = min([*ends, *([highest] if highest is not None else [])], default=None)
    return now | {one for one in past | targets | set(with_events) if lowest is None or one >= lowest}


def channel_floor(facts: ChannelFacts) -> Version | None:
    """Return the version that the channel belongs at in every region; None where nothing says.

    It is the highest floor of any region. Of floors of equal precedence it is the one that most regions name.
    """
    floors = [one for history in facts.histories.values() if (one := floor(history, facts.events, None)) is not None]
    if not floors:
        return None
    best = [one for one in floors if not any(other > one for other in floors)]
    named = [current(history) for history in facts.histories.values()]
    return max(best, key=lambda one: named.count(one.text))


def steps(facts: ChannelFacts, own: Version | None) -> dict[str, Put | Standing | Foreign]:
    """Return the one step that P3 allows a mover of `own` in each region."""
    return {name: decide(history, facts.events, own) for name, history in facts.histories.items()}


def half_done(facts: ChannelFacts) -> HalfDone | None:
    """Return the latest rollback that took off what some region's channel still names."""
    withdrawn = standing_withdrawals(facts.events)
    stuck: dict[str, Event] = {}
    for region, history in facts.histories.items():
        version = parse_or_none(current(history) or "")
        if version in withdrawn:
            stuck[region] = last(withdrawn[version])
    if not stuck:
        return None
    latest = last(stuck.values())
    return HalfDone(
        target=latest.target.text if latest.target else "",
        withdrew=tuple(sorted({event.version.text for event in (*stuck.values(), *unwritten(facts))})),
        by=latest.by,
        at=latest.at,
        reason=latest.reason,
        regions=tuple(stuck),
    )


def unwritten(facts: ChannelFacts) -> list[Event]:
    """Return the events that a rollback was cut off before it wrote, highest version first.

    Each of its events lists all that it withdraws, and the channel moves only when they are written. So where a channel
    still names what was withdrawn, what those events list and no event says yet is to be written: by whom, when and
    why they say. What the channel came to name since is in no list. Nor is anything in those of older releases, which
    have none; and what somebody promoted or brought back since is let be.
    """
    withdrawn = standing_withdrawals(facts.events)
    named = {parse_or_none(current(history) or "") for history in facts.histories.values()}
    begun = [event for version in named if version is not None for event in withdrawn.get(version, ())]
    listed = [replace(event, version=version) for event in begun for version in event.withdraws]
    written = {(event.version, event.name) for event in facts.events}
    found = {
        (event.version, event.name): event
        for event in listed
        if (event.version, event.name) not in written and not _wanted_since(event, facts.events)
    }
    by_name = sorted(found.values(), key=lambda event: (event.version.text, event.name))
    return sorted(by_name, key=lambda event: event.version, reverse=True)


def _wanted_since(withdrawal: Event, events: Iterable[Event]) -> bool:
    """Whether somebody said of its version, after the rollback began, that it belongs on the channel."""
    wanting = {Kind.PROMOTED, Kind.REINSTATED}
    return any(one.kind in wanting and one.version == withdrawal.version and one.at > withdrawal.at for one in events)


def judge_channel(
    facts: ChannelFacts,
    regions: Sequence[str],
    unread: Mapping[str, str],
    looks: Mapping[tuple[str, Version], Look],
) -> ChannelStatus:
    """Return how a channel stands in all `regions`; `unread` says of some why they could not be read.

    `looks` are by region and version.
    """
    own = channel_floor(facts)
    moves = steps(facts, own)
    withdrawn = standing_withdrawals(facts.events)
    seen = {name: current(history) for name, history in facts.histories.items()}
    shown = tuple(
        _region(name, seen[name], moves[name], withdrawn, looks)
        if name in seen
        else ChannelRegion(region=name, readable=False, why=unread.get(name, "It could not be read."))
        for name in regions
    )
    agreed = majority(seen, len(regions))
    return ChannelStatus(
        channel=facts.channel,
        names=agreed if agreed is not None and parse_or_none(agreed) else None,
        floor=own.text if own else None,
        drift=len(set(seen.values())) > 1,
        regions=shown,
        rollback=half_done(facts),
    )


def _region(
    name: str,
    value: str | None,
    step: Put | Standing | Foreign,
    withdrawn: Mapping[Version, Sequence[Event]],
    looks: Mapping[tuple[str, Version], Look],
) -> ChannelRegion:
    if isinstance(step, Foreign):
        return ChannelRegion(region=name, foreign=True, why="The parameter holds something that is not a version.")
    version = parse_or_none(value) if value is not None else None
    look = looks.get((name, version), UNSEEN) if version is not None else UNSEEN
    lags = isinstance(step, Put)
    return ChannelRegion(
        region=name,
        names=value,
        whole=look.whole,
        why=" ".join(_reasons(step, version, withdrawn, look)),
        lags=lags,
        withdrawn=version in withdrawn,
        bare=look.bare,
    )


def _reasons(
    step: Put | Standing | Foreign, version: Version | None, withdrawn: Mapping[Version, Sequence[Event]], look: Look
) -> list[str]:
    said = []
    if version is not None and version in withdrawn:
        said.append(f"{version} was withdrawn {last(withdrawn[version]).told}.")
    if isinstance(step, Put):
        said.append(
            f"It belongs at {step.value}." if version is not None else f"It is absent, and belongs at {step.value}."
        )
    return [*said, look.why] if look.why else said
