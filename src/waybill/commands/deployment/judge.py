"""From an execution that has ended to the end of a deploy: proved, recorded, and gone back from where it was asked."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from waybill.commands.deployment.back import AUTOMATIC, go_back
from waybill.commands.deployment.ends import badly, left_going, superseded, well, withdrawn
from waybill.commands.deployment.follow import Limits
from waybill.commands.deployment.reach import Works
from waybill.commands.deployment.record import ended_at, record
from waybill.commands.deployment.start import Beginning, Begun, twins
from waybill.commands.deployment.superseded import next_in_line, take_over
from waybill.commands.deployment.task import Delivered, Proved, Task
from waybill.domain.deploy.delivery import OnFailure
from waybill.domain.deploy.deployment import Deployment, Way
from waybill.domain.deploy.execution import Execution, ExecutionStatus
from waybill.domain.deploy.telling import Noted
from waybill.domain.result import Outcome
from waybill.errors import PipelineError, Unavailable, WaybillError


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A deploy whose execution is under way, and until when it is waited for."""

    task: Task
    beginning: Beginning
    begun: Begun
    limits: Limits

    @property
    def works(self) -> Works:
        """Return where the pipeline is."""
        return self.beginning.works


def judged(course: Course, deployment: Deployment, ended: Execution) -> Delivered:
    """Return the end of a deploy whose execution has ended, recorded."""
    works = course.works
    error: WaybillError | None = None
    broken = ended.status is ExecutionStatus.FAILED
    if ended.status is ExecutionStatus.SUPERSEDED:
        return _taken_over(course, deployment, ended)
    if ended.status is ExecutionStatus.STOPPED:
        ended = _with_reason(works, ended)
    if ended.status is ExecutionStatus.SUCCEEDED:
        proved = _proved(course, deployment, ended)
        deployment, error, broken = proved.deployment, proved.error, proved.broken
        if proved.otherwise and _newer(works, ended.id):
            return _taken_over(course, deployment, ended)
    deployment = _recorded(course, deployment, ended, error, broken=broken)
    if ended.status is ExecutionStatus.SUCCEEDED and error is None:
        return well(deployment, course.begun, _twin_warnings(course))
    delivered = badly(deployment, error, ended)
    return _taken_back(course, delivered, ended) if broken else delivered


def _recorded(
    course: Course,
    deployment: Deployment,
    ended: Execution,
    error: WaybillError | None = None,
    *,
    broken: bool = False,
) -> Deployment:
    """Return a deployment whose event is written. `broken`: it succeeded, and does not do as it should."""
    task = course.task
    end = ExecutionStatus.FAILED if broken else ended.status
    reason = error.what if error else ""
    at = ended_at(deployment.actions)
    held = record(task.ledger, course.works.pipeline, ended, end.value, task.tools, reason=reason, at=at)
    return replace(deployment, recorded=held)


def _taken_over(course: Course, deployment: Deployment, ended: Execution) -> Delivered:
    """Return the end of what a newer execution took over, or deployed over."""
    task, deployment = course.task, _recorded(course, deployment, ended)
    successor = take_over(course.beginning, task.staged, ended.id, course.limits, task.tools)
    return superseded(deployment, course.begun, successor, task.staged.goods)


def _proved(course: Course, deployment: Deployment, ended: Execution) -> Proved:
    """Return what is seen after success: first of all whether the execution took what it was pinned to."""
    task, beginning = course.task, course.beginning
    taken = ended.revision(task.plan.action)
    if taken is not None:
        deployment = replace(deployment, source_version=taken.id)
        # Of a start of this run before, the object may be an earlier copy of the same bytes.
        same = taken.id == beginning.revision or taken.summary == task.staged.summary
        if task.plan.pinned and not same:
            error = PipelineError(
                f"The execution took another object ({taken.id}) than it was pinned to ({beginning.revision}).",
                "Look at what else starts the pipeline.",
            )
            return Proved(deployment=deployment, error=error, broken=True)
    return task.proof(task, course.works, deployment, course.limits.end)


def _taken_back(course: Course, delivered: Delivered, ended: Execution) -> Delivered:
    """Return the end of what failed, gone back from where that was asked for; what somebody stopped is not undone."""
    task = course.task
    if task.delivery.on_failure is OnFailure.LEAVE:
        return delivered
    newer = _begun_after(course.works, ended.id)
    if newer is not None:
        task.tools.reporter.tell(Noted(f"nothing is taken back: execution {newer.id} has begun since"))
        return delivered
    back = go_back(task, course.beginning, ended.id, delivered.deployment.actions)
    if back is None:
        return delivered
    deployment = replace(delivered.deployment, went_back=back)
    outcome = Outcome.ROLLED_BACK if back.status is ExecutionStatus.SUCCEEDED else Outcome.FAILED
    error = withdrawn(delivered.error, task.ledger.request) if back.channel and delivered.error else delivered.error
    if task.tools.cancellation.cancelled and back.status is None:
        error = left_going(back, task.tools.cancellation.error())
    return replace(delivered, deployment=deployment, outcome=outcome, changed=True, error=error)


def _with_reason(works: Works, stopped: Execution) -> Execution:
    """Return a stopped execution with the reason, which only the list of executions tells."""
    with suppress(Unavailable):
        listed = (one for one in works.executions() if one.id == stopped.id)
        return replace(stopped, summary=next((one.summary for one in listed), stopped.summary))
    return stopped


def _newer(works: Works, own: str) -> bool:
    """Whether an execution began after ours: then other files than ours may well lie where it deployed.

    What cannot be asked now does not hide what was found.
    """
    with suppress(Unavailable):
        return next_in_line(works.executions(), own) is not None
    return False


def _begun_after(works: Works, own: str) -> Execution | None:
    """Return what somebody began after ours: it is not undone with it. The pipeline's own way back is none of these."""
    newer = next_in_line(works.executions(), own)
    return None if newer is None or newer.trigger == AUTOMATIC else newer


def _twin_warnings(course: Course) -> tuple[str, ...]:
    """Return what is to be said of others that deploy the same object; whether there are any is no matter of life."""
    if course.task.plan.way is Way.STAGED:
        return ()
    with suppress(Unavailable):
        return tuple(
            f"Execution {one.id} deploys the same object as well: {one.trigger or 'something else'} started it. "
            "Let only one start the pipeline."
            for one in twins(course.beginning, course.begun.execution)
        )
    return ()
