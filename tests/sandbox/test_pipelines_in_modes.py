"""How executions of one pipeline get along: SUPERSEDED, QUEUED and PARALLEL."""

from __future__ import annotations

import itertools

import pytest

from sandbox.pipelines import Workshop, approval, packed, refused, source, until

pytestmark = pytest.mark.engine


def test_of_those_that_wait_before_a_stage_the_newest_supersedes_the_others(shop: Workshop) -> None:
    versions = [shop.upload(packed({"index.html": text})) for text in (b"1", b"2", b"3")]
    name = shop.create()
    shop.hold(name)
    first = shop.pinned(name, versions[0])
    shop.inside(name, "Deploy", first)
    second = shop.pinned(name, versions[1])
    shop.waiting(name, "Deploy", second)
    assert shop.status(name, second) == "InProgress"
    third = shop.pinned(name, versions[2])
    assert shop.ended(name, second) == "Superseded"
    waits = shop.waiting(name, "Deploy", third)
    assert waits["inboundExecution"]["status"] == "InProgress"
    assert waits["latestExecution"]["pipelineExecutionId"] == first
    shop.sandbox.release(name)
    assert (shop.ended(name, first), shop.ended(name, third)) == ("Succeeded", "Succeeded")
    assert shop.files() == {"index.html": b"3"}
    assert [run["actionName"] for run in shop.runs(name, second)] == ["Source"]


def test_two_at_once_on_a_free_pipeline_both_succeed(shop: Workshop) -> None:
    version = shop.upload()
    name = shop.create()
    both = [shop.pinned(name, version) for _ in range(2)]
    assert [shop.ended(name, each) for each in both] == ["Succeeded", "Succeeded"]


def test_a_stage_is_free_again_after_a_failure(shop: Workshop) -> None:
    version = shop.upload()
    name = shop.create()
    shop.sandbox.disturb(name, "Deploy", fail="no", hold=True)
    first = shop.pinned(name, version)
    shop.inside(name, "Deploy", first)
    second = shop.pinned(name, version)
    shop.waiting(name, "Deploy", second)
    shop.sandbox.release(name)
    assert (shop.ended(name, first), shop.ended(name, second)) == ("Failed", "Succeeded")


def test_queued_executions_go_one_after_the_other_in_order(shop: Workshop) -> None:
    versions = [shop.upload(packed({"index.html": text})) for text in (b"1", b"2", b"3")]
    name = shop.create(executionMode="QUEUED")
    shop.hold(name)
    started = [shop.pinned(name, version) for version in versions]
    shop.inside(name, "Deploy", started[0])

    def queue() -> list[str]:
        state = shop.stage(name, "Deploy")
        return [each["pipelineExecutionId"] for each in state.get("inboundExecutions", [])]

    until(lambda: queue() == started[1:])
    shop.sandbox.release(name)
    assert [shop.ended(name, each) for each in started] == ["Succeeded"] * 3
    assert shop.files() == {"index.html": b"3"}
    deploys = [shop.runs(name, each)[0] for each in started]
    assert all(before["lastUpdateTime"] <= after["startTime"] for before, after in itertools.pairwise(deploys))


def test_parallel_executions_do_not_wait_for_each_other(shop: Workshop) -> None:
    shop.upload()
    name = shop.create(source(shop.source, shop.key), approval(), shop.deploy(), executionMode="PARALLEL")
    first, second = shop.start(name), shop.start(name)
    for each in (first, second):
        until(lambda each=each: len(shop.runs(name, each)) == 2)  # type: ignore[misc]
        assert shop.runs(name, each)[0]["actionName"] == "Approve"
        assert shop.status(name, each) == "InProgress"
    assert "inboundExecution" not in shop.stage(name, "Approve")


@pytest.mark.parametrize("mode", ["QUEUED", "PARALLEL"])
def test_no_more_than_fifty_are_under_way(shop: Workshop, mode: str) -> None:
    shop.upload()
    name = shop.create(executionMode=mode)
    shop.hold(name, "Source", times=60)
    for _ in range(50):
        shop.start(name)
    code, message = refused(shop.client.start_pipeline_execution, name=name)
    assert code == "ConcurrentPipelineExecutionsLimitExceededException"
    assert mode in message


def test_the_way_out_of_a_stage_is_the_way_into_the_next(shop: Workshop) -> None:
    shop.upload()
    name = shop.create()
    way = {"pipelineName": name, "stageName": "Source", "transitionType": "Outbound"}
    shop.client.disable_stage_transition(**way, reason="Freeze")
    execution = shop.start(name)
    assert shop.waiting(name, "Deploy", execution)["inboundTransitionState"]["enabled"] is False
    shop.client.enable_stage_transition(**way)
    assert shop.ended(name, execution) == "Succeeded"


def test_a_closed_transition_keeps_executions_waiting_until_it_opens(shop: Workshop) -> None:
    version = shop.upload()
    name = shop.create()
    way = {"pipelineName": name, "stageName": "Deploy", "transitionType": "Inbound"}
    shop.client.disable_stage_transition(**way, reason="Freeze until Monday.")
    execution = shop.pinned(name, version)
    state = shop.waiting(name, "Deploy", execution)["inboundTransitionState"]
    assert (state["enabled"], state["disabledReason"]) == (False, "Freeze until Monday.")
    assert state["lastChangedBy"] == "arn:aws:iam::111111111111:user/waybill-sandbox"
    newer = shop.pinned(name, version)
    assert shop.ended(name, execution) == "Superseded"
    shop.client.enable_stage_transition(**way)
    assert shop.ended(name, newer) == "Succeeded"
    assert shop.stage(name, "Deploy")["inboundTransitionState"]["enabled"] is True


def test_every_status_is_told_as_the_service_model_says(shop: Workshop) -> None:
    version = shop.upload()
    name = shop.create(source(shop.source, shop.key), approval(), shop.deploy())
    client, started = shop.client, {}
    for status in ("Succeeded", "Failed"):
        if status == "Failed":
            shop.sandbox.disturb(name, "Approve", fail="no")
        started[status] = shop.pinned(name, version)
        if status == "Succeeded":
            latest = shop.inside(name, "Approve", started[status])["actionStates"][0]["latestExecution"]
            answer = {"pipelineName": name, "stageName": "Approve", "actionName": "Approve", "token": latest["token"]}
            client.put_approval_result(**answer, result={"summary": "", "status": "Approved"})
        assert shop.ended(name, started[status]) == status
    started["Cancelled"] = shop.pinned(name, version)
    shop.inside(name, "Approve", started["Cancelled"])
    client.update_pipeline(pipeline=client.get_pipeline(name=name)["pipeline"])
    for status in ("Stopped", "Stopping", "Superseded", "InProgress"):
        started[status] = execution = shop.pinned(name, version)
        if status in ("Stopped", "Stopping"):
            shop.inside(name, "Approve", execution)
            stop = {"pipelineName": name, "pipelineExecutionId": execution, "abandon": status == "Stopped"}
            client.stop_pipeline_execution(**stop)
        else:
            shop.waiting(name, "Approve", execution)
    listed = client.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"]
    assert {each["status"]: each["pipelineExecutionId"] for each in listed} == started
    for status, execution in started.items():
        assert shop.status(name, execution) == status
        assert shop.runs(name, execution)
    assert shop.stage(name, "Approve")["latestExecution"]["status"] == "Stopping"
