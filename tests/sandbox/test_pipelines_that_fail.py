"""Pipelines fail as they do in AWS: the action says why, with a code, and the execution ends Failed."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from sandbox.pipelines import SITE, Workshop, action, approval, packed, refused, role, source, until
from waybill.sandbox import layout

pytestmark = pytest.mark.engine


def test_a_source_key_that_is_not_there(shop: Workshop) -> None:
    name = shop.create()
    error = shop.error(name, shop.start(name))
    assert error["code"] == "ConfigurationError"
    assert "site.zip" in error["message"]
    assert "NoSuchKey" in error["message"]


def test_a_source_version_that_is_not_there(shop: Workshop) -> None:
    shop.upload()
    name = shop.create()
    error = shop.error(name, shop.pinned(name, "no-such-version"))
    assert "no-such-version" in error["message"]
    assert "NoSuchVersion" in error["message"]


def test_a_deleted_source_object(shop: Workshop, clients: Any) -> None:
    version = shop.upload()
    clients.user("s3").delete_object(Bucket=shop.source, Key=shop.key)
    name = shop.create()
    assert "NoSuchKey" in shop.error(name, shop.start(name))["message"]
    assert shop.ended(name, shop.pinned(name, version)) == "Succeeded"


def test_a_source_bucket_that_is_not_versioned(shop: Workshop, clients: Any) -> None:
    bucket = f"plain-{shop.source}"
    clients.user("s3").create_bucket(Bucket=bucket)
    clients.user("s3").put_object(Bucket=bucket, Key="a.zip", Body=packed(SITE))
    name = shop.create(source(bucket, "a.zip"), shop.deploy())
    error = shop.error(name, shop.start(name))
    assert error["code"] == "ConfigurationError"
    assert "not versioned" in error["message"]


def test_a_source_bucket_that_is_not_there_or_another_accounts(shop: Workshop) -> None:
    missing = shop.create(source("no-such-bucket-at-all", "a.zip"), shop.deploy())
    assert "NoSuchBucket" in shop.error(missing, shop.start(missing))["message"]
    closed = shop.create(source(shop.output, "a.zip"), shop.deploy())
    error = shop.error(closed, shop.start(closed))
    assert (error["code"], "AccessDenied" in error["message"]) == ("PermissionError", True)


@pytest.mark.parametrize("whom", ["nobody", "another-account"])
def test_a_role_that_may_not_be_assumed(shop: Workshop, clients: Any, whom: str) -> None:
    arn = f"arn:aws:iam::{layout.PRODUCTION}:role/no-such-role"
    if whom == "another-account":
        trusted = {"AWS": f"arn:aws:iam::{layout.PRODUCTION}:root"}
        arn = role(clients, {"Principal": trusted, "Action": "sts:AssumeRole"})
    shop.upload()
    name = shop.create(source(shop.source, shop.key), shop.deploy(more={"roleArn": arn}))
    error = shop.error(name, shop.start(name))
    assert error["code"] == "PermissionError"
    assert f"not authorized to perform AssumeRole on role {arn}" in error["message"]
    assert shop.files() == {}


def test_a_deploy_role_that_the_artifact_bucket_does_not_know(shop: Workshop, clients: Any) -> None:
    trusted = {"AWS": f"arn:aws:iam::{layout.DEVELOPMENT}:root"}
    arn = role(clients, {"Principal": trusted, "Action": "sts:AssumeRole"})
    shop.upload()
    name = shop.create(source(shop.source, shop.key), shop.deploy(more={"roleArn": arn}))
    error = shop.error(name, shop.start(name))
    assert error["code"] == "PermissionError"
    assert layout.ARTIFACT_BUCKET in error["message"]


def test_an_artifact_key_that_the_deploy_role_may_not_use(shop: Workshop, clients: Any) -> None:
    key = clients.user("kms").create_key()["KeyMetadata"]["Arn"]
    store = {
        "type": "S3",
        "location": layout.ARTIFACT_BUCKET,
        "encryptionKey": {"id": key, "type": "KMS"},
    }
    shop.upload()
    name = shop.create(artifactStore=store)
    error = shop.error(name, shop.start(name))
    assert "kms:Decrypt" in error["message"]


def test_an_output_bucket_that_is_not_there_or_another_accounts(shop: Workshop) -> None:
    shop.upload()
    for bucket, why in (("no-such-output-bucket", "NoSuchBucket"), (shop.source, "AccessDenied")):
        name = shop.create(source(shop.source, shop.key), shop.deploy(BucketName=bucket))
        error = shop.error(name, shop.start(name))
        assert bucket in error["message"]
        assert why in error["message"]


def test_an_acl_that_the_output_bucket_does_not_take(shop: Workshop) -> None:
    shop.upload()
    to = shop.deploy(BucketName=layout.STAGED_OUTPUT_BUCKET, CannedACL="public-read", ObjectKey="acl")
    name = shop.create(source(shop.source, shop.key), to)
    assert "AccessControlListNotSupported" in shop.error(name, shop.start(name))["message"]


def test_a_key_for_the_output_that_is_not_there(shop: Workshop) -> None:
    shop.upload()
    key = f"arn:aws:kms:us-east-1:{layout.PRODUCTION}:key/00000000-0000-0000-0000-000000000000"
    name = shop.create(source(shop.source, shop.key), shop.deploy(KMSEncryptionKeyARN=key))
    assert "KMS.NotFoundException" in shop.error(name, shop.start(name))["message"]


def damaged() -> bytes:
    """Return a zip whose entry is not what its checksum says."""
    body = bytearray(packed({"index.html": b"whole"}))
    at = bytes(body).index(b"whole")
    body[at : at + 5] = b"eaten"
    assert zlib.crc32(b"eaten") != zlib.crc32(b"whole")
    return bytes(body)


@pytest.mark.parametrize("body", [b"<html>no zip</html>", b"", damaged()], ids=["text", "empty", "damaged"])
def test_what_is_no_zip_cannot_be_extracted(shop: Workshop, body: bytes) -> None:
    shop.upload(body)
    name = shop.create()
    error = shop.error(name, shop.start(name))
    assert error["code"] == "JobFailed"
    assert "not a ZIP file" in error["message"]
    assert shop.files() == {}


def test_a_failure_on_purpose_says_what_it_is_told_to_once(shop: Workshop) -> None:
    shop.upload()
    name = shop.create()
    shop.sandbox.disturb(name, "Deploy", fail="the dam broke", code="Dam")
    execution = shop.start(name)
    assert shop.error(name, execution) == {"code": "Dam", "message": "the dam broke"}
    state = shop.stage(name, "Deploy")
    assert state["latestExecution"]["status"] == "Failed"
    assert state["actionStates"][0]["latestExecution"]["errorDetails"]["message"] == "the dam broke"
    assert shop.ended(name, shop.start(name)) == "Succeeded"


def test_a_failure_on_purpose_may_have_a_link_and_a_log(shop: Workshop) -> None:
    shop.upload()
    name = shop.create()
    log = "arn:aws:logs:us-east-1:111111111111:log-group:/aws/codebuild/site:log-stream:1"
    shop.sandbox.disturb(name, "Deploy", fail="no", url="https://console.example.com/build/1", log=log)
    execution = shop.start(name)
    assert shop.ended(name, execution) == "Failed"
    result = shop.runs(name, execution)[0]["output"]["executionResult"]
    assert (result["externalExecutionUrl"], result["logStreamARN"]) == ("https://console.example.com/build/1", log)


def test_a_delay_on_purpose_and_one_that_is_taken_back(shop: Workshop) -> None:
    shop.upload()
    name = shop.create()
    shop.sandbox.disturb(name, "Deploy", seconds=0.3)
    execution = shop.start(name)
    assert shop.ended(name, execution) == "Succeeded"
    run = shop.runs(name, execution)[0]
    assert (run["lastUpdateTime"] - run["startTime"]).total_seconds() >= 0.3
    shop.sandbox.disturb(name, "Deploy", seconds=600)
    execution = shop.start(name)
    shop.inside(name, "Deploy", execution)
    shop.sandbox.release(name)
    assert shop.ended(name, execution) == "Succeeded"


def test_faults_that_mean_nothing_are_refused(shop: Workshop) -> None:
    from waybill.sandbox.errors import SandboxError

    with pytest.raises(SandboxError) as caught:
        shop.sandbox.disturb("p", "a", explode=True)
    assert "explode" in str(caught.value)
    assert json.loads(caught.value.advice)["__type"] == "ValidationException"


def test_calls_are_refused_on_purpose_as_often_as_is_asked_for(shop: Workshop, clients: Any) -> None:
    unwatched = clients.user("codepipeline")
    asked = {"name": layout.PIPELINE}
    shop.sandbox.refuse("GetPipelineState", "ThrottlingException", message="Rate exceeded", times=2)
    for _ in range(2):
        assert refused(unwatched.get_pipeline_state, **asked) == ("ThrottlingException", "Rate exceeded")
    assert shop.client.get_pipeline_state(**asked)["stageStates"]
    shop.sandbox.refuse("StartPipelineExecution", "AccessDeniedException")
    shop.sandbox.release()
    assert shop.start(layout.PIPELINE)


def test_actions_of_other_providers_succeed(shop: Workshop) -> None:
    shop.upload()
    build = action(
        "Build", "CodeBuild", inputArtifacts=[{"name": "Zip"}], outputArtifacts=[{"name": "Built"}], configuration={}
    )
    invoke = action("Invoke", "Lambda", configuration={"FunctionName": "f"}, runOrder=2)
    to = shop.deploy()
    to["inputArtifacts"] = [{"name": "Built"}]
    name = shop.create(source(shop.source, shop.key), [build, invoke], to)
    execution = shop.start(name)
    assert shop.ended(name, execution) == "Succeeded"
    assert [run["actionName"] for run in shop.runs(name, execution)] == ["Deploy", "Invoke", "Build", "Source"]
    assert shop.files() == SITE
    results = {run["actionName"]: run["output"]["executionResult"] for run in shop.runs(name, execution)}
    log = f"arn:aws:logs:us-east-1:111111111111:log-group:/aws/codepipeline/{name}"
    assert results["Build"]["logStreamARN"].startswith(log)
    assert "logStreamARN" not in results["Invoke"]


def test_of_actions_side_by_side_one_fails_and_the_other_ends_first(shop: Workshop) -> None:
    shop.upload()
    other = action("Test", "CodeBuild", configuration={})
    name = shop.create(source(shop.source, shop.key), [shop.deploy(), other])
    shop.hold(name, "Test")
    shop.sandbox.disturb(name, "Deploy", fail="no")
    execution = shop.start(name)
    until(lambda: {"Failed", "InProgress"} <= {run["status"] for run in shop.runs(name, execution)})
    assert shop.status(name, execution) == "InProgress"
    shop.sandbox.release(name)
    assert shop.ended(name, execution) == "Failed"
    assert {run["actionName"]: run["status"] for run in shop.runs(name, execution)} == {
        "Source": "Succeeded",
        "Deploy": "Failed",
        "Test": "Succeeded",
    }


def test_an_approval_that_nobody_answers_times_out(shop: Workshop) -> None:
    shop.upload()
    name = shop.create(source(shop.source, shop.key), approval(), shop.deploy())
    shop.sandbox.disturb(name, "Approve", seconds=0)
    assert "timed out" in shop.error(name, shop.start(name))["message"]
