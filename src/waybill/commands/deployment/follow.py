"""Follows one execution to its end: only ours, at growing intervals, through whatever the network does meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from waybill.commands.deployment.reach import Works, console_of
from waybill.commands.deployment.telling import Telling
from waybill.commands.tools import Tools
from waybill.domain.deploy.delivery import Delivery
from waybill.domain.deploy.execution import ActionRun, ActionStatus, Execution, StageState
from waybill.domain.deploy.telling import Noted
from waybill.errors import Cancelled, TimedOut, Unavailable, WaybillError
from waybill.progress import Waiting

SHORTEST, LONGEST, GROWTH = 0.5, 15.0, 1.3
"""Seconds between two looks: a whole account is allowed few calls a second, and a pipeline takes minutes."""
REMINDER_SECONDS = 60.0
"""After how long of silence it is said what an execution is at."""
UNSEEN_SECONDS = 60.0
"""How long an execution that was just started may be unknown to CodePipeline's own listings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Until when to wait, on the monotonic clock; `approval` is how many seconds an approval may take, None: no limit.

    `said` is the time limit as it was given, in seconds.
    """

    end: float
    said: float
    approval: float | None = None


def limits_of(delivery: Delivery, tools: Tools) -> Limits:
    """Return the limits that begin now."""
    end = tools.clock.monotonic() + delivery.timeout
    return Limits(end=end, said=delivery.timeout, approval=delivery.approval_timeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How an execution ended, and its actions."""

    execution: Execution
    actions: tuple[ActionRun, ...]


class LeftBehind(TimedOut):
    """The time limit ran out; `actions` are what was seen until then."""

    def __init__(self, what: str, advice: str, actions: Sequence[ActionRun]) -> None:
        super().__init__(what, advice)
        self.actions = tuple(actions)


class CutOff(Cancelled):
    """The run is to stop; `actions` are what was seen until then."""

    def __init__(self, what: str, advice: str, signal_number: int, actions: Sequence[ActionRun]) -> None:
        super().__init__(what, advice, signal_number=signal_number)
        self.actions = tuple(actions)


def follow(works: Works, execution: str, limits: Limits, tools: Tools) -> Followed:
    """Look until the execution has ended.

    Raises `TimedOut` when a limit has passed (the execution goes on by itself), `Cancelled`, and what is no passing
    failure: silence and throttling are waited out within the limit.
    """
    look = _Look(works, execution, limits, tools)
    pause = SHORTEST
    while True:
        if tools.cancellation.cancelled:
            raise look.cut_off()
        ended, moved = look.once()
        if ended is not None:
            return ended
        pause = SHORTEST if moved else min(LONGEST, pause * GROWTH)
        # Spread out, so that many repositories do not ask at the same moments.
        wait = pause * (0.8 + 0.4 * tools.retry.random())
        left = limits.end - tools.clock.monotonic()
        if left <= 0:
            raise look.over()
        left = min(left, look.approval_left())
        look.remind(moved=moved)
        tools.clock.sleep(min(wait, left))


