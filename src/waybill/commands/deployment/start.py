"""Joins the execution that deploys this version already, or starts one that is pinned to it: never both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from waybill.commands.deployment.reach import Works
from waybill.commands.tools import Tools
from waybill.domain.deploy.delivery import Delivery, start_token
from waybill.domain.deploy.deployment import DeployPlan, Way
from waybill.domain.deploy.execution import Execution, ExecutionStatus, newer_than
from waybill.domain.deploy.plan import Goods
from waybill.domain.deploy.telling import Noted
from waybill.errors import PipelineError
from waybill.ports.pipeline import Pin, Start

MOST_TRIES = 20
TWIN_SECONDS = 10.0
"""How long an EventBridge rule is given to start the execution itself, before one is started beside it."""

FRESH_SECONDS = 5.0
"""How long an execution that just began is given to show which object it takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is known of this run's attempts before. `own` are executions that it has recorded, whoever started them.

    `stands` says whether what an ended execution has deployed is still there as it should be, beside all that is seen.
    """

    own: frozenset[str]
    stands: Callable[[Execution, Sequence[Execution]], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The execution to follow. `joined`: somebody else started it, or this run before.

    `ended_before`: it had ended when this run came to it.
    """

    execution: str
    joined: bool
    ended_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a start goes by. `revision` is the version id of the object that the execution must take."""

    works: Works
    plan: DeployPlan
    delivery: Delivery
    goods: Goods
    revision: str | None
    run_id: str

    def carries(self, execution: Execution) -> bool:
        """Whether an execution takes exactly this object's version."""
        taken = execution.revision(self.plan.action)
        return taken is not None and self.revision is not None and taken.id == self.revision


def unfinished(beginning: Beginning, seen: Sequence[Execution]) -> Execution | None:
    """Return the newest execution that deploys this object's version and has not ended, and is not being stopped."""
    return next(
        (one for one in seen if one.status is ExecutionStatus.IN_PROGRESS and beginning.carries(one)),
        None,
    )


def join_or_start(beginning: Beginning, tools: Tools, *, watched: bool, memory: Memory) -> Begun:
    """Return the execution to follow. `watched`: something else may start one for the object that was just written.

    An execution of this run's that has ended is found again where it stands.
    """
    pipelines, name = beginning.works.pipelines, beginning.works.pipeline.name
    seen = _settled(beginning, tools)
    done = (one for one in seen if one.id in memory.own and beginning.carries(one) and one.status.ended)
    before = next((one for one in done if memory.stands(one, seen)), None)
    if before is not None:
        return Begun(execution=before.id, joined=True, ended_before=True)
    twin = _fitting(beginning, unfinished(beginning, seen), tools) or (_awaited(beginning, tools) if watched else None)
    if twin is not None:
        return Begun(execution=twin.id, joined=True)
    known = {one.id: one for one in seen}
    after = ""
    for _ in range(MOST_TRIES):
        tools.cancellation.check()
        execution = pipelines.start(_start(beginning, after))
        before = known.get(execution)
        if before is None:
            return Begun(execution=execution, joined=False)
        if not before.status.ended or memory.stands(before, seen):
            return Begun(execution=execution, joined=True, ended_before=before.status.ended)
        # This run started it before, and it ended badly: the same token would give the same one for ever (P4).
        tools.reporter.tell(Noted(f"execution {execution} of this run ended before ({before.status.value}); another"))
        after = execution
    raise PipelineError(
        f"{MOST_TRIES} executions of {name} that this run started have ended badly.", "Look at the pipeline first."
    )


def _fitting(beginning: Beginning, twin: Execution | None, tools: Tools) -> Execution | None:
    """Return an execution that may be joined: with which variables somebody else started it is not known."""
    if twin is None or not beginning.delivery.variables:
        return twin
    tools.reporter.tell(
        Noted(f"execution {twin.id} deploys the same object, with variables that are not known: not joined")
    )
    return None


def _settled(beginning: Beginning, tools: Tools) -> Sequence[Execution]:
    """Return the last executions, once those that just began show what they take, or a moment has passed."""
    end = tools.clock.monotonic() + FRESH_SECONDS
    while True:
        seen = beginning.works.executions()
        fresh = any(one.status is ExecutionStatus.IN_PROGRESS and not one.revisions for one in seen)
        if not fresh or tools.clock.monotonic() >= end:
            return seen
        tools.clock.sleep(1.0)
        tools.cancellation.check()


def _awaited(beginning: Beginning, tools: Tools) -> Execution | None:
    """Wait a moment for the execution that a rule starts for the object that was just written."""
    end = tools.clock.monotonic() + TWIN_SECONDS
    tools.reporter.tell(Noted("giving EventBridge a moment to start it, so that it is not started twice"))
    while tools.clock.monotonic() < end:
        tools.clock.sleep(1.0)
        tools.cancellation.check()
        twin = next((one for one in beginning.works.executions(most=20) if beginning.carries(one)), None)
        if twin is not None:
            return twin
    return None


def twins(beginning: Beginning, own: str) -> list[Execution]:
    """Return the executions that began after ours and take the same object's version, ended or not."""
    newer = newer_than(beginning.works.executions(most=20), own)
    return [one for one in newer if beginning.carries(one) and one.rolls_back is None]


def _start(beginning: Beginning, after: str) -> Start:
    works, plan, goods = beginning.works, beginning.plan, beginning.goods
    pin = None
    if plan.pinned and beginning.revision is not None:
        key = plan.key if plan.way is Way.STAGED else None
        pin = Pin(action=plan.action, version_id=beginning.revision, key=key)
    return Start(
        pipeline=works.pipeline.name,
        token=start_token(
            goods.project,
            goods.version,
            goods.sha256,
            works.pipeline.arn,
            beginning.run_id,
            after=after,
            variables=beginning.delivery.variables,
        ),
        pins=(pin,) if pin else (),
        variables=beginning.delivery.variables,
    )
