"""An approval waits for a person, who has its token."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.pipelines import Workshop, approval, refused, source

pytestmark = pytest.mark.engine

NOWHERE = "00000000-0000-4000-8000-000000000000"


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
