"""Carries one deploy out: the source is put, the execution started or joined, and followed to its end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from waybill.commands.deployment.ends import bent, cut_off
from waybill.commands.deployment.follow import CutOff, LeftBehind, follow, limits_of
from waybill.commands.deployment.judge import Course, judged
from waybill.commands.deployment.reach import console_of
from waybill.commands.deployment.start import Beginning, join_or_start
from waybill.commands.deployment.superseded import remembered
from waybill.commands.deployment.task import Delivered, Task
from waybill.commands.deployment.upload import lay_there, lies_there, upload
from waybill.domain.console import execution_url
from waybill.domain.deploy.delivery import OnCancel
from waybill.domain.deploy.deployment import Deployment, Way
from waybill.domain.deploy.execution import ExecutionStatus
from waybill.domain.deploy.telling import Following
from waybill.domain.result import Outcome
from waybill.errors import Cancelled, TimedOut, WaybillError


def deliver(task: Task) -> Delivered:
    """Deploy. Raises a `WaybillError` where no execution was started; what was started always ends in a `Delivered`."""
    beginning, wrote = _source(task)
    tools, works = task.tools, beginning.works
    memory = remembered(beginning, task.staged, task.ledger)
    begun = join_or_start(beginning, tools, watched=task.watched and wrote, memory=memory)
    url = execution_url(works.caller.partition, works.pipeline.region, works.pipeline.name, begun.execution)
    deployment = Deployment(
        plan=task.plan,
        execution=begun.execution,
        status=ExecutionStatus.IN_PROGRESS,
        joined=begun.joined,
        source_version=beginning.revision or "",
        console_url=url,
        began=tools.clock.now(),
    )
    # Nobody is led to a page that shows nothing of it; whoever reads the result gets the address all the same.
    shown = url if console_of(works, tools) else ""
    tools.reporter.tell(Following(works.pipeline.name, begun.execution, shown, begun.joined))
    if not task.delivery.wait:
        return Delivered(deployment=deployment, outcome=Outcome.CREATED, changed=wrote or not begun.joined)
    limits = limits_of(task.delivery, tools)
    ended = _followed(Course(task=task, beginning=beginning, begun=begun, limits=limits), deployment)
    if not isinstance(ended.error, Cancelled):  # there are seconds left then, and another attempt goes on with it
        task.announcer.ended(good=ended.error is None, text=ended.error.what if ended.error else "deployed")
    return replace(ended, changed=ended.changed or wrote or not begun.joined)


def _source(task: Task) -> tuple[Beginning, bool]:
    """Return what to start with, and whether anything was written for it."""
    plan, staged = task.plan, task.staged
    region = task.entrance.works.pipeline.region
    revision, wrote = None, False
    distributions = [one.distribution for one in task.delivery.invalidations]
    if plan.way is Way.STAGED:
        works = task.entrance.narrowed(None, distributions)
        revision = staged.offer.artifact(staged.offer.nearest(region)).version_id
    else:
        works = task.entrance.narrowed(staged.offer.copy_source(region), distributions)
        bucket = works.account.source_bucket(region, plan.bucket, owner=works.caller.account)
        found = lies_there(bucket, plan.key, staged)
        if found is None and plan.pinned:
            found = lay_there(bucket, plan.key, staged, plan.action, works.executions())
        wrote = found is None
        if found is None:
            found = upload(bucket, plan.key, region, staged, task.tools)
        revision = found.version_id
    beginning = Beginning(
        works=works,
        plan=plan,
        delivery=task.delivery,
        goods=staged.goods,
        revision=revision,
        run_id=task.tools.run_id,
    )
    return beginning, wrote


def _followed(course: Course, deployment: Deployment) -> Delivered:
    task, execution = course.task, course.begun.execution
    stop = _Stop(course)
    try:
        with stop.guarding():
            task.announcer.began(execution, deployment.console_url)
            followed = follow(course.works, execution, course.limits, task.tools)
            deployment = replace(deployment, status=followed.execution.status, actions=followed.actions)
            return judged(course, deployment, followed.execution)
    except (Cancelled, TimedOut) as error:
        actions = error.actions if isinstance(error, LeftBehind | CutOff) else deployment.actions
        seen = replace(deployment, actions=actions or deployment.actions)
        return cut_off(seen, error, task.delivery, stopped=stop.done)
    except WaybillError as error:
        return bent(deployment, error)


class _Stop:
    """Stops the execution when the run is cancelled, where that was asked for (`on-cancel: stop`).

    One that was joined is somebody else's to stop. `done`: CodePipeline took it.
    """

    TRIES, PAUSE = 4, 0.5
    """Within the five seconds that a run has left (P6)."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._wanted = course.task.delivery.on_cancel is OnCancel.STOP and not course.begun.joined
        self.done = False

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Stop it when what is inside is cancelled, or stuck."""
        if not self._wanted:
            yield
            return
        with self._course.task.tools.cancellation.guard(self._once):
            try:
                yield
            except Cancelled:
                self._try()
                raise

    def _once(self) -> None:
        works, execution = self._course.works, self._course.begun.execution
        works.pipelines.stop(works.pipeline.name, execution, reason="The workflow run was cancelled (Waybill).")
        self.done = True

    def _try(self) -> None:
        for _ in range(self.TRIES):
            with suppress(WaybillError):
                self._once()
                return
            time.sleep(self.PAUSE)  # the run's own clock does not wait any more