class _Look:
    """One execution as it was last seen."""

    def __init__(self, works: Works, execution: str, limits: Limits, tools: Tools) -> None:
        self._works = works
        self._id = execution
        self._limits = limits
        self._tools = tools
        self._telling = Telling(works.pipeline, console_of(works, tools))
        self._began = tools.clock.monotonic()
        self._actions: tuple[ActionRun, ...] = ()
        self._waits: tuple[StageState, ...] = ()
        self._approving: dict[tuple[str, str], float] = {}
        self._told = self._began

    def approval_left(self) -> float:
        """Return the seconds until an approval that waits has had as long as was given; never less than a moment."""
        if self._limits.approval is None or not self._approving:
            return float("inf")
        return max(0.1, min(self._approving.values()) + self._limits.approval - self._tools.clock.monotonic())

    def remind(self, *, moved: bool) -> None:
        """Say now and then what it is at, where nothing else was to be said for long."""
        now = self._tools.clock.monotonic()
        if moved:
            self._told = now
        elif now - self._told >= REMINDER_SECONDS:
            self._told = now
            self._tools.reporter.tell(Noted(f"after {now - self._began:.0f} s: {self._at() or 'it waits'}"))

    def once(self) -> tuple[Followed | None, bool]:
        """Look once; returns the end, if it has come, and whether anything moved."""
        pipelines, name = self._works.pipelines, self._works.pipeline.name
        try:
            found = pipelines.execution(name, self._id)
            actions = tuple(pipelines.actions(name, self._id)) if found is not None else ()
            waits = found is not None and not found.status.ended and self._may_wait(actions)
            stages = tuple(pipelines.stages(name)) if waits else ()
        except Unavailable as error:
            # Whatever it did meanwhile is seen afterwards.
            self._tools.reporter.tell(Waiting(name, error.what, LONGEST, self._left()))
            return None, False
        if found is None:
            self._unseen()
            return None, False
        moved = actions != self._actions
        self._actions = actions
        for event in self._telling.actions(actions, over=found.status.ended):
            self._tools.reporter.tell(event)
        if found.status.ended:
            return Followed(execution=found, actions=actions), True
        self._waits = stages
        for event in self._telling.waits(stages, self._id):
            self._tools.reporter.tell(event)
        self._limit_approval()
        return None, moved

    def _may_wait(self, actions: Sequence[ActionRun]) -> bool:
        """Whether it may wait for a person or before a closed way: not while some action is at work."""
        running = [run for run in actions if run.status is ActionStatus.IN_PROGRESS]
        defined = [self._works.pipeline.action(run.stage, run.action) for run in running]
        return not running or any(action is None or action.is_approval for action in defined)

    def _unseen(self) -> None:
        if self._tools.clock.monotonic() - self._began > UNSEEN_SECONDS:
            name = self._works.pipeline.name
            raise WaybillError(
                f"CodePipeline knows no execution {self._id} of {name}.", "Look at the pipeline's history."
            )

    def _limit_approval(self) -> None:
        """Raise `TimedOut` where a person has had as long as was given."""
        limit, now = self._limits.approval, self._tools.clock.monotonic()
        waiting = [one for stage in self._waits if stage.execution == self._id for one in stage.waiting]
        known = self._approving
        self._approving = {(one.stage, one.action): known.get((one.stage, one.action), now) for one in waiting}
        late = [one for one in waiting if limit is not None and now - self._approving[one.stage, one.action] >= limit]
        if limit is not None and late:
            first = late[0]
            raise LeftBehind(
                f"Nobody decided about {first.action} in stage {first.stage} within {limit:.0f} s "
                "(`approval-timeout`).",
                "The execution waits still. Decide there, and run again: it is joined.",
                self._actions,
            )

    def _left(self) -> float:
        return max(0.0, self._limits.end - self._tools.clock.monotonic())

    def _at(self) -> str:
        """Return what it is at, or waits for, as a sentence without its end; empty where that is not to be seen."""
        runs = [run for run in self._actions if run.status is ActionStatus.IN_PROGRESS]
        if runs:
            return f"it is at {' and '.join(f'{run.action} in stage {run.stage}' for run in runs)}"
        before = next((one for one in self._waits if one.inbound == self._id), None)
        if before is None:
            return ""
        if not before.open:
            why = before.reason or "no reason is given"
            return f"it waits before stage {before.name}, whose way in is closed ({why})"
        other = f", which execution {before.execution} is in" if before.execution else ""
        return f"it waits before stage {before.name}{other}"

    def cut_off(self) -> Cancelled:
        """Return the error of a run that is to stop, with what was seen until then."""
        told = self._tools.cancellation.error()
        return CutOff(told.what, told.advice, told.signal_number, self._actions)

    def over(self) -> TimedOut:
        """Return the error of a time limit that has passed, with what the execution is at."""
        at = self._at()
        return LeftBehind(
            f"Execution {self._id} of {self._works.pipeline.name} did not end within {self._limits.said:.0f} s "
            f"(`timeout`)." + (f" {at[0].upper()}{at[1:]}." if at else ""),
            "It goes on by itself. Run again to go on following it, with a longer `timeout`.",
            self._actions,
        )
