"""Carries one deploy out: the source is put, the execution started or joined, followed, proved, and recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from waybill.commands.deployment.back import go_back
from waybill.commands.deployment.ends import badly, bent, cut_off, superseded, well
from waybill.commands.deployment.follow import Followed, LeftBehind, Limits, follow
from waybill.commands.deployment.reach import console_of
from waybill.commands.deployment.record import record
from waybill.commands.deployment.start import Beginning, Begun, join_or_start, twins
from waybill.commands.deployment.superseded import next_in_line, take_over
from waybill.commands.deployment.task import Delivered, Task
from waybill.commands.deployment.upload import lies_there, upload
from waybill.domain.console import execution_url
from waybill.domain.delivery import OnCancel, OnFailure
from waybill.domain.deploying import Following, Noted
from waybill.domain.deployment import Deployment, Way
from waybill.domain.execution import ExecutionStatus
from waybill.domain.result import Outcome
from waybill.errors import Cancelled, PipelineError, TimedOut, WaybillError


def deliver(task: Task) -> Delivered:
    """Deploy. Raises a `WaybillError` where no execution was started; what was started always ends in a `Delivered`."""
    beginning, wrote = _source(task)
    tools, works = task.tools, beginning.works
    begun = join_or_start(beginning, tools, watched=task.watched and wrote)
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
    task.announcer.began(begun.execution, url)
    ended = _followed(task, beginning, begun, deployment)
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


def _followed(task: Task, beginning: Beginning, begun: Begun, deployment: Deployment) -> Delivered:
    tools, delivery = task.tools, task.delivery
    limits = Limits(
        end=tools.clock.monotonic() + delivery.timeout, said=delivery.timeout, approval=delivery.approval_timeout
    )
    try:
        with _stopping(task, beginning, begun):
            followed = follow(beginning.works, begun.execution, limits, tools)
            deployment = _seen(deployment, followed)
            return _judged(task, beginning, begun, deployment, limits)
    except (Cancelled, TimedOut) as error:
        actions = error.actions if isinstance(error, LeftBehind) else deployment.actions
        return cut_off(replace(deployment, actions=actions or deployment.actions), error, delivery)
    except WaybillError as error:
        return bent(deployment, error)


@contextmanager
def _stopping(task: Task, beginning: Beginning, begun: Begun) -> Iterator[None]:
    """Stop the execution when the run is cancelled, where that was asked for (`on-cancel: stop`)."""
    if task.delivery.on_cancel is OnCancel.LEAVE:
        yield
        return
    works = beginning.works

    def stop() -> None:
        works.pipelines.stop(works.pipeline.name, begun.execution, reason="The workflow run was cancelled (Waybill).")

    with task.tools.cancellation.guard(stop):
        try:
            yield
        except Cancelled:
            with suppress(WaybillError):
                stop()
            raise


def _seen(deployment: Deployment, followed: Followed) -> Deployment:
    return replace(deployment, status=followed.execution.status, actions=followed.actions)


def _judged(task: Task, beginning: Beginning, begun: Begun, deployment: Deployment, limits: Limits) -> Delivered:
    """Return the end of an execution that has ended, recorded."""
    works, tools = beginning.works, task.tools
    found = works.pipelines.execution(works.pipeline.name, begun.execution)
    if found is None:
        raise PipelineError(f"Execution {begun.execution} is gone.", "Look at the pipeline's history.")
    if deployment.status is ExecutionStatus.SUPERSEDED:
        held = record(task.ledger, works.pipeline, found, found.status.value, tools)
        successor = take_over(beginning, task.staged, begun.execution, limits, tools)
        return superseded(replace(deployment, recorded=held), successor, task.staged.goods)
    error: WaybillError | None = None
    if deployment.status is ExecutionStatus.SUCCEEDED:
        taken = found.revision(task.plan.action)
        if task.plan.pinned and taken is not None and taken.id != beginning.revision:
            error = PipelineError(
                f"The execution took another object ({taken.id}) than it was pinned to ({beginning.revision}).",
                "Look at what else starts the pipeline.",
            )
        else:
            proved = task.proof(task, works, deployment, limits.end)
            deployment, error = proved.deployment, proved.error
            if proved.otherwise and _newer(beginning, begun.execution):
                held = record(task.ledger, works.pipeline, found, found.status.value, tools)
                successor = take_over(beginning, task.staged, begun.execution, limits, tools)
                return superseded(replace(deployment, recorded=held), successor, task.staged.goods)
    end = found.status.value if error is None else ExecutionStatus.FAILED.value
    held = record(task.ledger, works.pipeline, found, end, tools, reason=error.what if error else "")
    deployment = replace(deployment, recorded=held)
    if deployment.status is ExecutionStatus.SUCCEEDED and error is None:
        return well(deployment, begun, _twin_warnings(task, beginning, begun))
    ended = badly(deployment, error, found)
    if task.delivery.on_failure is OnFailure.LEAVE or deployment.status in _BY_HAND:
        return ended
    back = go_back(task, beginning, begun.execution, deployment.actions)
    if back is None:
        tools.reporter.tell(Noted("nothing was deployed before that could be gone back to"))
        return ended
    went = replace(ended.deployment, went_back=back)
    outcome = Outcome.ROLLED_BACK if back.status is ExecutionStatus.SUCCEEDED else Outcome.FAILED
    return replace(ended, deployment=went, outcome=outcome, changed=True)


def _newer(beginning: Beginning, own: str) -> bool:
    """Whether an execution began after ours: then other files than ours may well lie where it deployed."""
    pipelines, name = beginning.works.pipelines, beginning.works.pipeline.name
    return next_in_line(pipelines.executions(name), own) is not None


_BY_HAND = frozenset({ExecutionStatus.STOPPED, ExecutionStatus.CANCELLED})
"""Ends that somebody chose: what they left is not undone."""


def _twin_warnings(task: Task, beginning: Beginning, begun: Begun) -> tuple[str, ...]:
    if task.plan.way is Way.STAGED:
        return ()
    return tuple(
        f"Execution {one.id} deploys the same object as well: {one.trigger or 'something else'} started it. "
        "Let only one start the pipeline."
        for one in twins(beginning, begun.execution)
    )
