"""What a result is called in words: one place, so that the terminal, the log and the summary say the same."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from dataclasses import replace
from importlib import import_module
from typing import TypeVar

from waybill.domain.plan import Plan
from waybill.domain.result import ChannelOutcome, Outcome, RegionResult, Result
from waybill.errors import CANCELLED, ExitCode
from waybill.report.ink import Ink
from waybill.report.units import count, listing

BAD = frozenset({Outcome.FAILED, Outcome.CONFLICT, Outcome.PARTIAL})
_NOT_THERE = frozenset({Outcome.SUPERSEDED, Outcome.ROLLED_BACK})
ABSENT = "(absent)"

T = TypeVar("T", bound=Hashable)

_COUNT = re.compile(r"\d+ inputs? (is|are) wrong:")

_DONE = {
    "stage": "staged",
    "promote": "promoted",
    "deploy": "deployed",
    "rollback": "rolled back",
    "download": "downloaded",
    "prune": "pruned",
    "setup": "set up",
}

OWN_WORDS = frozenset({"access", "deploy", "doctor", "download", "prune", "rollback", "setup", "status"})
"""Commands whose module `COMMAND_words` says some of their ends itself; imported only by their own run. (Of a command
of two words it is the first one.)"""

ATTENTIVE = frozenset({"access", "doctor", "setup", "status"})
"""Commands that may end well, and yet have found what needs attention."""

PLACING = frozenset({"stage", "promote", "rollback"})
"""Commands that may deploy last of all, beside what becomes of the regions."""

_LOOKED = {
    "info": "This is what is known of {name}.",
    "versions": "These are the versions of {name}.",
}


def sentence(result: Result) -> str:
    """Return how the command ended, in a sentence or two that a newcomer understands."""
    if result.package is not None and result.command in PLACING:
        from waybill.report import package_text  # noqa: PLC0415 - few runs publish a package

        return package_text.sentence(result.package, result, sentence(replace(result, package=None)))
    if result.command in PLACING and (result.body is not None or result.outcome is Outcome.FAILED):
        from waybill.report import deploy_words  # noqa: PLC0415 - most runs deploy nothing

        if deploy_words.follows(result):
            first = sentence(deploy_words.before(result)).removesuffix(" Nothing was changed.")
            return f"{first} {deploy_words.behind(result)}"
    family = result.command.partition(" ")[0]
    if family not in OWN_WORDS:
        return _sentence(result)
    told: str | None = import_module(f"waybill.report.{family}_words").sentence(result)
    return told or _sentence(result)


def _sentence(result: Result) -> str:
    name = f"{result.project} {result.version}".strip()
    done = _DONE.get(result.command, "finished")
    match result.outcome:
        case Outcome.PLANNED:
            return f"Dry run: nothing was written. This is what `{result.command}` would do for {name}."
        case Outcome.CREATED:
            regions = count(len(result.regions), "region")
            return f"{done.capitalize()} {name} in {regions}{_already(result)}; {_moves(result)}."
        case Outcome.ALREADY:
            return _found_so(result, name, done)
        case Outcome.MOVED | Outcome.ROLLED_BACK:
            return f"The channel `{result.channel}` now names {name}."
        case Outcome.DEPLOYED:
            return f"Deployed {name}."
        case Outcome.SUPERSEDED:
            return f"{name} was superseded: a later execution of the pipeline took its place."
        case Outcome.PARTIAL:
            return _partial(result, name)
        case Outcome.CONFLICT:
            return _conflict(result, name, done)
        case Outcome.FAILED:
            return _failed(result, name, done)


def _found_so(result: Result, name: str, done: str) -> str:
    if result.command in _LOOKED:
        return _LOOKED[result.command].format(name=name)
    if result.command == "promote" and not result.changed:
        return f"The channel `{result.channel}` names {name} already. Nothing was changed."
    if result.changed:
        return f"{name} was {done} before, with the same bytes; what was missing is complete now."
    return f"{name} was {done} before, with the same bytes. Nothing was changed."


def _conflict(result: Result, name: str, done: str) -> str:
    where = [region.region for region in result.regions if region.outcome is Outcome.CONFLICT]
    if not where:
        return f"Conflict: {name} was not {done}.{_untouched(result)}"
    place = f"{name} in {listing(where)}"
    return f"Conflict: something else is stored already as {place}. It was left as it is.{_untouched(result)}"


def _already(result: Result) -> str:
    before = sum(region.outcome is Outcome.ALREADY for region in result.regions)
    return f" (it was there before in {before} of them)" if before else ""


def _moves(result: Result) -> str:
    moved = sum(region.channel is ChannelOutcome.MOVED for region in result.regions)
    if result.channel is None:
        return "no channel was to move"
    named = sum(region.channel_after == result.version for region in result.regions)
    if named == len(result.regions):
        return f"the channel `{result.channel}` names it now"
    if moved:
        return f"the channel `{result.channel}` moved in {moved} of {len(result.regions)}"
    return f"the channel `{result.channel}` was not moved"


def _untouched(result: Result) -> str:
    """Return what did not happen, where that is certain."""
    if not result.regions:
        unsure = result.changed or result.exit_code in {*CANCELLED, ExitCode.BUG}
        return "" if unsure else " Nothing was written."
    moved = any(region.channel is ChannelOutcome.MOVED for region in result.regions)
    return "" if moved or not result.channel else " No channel was moved."


def _partial(result: Result, name: str) -> str:
    lacking = [region.region for region in result.regions if not region.whole]
    ended = [one for one in result.regions if one.whole and one.error]
    stuck = [one.region for one in ended if one.channel is not ChannelOutcome.MOVED]
    unseen = [one.region for one in ended if one.channel is ChannelOutcome.MOVED]
    total = len(result.regions)
    head = f"{name} is complete in {total - len(lacking)} of {count(total, 'region')}"
    if result.exit_code in CANCELLED:
        head = f"Cancelled: {head}"
    elif lacking:
        head += f", {'enough' if result.exit_code is ExitCode.OK else 'too few'} for `require`"
    missing = f" It is not known to be complete in {listing(lacking)}." if lacking else ""
    channel = f" The channel `{result.channel}` could not be moved in {listing(stuck)}." if stuck else ""
    channel += f" It was put in {listing(unseen)}; whether it stands could not be seen." if unseen else ""
    return f"{head}.{missing}{channel or _untouched(result)}"


def _failed(result: Result, name: str, done: str) -> str:
    failed = sum(region.outcome in BAD for region in result.regions)
    regions = f" {failed} of {count(len(result.regions), 'region')} failed." if failed else ""
    if not name:
        return f"Nothing was {done}.{regions}"
    if result.exit_code in CANCELLED:
        return f"Cancelled: {name} was not {done} to the end.{_untouched(result)}"
    return f"{name} was not {done}.{regions}{_untouched(result)}"


def troubles(result: Result, plan: Plan | None = None) -> list[tuple[str, str, str]]:
    """Return (where, error, advice) for every error; regions that failed alike are named together.

    With `plan`, the errors met while observing are among them, each once.
    """
    found = [("", result.error, result.advice or "")] if result.error else []
    planned = [(one.region, one.error.what, one.error.advice) for one in (plan.regions if plan else ()) if one.error]
    ended = [(one.region, one.error, one.advice or "") for one in result.regions if one.error]
    if (package := result.package) is not None and package.error and package.error not in (result.error or ""):
        ended.append(("CodeArtifact", package.error, package.advice or ""))
    alike = _alike((region, (error, advice)) for region, error, advice in [*planned, *ended])
    return found + [(where, error, advice) for where, (error, advice) in alike if not said(result, error, advice)]


def said(result: Result, error: str, advice: str) -> bool:
    """Return whether the result's own error and advice say all of this already, or a warning where it ended well."""
    if result.exit_code is ExitCode.OK and any(error in text for text in result.warnings):
        return True
    whole = {line.strip() for line in f"{result.error or ''}\n{result.advice or ''}".splitlines()}
    lines = {line.strip() for line in f"{error}\n{advice}".splitlines() if not _COUNT.fullmatch(line)}
    return error == result.error or lines <= whole


