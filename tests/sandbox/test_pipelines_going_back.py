"""A failed stage is tried again, or goes back to an execution that succeeded in it."""

from __future__ import annotations

import pytest

from sandbox.pipelines import Workshop, action, packed, refused, source

pytestmark = pytest.mark.engine

NOWHERE = "00000000-0000-4000-8000-000000000000"


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


def test_a_rollback_ends_with_its_stage(shop: Workshop) -> None:
    shop.upload()
    name = shop.create(
        source(shop.source, shop.key), shop.deploy(), action("Invoke", "Lambda", configuration={"FunctionName": "f"})
    )
    good = shop.start(name)
    assert shop.ended(name, good) == "Succeeded"
    which = {"pipelineName": name, "stageName": "Deploy", "targetPipelineExecutionId": good}
    back = shop.client.rollback_stage(**which)["pipelineExecutionId"]
    assert shop.ended(name, back) == "Succeeded"
    assert [run["actionName"] for run in shop.runs(name, back)] == ["Deploy"]


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
