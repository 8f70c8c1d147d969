"""What `status` says in words: one place, so that the terminal, the summary and the page say the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from waybill.domain.deploy.past import PipelineStatus
from waybill.domain.result import Outcome, Result
from waybill.domain.survey.standing import ChannelRegion, ChannelStatus, ProjectStatus, VersionStatus
from waybill.domain.survey.status import AccountStatus, Repaired, RepairStatus, Status
from waybill.report.units import count, listing

ABSENT = "absent"
UNKNOWN = "unknown"
FOREIGN = "something else"


class State(StrEnum):
    """How one channel stands in one region, in a word; the page colours by it."""

    GOOD = "whole"
    BARE = "no waybill"
    ABSENT = "absent"
    BEHIND = "behind"
    WITHDRAWN = "withdrawn"
    BROKEN = "not whole"
    FOREIGN = "foreign value"
    UNREADABLE = "unreadable"

    @property
    def good(self) -> bool:
        """Whether nobody needs to look."""
        return self in {State.GOOD, State.BARE, State.ABSENT}


def state(item: ChannelRegion) -> State:
    """Return the one word that matters most."""
    if not item.readable:
        return State.UNREADABLE
    if item.foreign:
        return State.FOREIGN
    if item.withdrawn:
        return State.WITHDRAWN
    if item.lags:
        return State.BEHIND
    if item.names is None:
        return State.ABSENT
    if item.bare:
        return State.BARE
    if item.whole is None:
        return State.UNREADABLE
    return State.GOOD if item.whole else State.BROKEN


def names(item: ChannelRegion) -> str:
    """Return what a region's channel names: a version, or a word for having none."""
    if not item.readable:
        return UNKNOWN
    return FOREIGN if item.foreign else item.names or ABSENT


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say: about what, and a sentence. `bad` where it needs attention."""

    about: str
    text: str
    bad: bool = True


def findings(project: ProjectStatus) -> list[Finding]:
    """Return everything that is to be said of a project, what needs attention first."""
    found = [one for item in project.channels for one in of_channel(item)]
    found += [Finding(f"{item.version}", f"{half(item)} {item.why}", item.half.troubled) for item in project.halves]
    found += [Finding(one.last.place, deployed(one), bad=False) for one in project.deploys]
    return sorted(found, key=lambda one: not one.bad)


def deployed(item: PipelineStatus) -> str:
    """Return what a pipeline deployed last, and how its last attempt ended where that is another."""
    good, last = item.good, item.last
    who = f" by {last.by}" if last.by else ""
    if good is None:
        return f"Nothing is known to be deployed. {last.version} ended {last.end} at {last.at}{who}."
    if good == last:
        return f"{last.version} is deployed, since {last.at}{who}."
    return f"{good.version} is deployed, since {good.at}. {last.version} ended {last.end} at {last.at}{who}."


def half(item: VersionStatus) -> str:
    """Return what a version is, as the beginning of a sentence."""
    age = ", untouched for over an hour" if item.stale and item.half.troubled else ""
    return f"{item.half.value.capitalize()}{age}."


def of_channel(item: ChannelStatus) -> list[Finding]:
    """Return what is to be said of a channel."""
    found = []
    if item.rollback is not None:
        back = item.rollback
        reason = f" ({back.reason})" if back.reason else ""
        text = f"A rollback to {back.target} is half done: {back.by or 'somebody'} began it at {back.at}{reason}, and "
        found.append(
            Finding(item.channel, f"{text}{listing(back.regions)} still {_name(back.regions)} what it took off.")
        )
    if item.drift:
        found.append(Finding(item.channel, f"Drift: {drift(item)}."))
    alike: dict[tuple[str, bool], list[str]] = {}
    for one in item.regions:
        if one.why and one.readable:
            alike.setdefault((one.why, one.troubled), []).append(one.region)
    found += [Finding(f"{item.channel} in {listing(where)}", why, bad) for (why, bad), where in alike.items()]
    return found


def drift(item: ChannelStatus) -> str:
    """Return what the regions name, where they do not agree."""
    said: dict[str, list[str]] = {}
    for one in item.regions:
        if one.readable:
            said.setdefault(names(one), []).append(one.region)
    return "; ".join(f"{value} in {listing(regions)}" for value, regions in said.items())


def _name(regions: tuple[str, ...]) -> str:
    return "names" if len(regions) == 1 else "name"


def sentence(result: Result) -> str:
    """Return how `status` ended, in a sentence or two; empty for any other command."""
    body = result.body
    if not isinstance(body, Status):
        return ""
    return " ".join(filter(None, (_repaired(result, body), standing(body), _unread(body))))


def needs_attention(result: Result) -> bool:
    """Whether a `status` found anything that somebody should look at; false for any other command."""
    return isinstance(result.body, Status) and bool(result.body.troubled or result.body.unreadable)


def standing(body: Status) -> str:
    """Return how all projects stand, in a sentence. One that is in several accounts counts once."""
    every = {item.project for one in body.accounts for item in one.projects}
    where = count(len(body.accounts), "account")
    troubled = list(dict.fromkeys(item.project for _, item in body.troubled))
    if not any(item.versions or item.channels or item.halves for one in body.accounts for item in one.projects):
        uploads = sum(len(one.uploads) for one in body.accounts)
        nothing = f"Nothing is staged in {'what could be read of ' if body.unreadable else ''}{where}"
        return nothing + (f"; {count(uploads, 'upload')} not ended." if uploads else ".")
    if not troubled:
        read = " that could be read" if body.unreadable else ""
        same = f"every channel names what is whole, the same in every region{read}."
        return f"{count(len(every), 'project')} in {where}: {same}"
    named = listing(troubled, 5)
    if len(every) == 1:
        return f"{named} needs attention."
    verb = "needs" if len(troubled) == 1 else "need"
    return f"{len(troubled)} of {count(len(every), 'project')} in {where} {verb} attention: {named}."


def _unread(body: Status) -> str:
    places = list(dict.fromkeys(_place(one, item.region) for one in body.accounts for item in one.unreadable))
    return f"Not everything could be read: {listing(places)}." if places else ""


def _place(account: AccountStatus, region: str) -> str:
    return f"{region} of {account.name}" if region else account.name


def _repaired(result: Result, body: Status) -> str:
    if body.repairs is None:
        return ""
    tally = {outcome: sum(item.outcome is outcome for item in body.repairs) for outcome in Repaired}
    if not body.repairs:
        return "Nothing needed to be repaired."
    left = tally[Repaired.LEFT_ALONE]
    alone = f"; {count(left, 'thing')} left alone, which a person must decide" if left else ""
    if result.outcome is Outcome.PLANNED or tally[Repaired.PLANNED]:
        return f"Dry run: nothing was written. {count(tally[Repaired.PLANNED], 'step')} would be taken{alone}."
    failed = f", {tally[Repaired.FAILED]} failed" if tally[Repaired.FAILED] else ""
    return f"Repaired: {count(tally[Repaired.DONE], 'step')} done{failed}{alone}."


def repair_line(item: RepairStatus) -> str:
    """Return one step of a repair and how it ended."""
    said = f"{item.project}: {item.what}"
    return f"{said}: {item.error}" if item.error else said