def notes(result: Result) -> list[tuple[str, str]]:
    """Return (where, note) for every note that `holds` does not say; regions with the same note together."""
    shown = result.outcome in BAD
    return _alike((one.region, one.note) for one in result.regions if one.note and (one.whole or not shown))


def warnings(result: Result) -> list[str]:
    """Return the warnings, less those that only say the error again."""
    return [text for text in result.warnings if not (result.error and result.error in text)]


def _alike(found: Iterable[tuple[str, T]]) -> list[tuple[str, T]]:
    regions: dict[T, dict[str, None]] = {}
    for region, thing in found:
        regions.setdefault(thing, {})[region] = None
    return [(listing(names), thing) for thing, names in regions.items()]


def region_mark(region: RegionResult, ink: Ink) -> str:
    """Return the mark of a region's end. A whole artifact whose channel could not be moved is not a good end."""
    if region.outcome in BAD or region.error:
        return ink.bad
    return ink.idle if region.outcome is Outcome.PLANNED else ink.good


def result_mark(result: Result, ink: Ink) -> str:
    """Return the mark of a result: a part that is enough for `require` is good."""
    if result.outcome is Outcome.PLANNED:
        return ink.idle
    family = result.command.partition(" ")[0]
    if family in ATTENTIVE and import_module(f"waybill.report.{family}_words").needs_attention(result):
        return ink.bad
    bad = result.outcome in BAD or (deploys(result) and result.outcome in _NOT_THERE)
    return ink.bad if bad and result.exit_code is not ExitCode.OK else ink.good


def deploys(result: Result) -> bool:
    """Whether a result is that of a deploy, alone or behind another command."""
    return result.body is not None and (result.command == "deploy" or result.command in PLACING)


def finish(result: Result) -> str:
    """Return what to say of the command that finishes the work: where the input is wrong, it alone will not do."""
    if deploys(result) and result.exit_code in {ExitCode.PIPELINE, ExitCode.TIMED_OUT, *CANCELLED}:
        failed = result.exit_code is ExitCode.PIPELINE
        return "Put right what failed, then deploy again with" if failed else "Go on with"
    wrong = result.exit_code in {ExitCode.INPUT, ExitCode.IDENTITY}
    return "Put right what is wrong, then finish it with" if wrong else "Finish it with"


def holds(region: RegionResult, version: str) -> str:
    """Return what the region holds now, as far as the run knows."""
    if region.whole:
        return f"{version}, complete and verified"
    if region.note:
        return region.note
    if region.outcome is Outcome.CONFLICT:
        return f"something else as {version}"
    return "what it held before" if region.outcome is Outcome.PLANNED else "not known to be complete"


def channel_words(region: RegionResult, arrow: str) -> str:
    """Return the channel before and after."""
    before, after = region.channel_before, region.channel_after
    if region.outcome is Outcome.PLANNED and before != after:
        return f"{before or ABSENT} {arrow} {after or ABSENT}"
    if region.outcome is Outcome.PLANNED:
        return f"{before}, kept" if before else "left alone"
    match region.channel:
        case ChannelOutcome.MOVED:
            return f"{before or ABSENT} {arrow} {after or ABSENT}"
        case ChannelOutcome.KEPT:
            return f"{after or before}, kept" if after or before else "left alone"
        case ChannelOutcome.NOT_REACHED:
            return f"{before}, not reached" if before else "not reached"
