"""What took over when an execution was superseded: whether it carries this version or a later one, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from waybill.commands.deployment.carried import carried_version
from waybill.commands.deployment.follow import Followed, Limits, follow
from waybill.commands.deployment.record import Ledger
from waybill.commands.deployment.staged import Staged
from waybill.commands.deployment.start import Beginning, Memory
from waybill.commands.tools import Tools
from waybill.domain.deploy.execution import Execution, ExecutionStatus, newer_than
from waybill.domain.deploy.telling import Noted
from waybill.domain.events import event_name, run_of
from waybill.domain.versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """What took over: `version` is what it deploys, None where that cannot be told.

    `fits`: it is this version, or a later one. `followed` is its end, where it was worth waiting for.
    """

    execution: Execution
    version: Version | None
    fits: bool
    followed: Followed | None = None


def take_over(beginning: Beginning, staged: Staged, own: str, limits: Limits, tools: Tools) -> Successor | None:
    """Return what superseded an execution, followed to its end where it carries this version or a later one.

    One that was superseded itself leads on to the next. None where nothing newer is to be seen.
    """
    while True:
        newer = next_in_line(beginning.works.executions(), own)
        if newer is None:
            return None
        version, fits = _fit(beginning, staged, newer)
        if not fits:
            return Successor(execution=newer, version=version, fits=False)
        what = f"{staged.goods.project} {version}" if version else "the same object"
        tools.reporter.tell(Noted(f"superseded by execution {newer.id}, which deploys {what}: following that one"))
        followed = follow(beginning.works, newer.id, limits, tools)
        if followed.execution.status is not ExecutionStatus.SUPERSEDED:
            return Successor(execution=followed.execution, version=version, fits=True, followed=followed)
        own = newer.id


def _fit(beginning: Beginning, staged: Staged, newer: Execution) -> tuple[Version | None, bool]:
    """Return the version that an execution carries, and whether that is this one or a later one."""
    version = carried_version(beginning, staged, newer)
    return version, beginning.carries(newer) or (version is not None and version >= staged.goods.version)


def remembered(beginning: Beginning, staged: Staged, ledger: Ledger) -> Memory:
    """Return what is known of this run's attempts before, so that what stands is not repeated (P4).

    An execution stands that succeeded, and so did what was looked at afterwards; or what took over, or was deployed
    over it, will do. With variables nobody can tell from an event which of them it was deployed with.
    """
    told = ledger.deploys(beginning.works.pipeline)
    failed = {event.execution for event in told if event.end == _FAILED}
    run = run_of(event_name("", beginning.run_id))
    own = {event.execution for event in told if run_of(event.name) == run}

    def stands(own: Execution, newest_first: Sequence[Execution]) -> bool:
        if own.status not in _GOOD or own.id in failed:
            return False
        newer = next_in_line(newest_first, own.id)
        if newer is not None and newer.status is ExecutionStatus.SUCCEEDED:
            return _fit(beginning, staged, newer)[1]
        if own.status is ExecutionStatus.SUPERSEDED:
            return newer is not None and not newer.status.ended and _fit(beginning, staged, newer)[1]
        # One that ended badly may have put some of its files over ours.
        later = (one.status for one in newer_than(newest_first, own.id))
        return not any(status.ended and status is not ExecutionStatus.SUPERSEDED for status in later)

    return Memory(own=frozenset() if beginning.delivery.variables else frozenset(own), stands=stands)


_GOOD = frozenset({ExecutionStatus.SUCCEEDED, ExecutionStatus.SUPERSEDED})
_FAILED = ExecutionStatus.FAILED.value


def next_in_line(newest_first: Sequence[Execution], own: str) -> Execution | None:
    """Return the execution that took over from `own`, or has deployed over it; None where nothing newer is to be seen.

    That is the last one that succeeded, whose files lie there now; else the first that is under way; else the first
    that was not superseded itself. Which one it was that came by, CodePipeline does not tell.
    """
    newer = newer_than(newest_first, own)
    if len(newer) == len(newest_first):
        return None
    oldest_first = newer[::-1]
    ranks: tuple[tuple[Sequence[Execution], Callable[[ExecutionStatus], bool]], ...] = (
        (newer, lambda status: status is ExecutionStatus.SUCCEEDED),
        (oldest_first, lambda status: not status.ended),
        (oldest_first, lambda status: status is not ExecutionStatus.SUPERSEDED),
        (oldest_first, lambda status: True),
    )
    return next((one for those, fits in ranks for one in those if fits(one.status)), None)
