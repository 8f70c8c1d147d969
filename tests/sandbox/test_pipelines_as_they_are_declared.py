"""Which declarations CodePipeline takes, and how it gives them back."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.answers import departures
from sandbox.pipelines import STORE, Workshop, action, approval, refused, role, source
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

AWS_CLI = Path(__file__).parents[2] / ".venvs" / "aws" / "bin" / "aws"


def test_a_declaration_comes_back_with_its_defaults_and_a_version(shop: Workshop) -> None:
    declaration = shop.declare()
    del declaration["pipelineType"]
    made = shop.client.create_pipeline(pipeline=declaration, tags=[{"key": "team", "value": "web"}])
    assert made["tags"] == [{"key": "team", "value": "web"}]
    answer = shop.client.get_pipeline(name=declaration["name"])
    pipeline = answer["pipeline"]
    assert pipeline == made["pipeline"]
    assert (pipeline["version"], pipeline["pipelineType"], pipeline["executionMode"]) == (1, "V1", "SUPERSEDED")
    assert pipeline["stages"][1]["actions"][0]["runOrder"] == 1
    assert pipeline["stages"][1]["actions"][0]["outputArtifacts"] == []
    arn = f"arn:aws:codepipeline:us-east-1:111111111111:{declaration['name']}"
    assert answer["metadata"]["pipelineArn"] == arn
    shop.client.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "b"}])
    shop.client.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert shop.client.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "a", "value": "b"}]


def test_pipelines_are_listed_each_in_its_own_account_and_region(shop: Workshop, clients: Any) -> None:
    name = shop.create()
    pages = shop.client.get_paginator("list_pipelines").paginate(PaginationConfig={"PageSize": 1})
    found = {each["name"]: each for page in pages for each in page["pipelines"]}
    assert {name, layout.PIPELINE, layout.STAGED_PIPELINE} <= found.keys()
    assert (found[name]["pipelineType"], found[name]["executionMode"]) == ("V2", "SUPERSEDED")
    for elsewhere in (
        clients.user("codepipeline", "eu-west-1"),
        clients.user("codepipeline", account=layout.PRODUCTION),
    ):
        assert elsewhere.list_pipelines()["pipelines"] == []
        assert refused(elsewhere.get_pipeline, name=name)[0] == "PipelineNotFoundException"


def test_a_deleted_pipeline_is_gone(shop: Workshop) -> None:
    name = shop.create()
    shop.client.delete_pipeline(name=name)
    assert refused(shop.client.get_pipeline_state, name=name)[0] == "PipelineNotFoundException"
    shop.client.delete_pipeline(name=name)
    again = shop.declare()
    shop.client.create_pipeline(pipeline=again)
    assert refused(shop.client.create_pipeline, pipeline=again)[0] == "PipelineNameInUseException"


def both_stores(declaration: Any) -> None:
    declaration["artifactStores"] = {layout.HOME_REGION: STORE}


def no_store(declaration: Any) -> None:
    del declaration["artifactStore"]


def no_store_there(declaration: Any) -> None:
    declaration["stages"][1]["actions"][0]["region"] = "eu-west-1"


def one_stage(declaration: Any) -> None:
    del declaration["stages"][1]


def late_source(declaration: Any) -> None:
    declaration["stages"][1]["actions"].append(source("b-u-c", "k", name="Late", output="Late"))


def early_approval(declaration: Any) -> None:
    declaration["stages"][0]["actions"].append(approval())


def same_stages(declaration: Any) -> None:
    declaration["stages"][1]["name"] = "Source"


def same_actions(declaration: Any) -> None:
    declaration["stages"][1]["actions"].append(action("Test", "CodeBuild", name="Deploy", configuration={}))


def old_with_variables(declaration: Any) -> None:
    declaration.update(pipelineType="V1", variables=[{"name": "a"}])


def old_and_queued(declaration: Any) -> None:
    declaration.update(pipelineType="V1", executionMode="QUEUED")


def stranger_for_a_role(declaration: Any) -> None:
    declaration["roleArn"] = layout.OIDC_ROLE_ARN


def no_role(declaration: Any) -> None:
    declaration["roleArn"] = f"arn:aws:iam::{layout.DEVELOPMENT}:role/nobody"


def unknown_setting(declaration: Any) -> None:
    declaration["stages"][0]["actions"][0]["configuration"]["S3Region"] = "eu-west-1"


def no_bucket(declaration: Any) -> None:
    del declaration["stages"][0]["actions"][0]["configuration"]["S3Bucket"]


def no_object_key(declaration: Any) -> None:
    declaration["stages"][1]["actions"][0]["configuration"]["Extract"] = "false"


def artifact_from_nowhere(declaration: Any) -> None:
    declaration["stages"][1]["actions"][0]["inputArtifacts"] = [{"name": "Other"}]


def no_artifact(declaration: Any) -> None:
    declaration["stages"][1]["actions"][0]["inputArtifacts"] = []


def bad_name(declaration: Any) -> None:
    declaration["name"] = "no spaces"


def bad_mode(declaration: Any) -> None:
    declaration["executionMode"] = "ONCE"


STRUCTURE = (
    both_stores,
    no_store,
    no_store_there,
    one_stage,
    late_source,
    early_approval,
    same_stages,
    same_actions,
    old_with_variables,
    old_and_queued,
    stranger_for_a_role,
    no_role,
)
DECLARATION = (unknown_setting, no_bucket, no_object_key, artifact_from_nowhere, no_artifact)
WRONG = [
    *((change, "InvalidStructureException") for change in STRUCTURE),
    *((change, "InvalidActionDeclarationException") for change in DECLARATION),
    *((change, "ValidationException") for change in (bad_name, bad_mode)),
]


@pytest.mark.parametrize(("change", "code"), WRONG, ids=lambda each: getattr(each, "__name__", ""))
def test_declarations_that_are_refused(shop: Workshop, change: Callable[[Any], None], code: str) -> None:
    declaration = shop.declare()
    name = declaration["name"]
    change(declaration)
    assert refused(shop.client.create_pipeline, pipeline=declaration)[0] == code
    assert refused(shop.client.get_pipeline, name=name)[0] == "PipelineNotFoundException"
    shop.client.create_pipeline(pipeline=shop.declare() | {"name": name})
    if declaration["name"] == name:
        assert refused(shop.client.update_pipeline, pipeline=declaration)[0] == code
    assert shop.client.get_pipeline(name=name)["pipeline"]["version"] == 1


def test_a_role_of_another_name_will_do_if_it_trusts_codepipeline(shop: Workshop, clients: Any) -> None:
    trust = {"Principal": {"Service": ["codepipeline.amazonaws.com"]}, "Action": "sts:AssumeRole"}
    shop.upload()
    name = shop.create(roleArn=role(clients, trust, account=layout.DEVELOPMENT))
    assert shop.ended(name, shop.start(name)) == "Succeeded"


def test_an_operation_that_is_not_there_says_so(shop: Workshop, clients: Any) -> None:
    code, message = refused(clients.user("codepipeline").list_webhooks)
    assert (code, "ListWebhooks" in message) == ("NotImplemented", True)


@pytest.mark.skipif(not AWS_CLI.exists(), reason="needs the aws CLI of the checkout")
def test_the_aws_cli_follows_a_pipeline(shop: Workshop) -> None:
    shop.upload()
    name = shop.create()
    execution = shop.start(name)
    assert shop.ended(name, execution) == "Succeeded"
    words = [str(AWS_CLI), "codepipeline", "list-action-executions", "--pipeline-name", name, "--output", "json"]
    done = subprocess.run(words, env=shop.sandbox.environment(os.environ), capture_output=True, check=True)
    runs = json.loads(done.stdout)["actionExecutionDetails"]
    assert [run["status"] for run in runs] == ["Succeeded", "Succeeded"]


def test_the_check_of_answers_can_fail(clients: Any) -> None:
    model = clients.user("codepipeline").meta.service_model
    shape = model.operation_model("RollbackStage").output_shape
    good = {"pipelineExecutionId": "01234567-89ab-cdef-0123-456789abcdef"}
    assert departures(shape, good) == []
    assert departures(shape, {}) == [".pipelineExecutionId is missing"]
    assert departures(shape, good | {"more": 1}) == [".more is unknown"]
    assert departures(shape, {"pipelineExecutionId": 1}) != []
    assert departures(shape, {"pipelineExecutionId": "x"}) != []
