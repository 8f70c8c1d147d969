"""What took over when an execution was superseded: whether it carries this version or a later one, and how it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from waybill.commands.deployment.carried import carried_version
from waybill.commands.deployment.follow import Followed, Limits, follow
from waybill.commands.deployment.staged import Staged
from waybill.commands.deployment.start import Beginning
from waybill.commands.tools import Tools
from waybill.domain.deploying import Noted
from waybill.domain.execution import Execution, ExecutionStatus
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
    pipelines, name = beginning.works.pipelines, beginning.works.pipeline.name
    while True:
        newer = next_in_line(pipelines.executions(name), own)
        if newer is None:
            return None
        version = carried_version(beginning, staged, newer)
        fits = beginning.carries(newer) or (version is not None and version >= staged.goods.version)
        if not fits:
            return Successor(execution=newer, version=version, fits=False)
        what = f"{staged.goods.project} {version}" if version else "the same object"
        tools.reporter.tell(Noted(f"superseded by execution {newer.id}, which deploys {what}: following that one"))
        followed = follow(beginning.works, newer.id, limits, tools)
        if followed.execution.status is not ExecutionStatus.SUPERSEDED:
            return Successor(execution=followed.execution, version=version, fits=True, followed=followed)
        own = newer.id


def next_in_line(newest_first: Sequence[Execution], own: str) -> Execution | None:
    """Return the execution that took over: the first after `own` that was not superseded itself, else the first."""
    after: list[Execution] = []
    for one in newest_first:
        if one.id == own:
            break
        after.insert(0, one)
    else:
        return None
    return next((one for one in after if one.status is not ExecutionStatus.SUPERSEDED), next(iter(after), None))
