"""What people do to executions: stop, retry, roll back, approve, close a transition; and updates. Pure.

Each raises `Refusal` with CodePipeline's own error codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.sandbox.engine.codepipeline import execution as states
from waybill.sandbox.engine.codepipeline.definition import PARALLEL, Definition
from waybill.sandbox.engine.codepipeline.execution import Execution, Outcome, Trigger
from waybill.sandbox.engine.codepipeline.machine import Line, Transition
from waybill.sandbox.engine.refusals import Refusal


def update(line: Line, definition: Definition, now: float) -> None:
    """Take a new definition; what is under way ends Cancelled."""
    for each in list(line.under_way()):
        line.close(each, states.CANCELLED, now)
    line.definition = line.versions[definition.version] = definition
    line.updated = now
    names = {stage.name for stage in definition.stages}
    line.transitions = {name: each for name, each in line.transitions.items() if name in names}


def stop(line: Line, execution: str, *, abandon: bool, reason: str, now: float) -> None:
    """Stop an execution: once its actions have ended, or at once, abandoning them."""
    each = line.find(execution)
    if each is None or not each.under_way:
        why = f"it is in a {each.status} state" if each else "it cannot be found"
        raise Refusal(
            "PipelineExecutionNotStoppableException", f"Unable to stop the pipeline execution {execution}: {why}"
        )
    if each.status == states.STOPPING and not abandon:
        raise Refusal(
            "DuplicatedStopRequestException", f"The pipeline execution {execution} is already in a Stopping state"
        )
    each.stop_reason, each.status, each.updated = reason, states.STOPPING, now
    stage = each.stage_run
    if stage is not None:
        stage.status = states.STOPPING
    if abandon:
        line.close(each, states.STOPPED, now)


def retry(line: Line, stage: str, execution: str, *, everything: bool, now: float) -> Execution:
    """Run the failed actions of a failed stage again, or all of its actions."""
    check_stage(line, stage)
    each = line.find(execution)
    run = each.stages.get(stage) if each else None
    stopped = (states.FAILED, states.STOPPED)
    if each is None or run is None or run.status not in stopped or each.status not in stopped:
        raise _not_retryable(f"Unable to retry stage {stage}: it has not failed in the pipeline execution {execution}")
    if each.definition.version != line.definition.version:
        raise _not_retryable(f"Unable to retry stage {stage}: the pipeline structure has changed")
    if line.entered.get(stage) is not each and each.definition.mode != PARALLEL:
        raise Refusal(
            "NotLatestPipelineExecutionException",
            f"Unable to retry stage {stage}: a later execution than {execution} has run in it",
        )
    if everything:
        run.runs.clear()
    else:
        run.runs = {name: each for name, each in run.runs.items() if each.status == states.SUCCEEDED}
    run.status = each.status = states.IN_PROGRESS
    each.fell_back = False
    run.retries += 1
    each.updated, each.stop_reason = now, None
    return each


def roll_back(line: Line, stage: str, target: str, trigger: Trigger, now: float) -> Execution:
    """Add an execution that runs one stage with what `target` ran it with."""
    at = check_stage(line, stage)
    old = line.find(target)
    if old is None:
        raise Refusal("PipelineExecutionNotFoundException", f"The pipeline execution {target} cannot be found")
    if line.definition.type != "V2" or line.definition.mode == PARALLEL:
        raise _not_rolled_back(stage, "the pipeline must be of type V2, and not in PARALLEL mode")
    if at == 0:
        raise _not_rolled_back(stage, "a source stage cannot be rolled back")
    if old.definition.version != line.definition.version:
        raise Refusal(
            "PipelineExecutionOutdatedException",
            f"The pipeline execution {target} is outdated and cannot be used as a target for rollback: the pipeline "
            "structure has changed since",
        )
    if old.type == states.ROLLBACK or not old.succeeded_in(stage):
        raise _not_rolled_back(stage, f"the execution {target} is a rollback, or did not succeed in it")
    if line.inside(stage):
        raise _not_rolled_back(stage, "the stage is currently running")
    made = line.add(trigger, now, variables=old.variables, overrides=old.overrides)
    made.type, made.target, made.at = states.ROLLBACK, target, at
    made.artifacts, made.revisions, made.exported = dict(old.artifacts), list(old.revisions), dict(old.exported)
    return made


def fall_back(line: Line, now: float) -> bool:
    """Do what stages say of failures: `onFailure` ROLLBACK. Returns whether an execution was added."""
    for each in line.executions:
        failed = each.status == states.FAILED and each.type == states.STANDARD and not each.fell_back
        if not failed or each.definition is not line.definition or each.stage.on_failure != states.ROLLBACK:
            continue
        each.fell_back = True
        stage = each.stage.name
        earlier = [older for older in line.executions if older.number < each.number and older.succeeded_in(stage)]
        targets = [older for older in earlier if older.definition is line.definition and older.type == states.STANDARD]
        if targets and each.at > 0 and not line.inside(stage):
            roll_back(line, stage, targets[-1].id, Trigger("AutomatedRollback", each.id), now)
            return True
    return False


def approve(line: Line, request: Mapping[str, Any], by: str, now: float) -> str:
    """Take a person's answer to an approval; return the id of its run."""
    stage, name = request["stageName"], request["actionName"]
    at = check_stage(line, stage)
    if all(action.name != name for action in line.definition.stages[at].actions):
        raise Refusal("ActionNotFoundException", f"The action {name} cannot be found in stage {stage}")
    run = next(
        (run for each in line.executions for run in each.runs if run.token == request["token"]),
        None,
    )
    if run is None or not run.action.is_approval or (run.action.stage, run.action.name) != (stage, name):
        raise Refusal("InvalidApprovalTokenException", f"Invalid approval token: {request['token']}")
    if run.status != states.IN_PROGRESS and not run.outcome.by:
        raise Refusal("InvalidApprovalTokenException", "The approval request has expired")
    if run.status != states.IN_PROGRESS:
        raise Refusal("ApprovalAlreadyCompletedException", "The approval action has already been approved or rejected")
    summary = request["result"]["summary"]
    rejected = request["result"]["status"] == "Rejected"
    error = f"Rejected by {by}{': ' if summary else ''}{summary}" if rejected else None
    line.end(run.id, Outcome(summary=summary, by=by, error=error, code="JobFailed" if rejected else ""), now)
    return run.id


def close_transition(line: Line, stage: str, *, out: bool, opened: bool, reason: str, by: str, now: float) -> None:
    """Close or open the way into a stage, or `out` of it: the way into the next one."""
    at = check_stage(line, stage) + (1 if out else 0)
    if at < len(line.definition.stages):
        line.transitions[line.definition.stages[at].name] = Transition(opened, reason, by, now)


def found(line: Line, execution: str) -> Execution:
    """Return an execution; raises `Refusal`."""
    each = line.find(execution)
    if each is None:
        raise Refusal(
            "PipelineExecutionNotFoundException",
            f"The pipeline execution {execution} cannot be found in the pipeline {line.definition.name}",
        )
    return each


def check_stage(line: Line, stage: str) -> int:
    """Return a stage's position; raises `Refusal`."""
    at = line.definition.index(stage)
    if at is None:
        raise Refusal("StageNotFoundException", f"The pipeline {line.definition.name} has no stage {stage}")
    return at


def _not_retryable(message: str) -> Refusal:
    return Refusal("StageNotRetryableException", message)


def _not_rolled_back(stage: str, why: str) -> Refusal:
    return Refusal("UnableToRollbackStageException", f"Unable to roll back the stage {stage}: {why}")
