"""What people do to executions: start them again, stop them, look at them, redefine the pipeline."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.pipelines import Workshop, action, refused, source, until

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


def test_of_many_starts_at_once_with_one_token_there_is_one_execution(shop: Workshop) -> None:
    version = shop.upload()
    name = shop.create(executionMode="QUEUED")
    with ThreadPoolExecutor(8) as pool:
        started = list(pool.map(lambda _: shop.pinned(name, version, clientRequestToken="one"), range(24)))
    assert len(set(started)) == 1
    assert shop.ended(name, started[0]) == "Succeeded"
    assert len(shop.client.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"]) == 1


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


def test_executions_that_are_not_there(shop: Workshop) -> None:
    name = shop.create()
    which = {"pipelineName": name, "pipelineExecutionId": NOWHERE}
    client = shop.client
    assert refused(client.stop_pipeline_execution, **which)[0] == "PipelineExecutionNotStoppableException"
    again = {"stageName": "Deploy", "retryMode": "ALL_ACTIONS"}
    assert refused(client.retry_stage_execution, **which, **again)[0] == "StageNotRetryableException"
    assert refused(client.get_pipeline_execution, **which)[0] == "PipelineExecutionNotFoundException"
    asked = {"pipelineName": name, "filter": {"pipelineExecutionId": NOWHERE}}
    assert refused(client.list_action_executions, **asked)[0] == "PipelineExecutionNotFoundException"


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
