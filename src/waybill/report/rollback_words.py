"""What the ends of a rollback are called in words: what is rolled back is a channel, and not the version it goes to."""

from __future__ import annotations

from waybill.domain.result import ChannelOutcome, Outcome, RegionResult, Result
from waybill.errors import CANCELLED, ExitCode
from waybill.report.units import count, listing


def sentence(result: Result) -> str | None:
    """Return how a rollback ended; None where there is nothing special to say."""
    if not result.version:
        return None
    name, channel = f"{result.project} {result.version}", f"the channel `{result.channel}`"
    match result.outcome:
        case Outcome.PLANNED:
            return f"Dry run: nothing was written. The{channel[3:]} would name {name}."
        case Outcome.ALREADY:
            return f"The{channel[3:]} names {name} already. Nothing was changed."
        case Outcome.ROLLED_BACK:
            return f"Rolled back: {channel} names {name} again{_finished(result)}."
        case Outcome.SUPERSEDED:
            return f"Superseded: {channel} names {_elsewhere(result)} now, not {name}."
        case Outcome.PARTIAL:
            return _partial(result, name) or _failed(result, name)
        case Outcome.CONFLICT | Outcome.FAILED:
            return _failed(result, name)
        case _:
            return None


def _failed(result: Result, name: str) -> str:
    return f"{_head(result)}the channel `{result.channel}` was not rolled back to {name}.{_unmoved(result)}"


def _head(result: Result) -> str:
    if result.exit_code in CANCELLED:
        return "Cancelled: "
    return "Conflict: " if result.outcome is Outcome.CONFLICT else "Failed: "


def _finished(result: Result) -> str:
    moved = [region for region in result.regions if region.channel is ChannelOutcome.MOVED]
    return "" if moved else "; only events were missing"


def _elsewhere(result: Result) -> str:
    after = (region.channel_after for region in result.regions if region.error is None)
    return next((version for version in after if version not in {None, result.version}), "another version")


def _partial(result: Result, name: str) -> str | None:
    named = [region for region in result.regions if _names(region, result.version)]
    if not named:
        return None
    rest = [region.region for region in result.regions if region not in named]
    head = f"The channel `{result.channel}` names {name} in {len(named)} of {count(len(result.regions), 'region')}"
    if result.exit_code in CANCELLED:
        return f"Cancelled: the{head[3:]}; not in {listing(rest)}."
    enough = "enough" if result.exit_code is ExitCode.OK else "too few"
    return f"{head}, {enough} for `require`; not in {listing(rest)}."


def _names(region: RegionResult, version: str) -> bool:
    return region.error is None and region.channel_after == version


def _unmoved(result: Result) -> str:
    moved = any(region.channel is ChannelOutcome.MOVED for region in result.regions)
    return "" if moved else " No channel was moved." if result.changed else " Nothing was written."
