"""After a failed deploy (`on-failure: rollback`): what was there before is deployed again, and the channel follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from waybill.commands.deployment.carried import carried_version
from waybill.commands.deployment.follow import follow, limits_of
from waybill.commands.deployment.reach import console_of
from waybill.commands.deployment.record import record
from waybill.commands.deployment.staged import Staged
from waybill.commands.deployment.start import Beginning
from waybill.commands.deployment.task import Task
from waybill.domain.console import execution_url
from waybill.domain.deploy.compared import Choice
from waybill.domain.deploy.delivery import start_token
from waybill.domain.deploy.deployment import Deployment, Way, WentBack
from waybill.domain.deploy.execution import ActionRun, Execution, ExecutionStatus, newer_than
from waybill.domain.deploy.pipeline import Mode, PipelineType
from waybill.domain.deploy.telling import Following, Noted
from waybill.domain.events import standing_withdrawals
from waybill.domain.names import Keys
from waybill.domain.versions import Version
from waybill.errors import WaybillError
from waybill.ports.pipeline import Pin, Start

AUTOMATIC = "AutomatedRollback"
"""How CodePipeline names what its own definition has it do after a failure."""


def go_back(task: Task, beginning: Beginning, failed: str, actions: tuple[ActionRun, ...]) -> WentBack | None:
    """Deploy again what succeeded before; None where nothing is to be taken back, or nothing succeeded before.

    The one stage that deployed is rolled back where CodePipeline lets it, else a new execution is pinned to the earlier
    version. It has the whole time limit once more. What fails of it is told in what is returned.
    """
    staged, tools = task.staged, task.tools
    stages = _deployed(beginning, actions)
    # Of several stages that deployed, the pipeline's own way back takes only one back.
    automatic = _automatic(beginning, failed) if len(stages) <= 1 else None
    if not stages and automatic is None:
        tools.reporter.tell(Noted("it failed before anything was deployed: there is nothing to take back"))
        return None
    stage = stages[-1] if stages else ""
    target = automatic or _target(task, beginning, failed, stage)
    if target is None:
        tools.reporter.tell(Noted("nothing was deployed before that could be gone back to"))
        return None
    version = carried_version(beginning, staged, target)
    name = f"{staged.goods.project} {version}" if version else f"what execution {target.id} deployed"
    tools.reporter.tell(Noted(f"going back to {name}"))
    back = WentBack(version=version.text if version else "", execution="", status=None)
    try:
        way = _Way(failed, target, stage, begun=automatic is not None, alone=len(stages) == 1)
        back = _deployed_again(task, beginning, way, back)
        if back.status is ExecutionStatus.SUCCEEDED:
            back = replace(back, channel=version is not None and task.channel(version))
            _forget(task, beginning, back)
    except _Broken as broken:
        return broken.back
    except WaybillError as error:
        return replace(back, error=error.what)
    return back


def _forget(task: Task, beginning: Beginning, back: WentBack) -> None:
    """Have caches forget what failed as well. Raises what kept them from it."""
    delivery = replace(task.delivery, url=None, verify_deployed=Choice.NEVER)
    deployment = Deployment(plan=task.plan, execution=back.execution)
    end = task.tools.clock.monotonic() + delivery.timeout
    proved = task.proof(replace(task, delivery=delivery), beginning.works, deployment, end)
    if proved.error is not None:
        raise _Broken(replace(back, error=proved.error.what))


def _deployed(beginning: Beginning, actions: tuple[ActionRun, ...]) -> list[str]:
    """Return the stages that have deployed, or have begun to: rolling another one back would change nothing.

    A pipeline without a Deploy action deploys by whatever is neither a source nor an approval.
    """
    pipeline = beginning.works.pipeline
    deploys = {(one.stage, one.name) for one in pipeline.actions if one.category == "Deploy"}
    works = {(one.stage, one.name) for one in pipeline.actions if one.category not in {"Source", "Approval"}}
    return list(dict.fromkeys(run.stage for run in actions if (run.stage, run.action) in (deploys or works)))


def _automatic(beginning: Beginning, failed: str) -> Execution | None:
    """Return the way back that the pipeline has begun by itself, as its definition says of failures; None: it has not.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback-auto.html
    """
    newer = newer_than(beginning.works.executions(), failed)
    return next((one for one in newer if one.rolls_back and one.trigger == AUTOMATIC), None)


def _target(task: Task, beginning: Beginning, failed: str, stage: str) -> Execution | None:
    """Return the last execution that succeeded, with another object; None where there is none.

    Of a rollback it is the one that it went back to: what was live is what is gone back to, unless its event says that
    it did not do as it should, or its version is withdrawn. Long ago, only those are to be seen that went through the
    stage under the current definition.
    """
    works = beginning.works
    events = task.ledger.deploys(works.pipeline)
    bad = {failed, *(event.execution for event in events if event.end == ExecutionStatus.FAILED.value)}
    withdrawn = standing_withdrawals(task.ledger.known.values()).keys()

    def last_good(executions: Sequence[Execution]) -> Execution | None:
        known = {one.id: one for one in executions}
        good = (one for one in executions if one.status is ExecutionStatus.SUCCEEDED)
        meant = (known.get(one.rolls_back) if one.rolls_back else one for one in good)
        others = (one for one in meant if one and one.id not in bad and not beginning.carries(one))
        return next((one for one in others if carried_version(beginning, task.staged, one) not in withdrawn), None)

    return last_good(works.executions()) or last_good(works.pipelines.succeeded_in(works.pipeline.name, stage))


class _Broken(WaybillError):
    """The way back was begun, and its end was not seen: `back` says as much."""

    def __init__(self, back: WentBack) -> None:
        super().__init__(back.error)
        self.back = back


@dataclass(frozen=True, slots=True)
class _Way:
    """From the execution that failed to the one that is gone back to, by the stage where it is possible.

    `begun`: the target is itself the way back, and under way. `alone`: no other stage has deployed.
    """

    failed: str
    target: Execution
    stage: str
    begun: bool = False
    alone: bool = True


def _deployed_again(task: Task, beginning: Beginning, way: _Way, back: WentBack) -> WentBack:
    works, tools, stage = beginning.works, task.tools, way.stage
    staged_version = task.staged.goods.version
    pipeline = works.pipeline
    # CodePipeline itself knows whether its structure is still the one that this execution went through.
    by_stage = way.alone and pipeline.mode is not Mode.PARALLEL and pipeline.type is PipelineType.V2
    execution = way.target.id if way.begun else None
    if by_stage and not way.begun:
        execution = works.pipelines.roll_back(pipeline.name, stage, to=way.target.id) or _begun(beginning, way)
    rolled = stage if execution else None
    if execution is None:
        tools.reporter.tell(Noted(f"stage {stage} alone cannot be rolled back; a new execution deploys it again"))
        execution = works.pipelines.start(_again(beginning, task.staged, way, back.version))
    back = replace(back, execution=execution, by_stage=rolled)
    url = execution_url(console_of(works, tools), pipeline.region, pipeline.name, execution)
    tools.reporter.tell(Following(pipeline.name, execution, url, joined=False))
    try:
        ended = follow(works, execution, limits_of(beginning.delivery, tools), tools).execution
    except WaybillError as error:
        raise _Broken(replace(back, error=error.what)) from error
    if back.version:
        request = replace(task.ledger.request, version=Version(back.version))
        ledger = replace(task.ledger, request=request)
        record(ledger, pipeline, ended, ended.status.value, tools, reason=f"the deploy of {staged_version} failed")
    return replace(back, status=ended.status, error="" if ended.status is ExecutionStatus.SUCCEEDED else ended.summary)


def _begun(beginning: Beginning, way: _Way) -> str | None:
    """Return the rollback of this failure that is under way already: the answer to its start may have been lost."""
    newer = newer_than(beginning.works.executions(), way.failed)
    return next((one.id for one in newer if one.rolls_back == way.target.id), None)


def _again(beginning: Beginning, staged: Staged, way: _Way, version: str) -> Start:
    """Return a start that is pinned to what an execution took. Each failure has one way back."""
    plan, pipeline, goods, target = beginning.plan, beginning.works.pipeline, staged.goods, way.target
    taken = target.revision(plan.action)
    if taken is None:
        raise WaybillError(f"Execution {target.id} does not say which object it took.", "Go back by hand.")
    key = None
    if plan.way is Way.STAGED:
        if not version:
            raise WaybillError(f"Which version execution {target.id} took is not known.", "Go back by hand.")
        key = Keys(staged.offer.keys.prefix, goods.project, Version(version)).artifact
    pins = (Pin(action=plan.action, version_id=taken.id, key=key),) if plan.pinned else ()
    return Start(
        pipeline=pipeline.name,
        token=start_token(
            goods.project, goods.version, taken.id, pipeline.arn, beginning.run_id, after=f"{way.failed}>{target.id}"
        ),
        pins=pins,
        variables=beginning.delivery.variables,
    )
