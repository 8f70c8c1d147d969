"""What people do to executions: start them again, stop, retry, roll back, approve, redefine the pipeline."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.pipelines import Workshop, action, approval, packed, refused, source, until

pytestmark = pytest.mark.engine

NOWHERE = "00000000-0000-4000-8000-000000000000"


def test_the_same_token_is_the_same_execution_for_good(shop: Workshop) -> None:
    version = shop.upload()
    name = shop.create()
    first = shop.pinned(name, version, clientRequestToken="a-token")
    assert shop.pinned(name, version, clientRequestToken="a-token") == first
    assert shop.ended(name, first) == "Succeeded"
    assert shop.pinned(name, version, clientRequestToken="a-token") == first
    other = shop.pinned(name, version, clientRequestToken="another")
    assert other != first
    told = shop.client.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"]
    assert [each["pipelineExecutionId"] for each in told] == [other, first]


def test_starts_that_are_refused(shop: Workshop) -> None:
    shop.upload()
    name = shop.create(variables=[{"name": "needed"}, {"name": "given", "defaultValue": "x"}])
    needed = [{"name": "needed", "value": "1"}]

    def why(**more: Any) -> str:
        code, message = refused(shop.client.start_pipeline_execution, name=name, **more)
        assert code == "ValidationException"
        return message

    def pin(kind: str, action_name: str = "Source") -> Any:
        return [{"actionName": action_name, "revisionType": kind, "revisionValue": "v"}]

    assert "needed" in why()
    assert "undeclared" in why(variables=[*needed, {"name": "undeclared", "value": "1"}])
    assert "AllowOverrideForS3ObjectKey" in why(variables=needed, sourceRevisions=pin("S3_OBJECT_KEY"))
    assert "COMMIT_ID" in why(variables=needed, sourceRevisions=pin("COMMIT_ID"))
    assert "no source action Deploy" in why(variables=needed, sourceRevisions=pin("S3_OBJECT_VERSION_ID", "Deploy"))
    assert "clientRequestToken" in why(variables=needed, clientRequestToken="1.2.3")
    old = shop.create(pipelineType="V1")
    code, message = refused(shop.client.start_pipeline_execution, name=old, variables=needed)
    assert (code, "V1" in message) == ("ValidationException", True)
    assert refused(shop.client.start_pipeline_execution, name="nothing")[0] == "PipelineNotFoundException"
    assert shop.client.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"] == []


def test_a_stop_lets_running_actions_end_and_starts_no_more(shop: Workshop) -> None:
    shop.upload()
    late = action("Invoke", "Lambda", configuration={}, runOrder=2)
    name = shop.create(source(shop.source, shop.key), [shop.deploy(), late])
    shop.hold(name)
    execution = shop.start(name)
    shop.inside(name, "Deploy", execution)
    which = {"pipelineName": name, "pipelineExecutionId": execution}
    shop.client.stop_pipeline_execution(**which, reason="wrong version")
    assert shop.status(name, execution) == "Stopping"
    assert shop.stage(name, "Deploy")["latestExecution"]["status"] == "Stopping"
    assert refused(shop.client.stop_pipeline_execution, **which)[0] == "DuplicatedStopRequestException"
    shop.sandbox.release(name)
    assert shop.ended(name, execution) == "Stopped"
    assert [run["status"] for run in shop.runs(name, execution)] == ["Succeeded", "Succeeded"]
    told = shop.client.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"][0]
    assert told["stopTrigger"] == {"reason": "wrong version"}
    assert refused(shop.client.stop_pipeline_execution, **which)[0] == "PipelineExecutionNotStoppableException"


def test_a_stop_may_abandon_even_while_another_waits(shop: Workshop) -> None:
    shop.upload()
    name = shop.create()
    shop.hold(name)
    execution = shop.start(name)
    shop.inside(name, "Deploy", execution)
    which = {"pipelineName": name, "pipelineExecutionId": execution}
    shop.client.stop_pipeline_execution(**which)
    shop.client.stop_pipeline_execution(**which, abandon=True)
    assert shop.status(name, execution) == "Stopped"
    shop.sandbox.release(name)
    assert shop.runs(name, execution)[0]["status"] == "Abandoned"
    assert shop.ended(name, shop.start(name)) == "Succeeded"
    assert shop.runs(name, execution)[0]["status"] == "Abandoned"


def test_one_that_waits_is_stopped_at_once(shop: Workshop) -> None:
    shop.upload()
    name = shop.create()
    way = {"pipelineName": name, "stageName": "Deploy", "transitionType": "Inbound"}
    shop.client.disable_stage_transition(**way, reason="Freeze")
    execution = shop.start(name)
    shop.waiting(name, "Deploy", execution)
    shop.client.stop_pipeline_execution(pipelineName=name, pipelineExecutionId=execution)
    assert shop.ended(name, execution) == "Stopped"


def test_an_update_cancels_what_is_under_way(shop: Workshop) -> None:
    shop.upload()
    name = shop.create()
    shop.hold(name)
    execution = shop.start(name)
    shop.inside(name, "Deploy", execution)
    declaration = shop.client.get_pipeline(name=name)["pipeline"]
    assert shop.client.update_pipeline(pipeline=declaration)["pipeline"]["version"] == 2
    assert shop.status(name, execution) == "Cancelled"
    assert shop.execution(name, execution)["pipelineVersion"] == 1
    assert shop.stage(name, "Deploy")["latestExecution"]["status"] == "Cancelled"
    shop.sandbox.release(name)
    newer = shop.start(name)
    assert shop.ended(name, newer) == "Succeeded"
    assert shop.execution(name, newer)["pipelineVersion"] == 2
    assert shop.client.get_pipeline(name=name, version=1)["pipeline"]["version"] == 1
    assert refused(shop.client.get_pipeline, name=name, version=3)[0] == "PipelineVersionNotFoundException"


@pytest.mark.parametrize(("mode", "again"), [("FAILED_ACTIONS", {"Test"}), ("ALL_ACTIONS", {"Deploy", "Test"})])
def test_a_failed_stage_is_retried(shop: Workshop, mode: str, again: set[str]) -> None:
    shop.upload()
    test = action("Test", "CodeBuild", configuration={})
    name = shop.create(source(shop.source, shop.key), [shop.deploy(), test])
    shop.sandbox.disturb(name, "Test", fail="flaky")
    execution = shop.start(name)
    assert shop.ended(name, execution) == "Failed"
    before = {run["actionExecutionId"] for run in shop.runs(name, execution)}
    which = {"pipelineName": name, "stageName": "Deploy", "retryMode": mode}
    answer = shop.client.retry_stage_execution(**which, pipelineExecutionId=execution)
    assert answer["pipelineExecutionId"] == execution
    assert shop.ended(name, execution) == "Succeeded"
    assert {run["actionName"] for run in shop.runs(name, execution) if run["actionExecutionId"] not in before} == again
    assert shop.stage(name, "Deploy")["retryStageMetadata"]["manualStageRetryAttempt"] == 1
    refusal = refused(shop.client.retry_stage_execution, **which, pipelineExecutionId=execution)
    assert refusal[0] == "StageNotRetryableException"


def test_only_the_latest_execution_of_a_stage_is_retried(shop: Workshop) -> None:
    shop.upload()
    name = shop.create()
    shop.sandbox.disturb(name, "Deploy", fail="no")
    execution = shop.start(name)
    assert shop.ended(name, execution) == "Failed"
    assert shop.ended(name, shop.start(name)) == "Succeeded"
    which = {"pipelineName": name, "pipelineExecutionId": execution, "retryMode": "ALL_ACTIONS"}
    refusal = refused(shop.client.retry_stage_execution, **which, stageName="Deploy")
    assert refusal[0] == "NotLatestPipelineExecutionException"
    assert refused(shop.client.retry_stage_execution, **which, stageName="No")[0] == "StageNotFoundException"


def test_a_stage_goes_back_to_an_execution_that_succeeded_in_it(shop: Workshop) -> None:
    versions = [shop.upload(packed({"index.html": text})) for text in (b"good", b"bad")]
    name = shop.create()
    good, bad = (shop.pinned(name, version) for version in versions)
    assert (shop.ended(name, good), shop.ended(name, bad)) == ("Succeeded", "Succeeded")
    assert shop.files() == {"index.html": b"bad"}
    which = {"pipelineName": name, "stageName": "Deploy"}
    back = shop.client.rollback_stage(**which, targetPipelineExecutionId=good)["pipelineExecutionId"]
    assert back not in (good, bad)
    assert shop.ended(name, back) == "Succeeded"
    assert shop.files() == {"index.html": b"good"}
    told = shop.client.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"][0]
    assert (told["pipelineExecutionId"], told["executionType"]) == (back, "ROLLBACK")
    assert told["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": good}
    assert told["trigger"]["triggerType"] == "ManualRollback"
    assert told["sourceRevisions"][0]["revisionId"] == versions[0]
    assert [run["actionName"] for run in shop.runs(name, back)] == ["Deploy"]
    assert shop.stage(name, "Deploy")["latestExecution"]["type"] == "ROLLBACK"
    refusal = refused(shop.client.rollback_stage, **which, targetPipelineExecutionId=back)
    assert refusal[0] == "UnableToRollbackStageException"


def test_rollbacks_that_are_refused(shop: Workshop) -> None:
    shop.upload()
    name = shop.create()
    shop.sandbox.disturb(name, "Deploy", fail="no")
    failed = shop.start(name)
    assert shop.ended(name, failed) == "Failed"
    good = shop.start(name)
    assert shop.ended(name, good) == "Succeeded"

    def why(stage: str = "Deploy", target: str = good, pipeline: str = name) -> str:
        which = {"pipelineName": pipeline, "stageName": stage, "targetPipelineExecutionId": target}
        return refused(shop.client.rollback_stage, **which)[0]

    assert why(target=failed) == "UnableToRollbackStageException"
    assert why(stage="Source") == "UnableToRollbackStageException"
    assert why(stage="Nowhere") == "StageNotFoundException"
    assert why(target=NOWHERE) == "PipelineExecutionNotFoundException"
    shop.hold(name)
    shop.inside(name, "Deploy", running := shop.start(name))
    assert why() == "UnableToRollbackStageException"
    shop.sandbox.release(name)
    shop.ended(name, running)
    shop.client.update_pipeline(pipeline=shop.client.get_pipeline(name=name)["pipeline"])
    assert why() == "PipelineExecutionOutdatedException"
    parallel = shop.create(executionMode="PARALLEL")
    execution = shop.start(parallel)
    assert shop.ended(parallel, execution) == "Succeeded"
    assert why(pipeline=parallel, target=execution) == "UnableToRollbackStageException"


def test_a_stage_may_roll_itself_back_when_it_fails(shop: Workshop) -> None:
    versions = [shop.upload(packed({"index.html": text})) for text in (b"good", b"bad")]
    declaration = shop.declare()
    declaration["stages"][1]["onFailure"] = {"result": "ROLLBACK"}
    name = declaration["name"]
    shop.client.create_pipeline(pipeline=declaration)
    good = shop.pinned(name, versions[0])
    assert shop.ended(name, good) == "Succeeded"
    shop.sandbox.disturb(name, "Deploy", fail="no")
    bad = shop.pinned(name, versions[1])
    assert shop.ended(name, bad) == "Failed"
    told = shop.client.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"][0]
    assert told["trigger"] == {"triggerType": "AutomatedRollback", "triggerDetail": bad}
    assert told["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": good}
    assert shop.ended(name, told["pipelineExecutionId"]) == "Succeeded"


def waiting_approval(shop: Workshop, name: str, execution: str) -> dict[str, Any]:
    return dict(shop.inside(name, "Approve", execution)["actionStates"][0]["latestExecution"])


def test_an_approval_waits_for_its_token(shop: Workshop) -> None:
    shop.upload()
    asked = approval(CustomData="Look at it.", ExternalEntityLink="https://staging.example.com/")
    name = shop.create(source(shop.source, shop.key), asked, shop.deploy())
    execution = shop.start(name)
    latest = waiting_approval(shop, name, execution)
    assert latest["status"] == "InProgress"
    answer = {"pipelineName": name, "stageName": "Approve", "actionName": "Approve"}
    good = {"summary": "Looks good", "status": "Approved"}
    put = shop.client.put_approval_result
    assert refused(put, **answer, result=good, token=NOWHERE)[0] == "InvalidApprovalTokenException"
    assert refused(put, **answer | {"actionName": "No"}, result=good, token=NOWHERE)[0] == "ActionNotFoundException"
    assert put(**answer, result=good, token=latest["token"])["approvedAt"]
    assert shop.ended(name, execution) == "Succeeded"
    run = shop.runs(name, execution)[1]
    assert run["updatedBy"] == "arn:aws:iam::111111111111:user/waybill-sandbox"
    settings = {"CustomData": "Look at it.", "ExternalEntityLink": "https://staging.example.com/"}
    assert run["input"]["configuration"] == settings
    assert shop.stage(name, "Approve")["actionStates"][0]["latestExecution"]["summary"] == "Looks good"
    again = refused(put, **answer, result=good, token=latest["token"])
    assert again[0] == "ApprovalAlreadyCompletedException"


def test_in_a_parallel_pipeline_an_approval_is_answered_with_its_external_id(shop: Workshop) -> None:
    shop.upload()
    name = shop.create(source(shop.source, shop.key), approval(), shop.deploy(), executionMode="PARALLEL")
    execution = shop.start(name)
    assert "token" not in waiting_approval(shop, name, execution)
    token = shop.runs(name, execution)[0]["output"]["executionResult"]["externalExecutionId"]
    answer = {"pipelineName": name, "stageName": "Approve", "actionName": "Approve", "token": token}
    shop.client.put_approval_result(**answer, result={"summary": "", "status": "Approved"})
    assert shop.ended(name, execution) == "Succeeded"


def test_an_approval_of_a_stopped_execution_is_answered_too_late(shop: Workshop) -> None:
    shop.upload()
    name = shop.create(source(shop.source, shop.key), approval(), shop.deploy())
    execution = shop.start(name)
    token = waiting_approval(shop, name, execution)["token"]
    shop.client.stop_pipeline_execution(pipelineName=name, pipelineExecutionId=execution, abandon=True)
    answer = {"pipelineName": name, "stageName": "Approve", "actionName": "Approve", "token": token}
    late = refused(shop.client.put_approval_result, **answer, result={"summary": "", "status": "Approved"})
    assert late[0] == "InvalidApprovalTokenException"


def test_a_rejected_approval_fails_the_execution(shop: Workshop) -> None:
    shop.upload()
    name = shop.create(source(shop.source, shop.key), approval(), shop.deploy())
    execution = shop.start(name)
    token = waiting_approval(shop, name, execution)["token"]
    answer = {"pipelineName": name, "stageName": "Approve", "actionName": "Approve", "token": token}
    shop.client.put_approval_result(**answer, result={"summary": "Not today", "status": "Rejected"})
    assert "Not today" in shop.error(name, execution)["message"]
    assert shop.files() == {}


def test_pages_go_on_where_they_ended_whatever_has_come_since(shop: Workshop) -> None:
    shop.upload()
    name = shop.create()
    started = [shop.start(name) for _ in range(5)]
    until(lambda: {shop.status(name, each) for each in started} <= {"Succeeded", "Superseded"})
    seen: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = shop.client.list_pipeline_executions(pipelineName=name, maxResults=2, **more)
        seen += [each["pipelineExecutionId"] for each in page["pipelineExecutionSummaries"]]
        if "nextToken" not in page:
            break
        more = {"nextToken": page["nextToken"]}
        shop.start(name)
    assert seen == started[::-1]
    pages = shop.client.get_paginator("list_action_executions").paginate(
        pipelineName=name, PaginationConfig={"PageSize": 3}
    )
    runs = [run["actionExecutionId"] for page in pages for run in page["actionExecutionDetails"]]
    assert len(runs) == len(set(runs)) > 5
    bad = refused(shop.client.list_pipeline_executions, pipelineName=name, nextToken="nonsense")
    assert bad[0] == "InvalidNextTokenException"


def test_executions_that_succeeded_in_a_stage_of_the_present_structure(shop: Workshop) -> None:
    shop.upload()
    name = shop.create()
    shop.sandbox.disturb(name, "Deploy", fail="no")
    failed, good = shop.start(name), None
    assert shop.ended(name, failed) == "Failed"
    good = shop.start(name)
    assert shop.ended(name, good) == "Succeeded"

    def succeeded_in(stage: str) -> list[str]:
        asked = {"succeededInStage": {"stageName": stage}}
        answer = shop.client.list_pipeline_executions(pipelineName=name, filter=asked)
        return [each["pipelineExecutionId"] for each in answer["pipelineExecutionSummaries"]]

    assert succeeded_in("Deploy") == [good]
    assert succeeded_in("Source") == [good, failed]
    shop.client.update_pipeline(pipeline=shop.client.get_pipeline(name=name)["pipeline"])
    assert succeeded_in("Deploy") == []
