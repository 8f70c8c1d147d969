"""The sandbox's own CloudFormation, asked by boto3 and by AWS's command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import waybill
from sandbox.cloudformation.answers import watch
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine

AWS = os.environ.get("WAYBILL_TEST_AWS") or str(Path(waybill.__file__).parents[2] / ".venvs/aws/bin/aws")
TEMPLATE = """
Parameters: {Value: {Type: String, Default: one}}
Resources:
  Stored: {Type: AWS::SSM::Parameter, Properties: {Name: !Sub "/${AWS::StackName}", Type: String, Value: !Ref Value}}
Outputs: {Name: {Value: !Ref Stored}}
"""


@pytest.fixture
def name() -> str:
    return f"stack-{uuid4().hex[:8]}"


def ended(client: Any, name: str) -> str:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        status = client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        if not status.endswith("_IN_PROGRESS"):
            return str(status)
        time.sleep(0.02)
    raise AssertionError("it never ended")


def test_a_stack_makes_its_resources_in_its_own_account_and_region(clients: Any, name: str) -> None:
    client = watch(clients.user("cloudformation", "eu-west-1", layout.PRODUCTION))
    client.create_stack(StackName=name, TemplateBody=TEMPLATE)
    assert ended(client, name) == "CREATE_COMPLETE"
    found = clients.user("ssm", "eu-west-1", layout.PRODUCTION).get_parameter(Name=f"/{name}")
    assert found["Parameter"]["Value"] == "one"
    for account, region in ((layout.PRODUCTION, "us-east-1"), (layout.DEVELOPMENT, "eu-west-1")):
        assert clients.user("ssm", region, account).get_parameters(Names=[f"/{name}"])["Parameters"] == []


def test_a_role_of_another_account_makes_stacks_there(clients: Any, name: str) -> None:
    client = watch(clients.stage_role("cloudformation"))
    client.create_stack(StackName=name, TemplateBody=TEMPLATE)
    assert ended(client, name) == "CREATE_COMPLETE"
    stack = client.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    assert f":{layout.PRODUCTION}:stack/" in stack


def test_what_a_service_refuses_fails_the_stack_in_its_own_words(clients: Any, name: str) -> None:
    clients.user("ssm").put_parameter(Name=f"/{name}", Value="mine", Type="String")
    client = watch(clients.user("cloudformation"))
    client.create_stack(StackName=name, TemplateBody=TEMPLATE)
    assert ended(client, name) == "ROLLBACK_COMPLETE"
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    (failed,) = [each for each in events if each["ResourceStatus"] == "CREATE_FAILED"]
    assert "HandlerErrorCode: AlreadyExists" in failed["ResourceStatusReason"]
    assert clients.user("ssm").get_parameter(Name=f"/{name}")["Parameter"]["Value"] == "mine"


def test_a_template_is_fetched_from_a_bucket(clients: Any, name: str) -> None:
    bucket = layout.bucket(layout.DEVELOPMENT, "us-east-1")
    clients.user("s3").put_object(Bucket=bucket, Key=f"{name}/template.yaml", Body=TEMPLATE + "#" * 60_000)
    client = watch(clients.user("cloudformation"))
    client.create_stack(StackName=name, TemplateURL=f"https://{bucket}.s3.amazonaws.com/{name}/template.yaml")
    assert ended(client, name) == "CREATE_COMPLETE"
    path = f"https://s3.us-east-1.amazonaws.com/{bucket}/{name}/template.yaml"
    assert client.validate_template(TemplateURL=path)["Parameters"][0]["ParameterKey"] == "Value"


def test_parameters_are_read_from_parameter_store(clients: Any, name: str) -> None:
    text = TEMPLATE.replace("{Type: String, Default: one}", "{Type: 'AWS::SSM::Parameter::Value<String>'}")
    clients.user("ssm").put_parameter(Name=f"/of/{name}", Value="stored", Type="String")
    client = watch(clients.user("cloudformation"))
    given = [{"ParameterKey": "Value", "ParameterValue": f"/of/{name}"}]
    client.create_stack(StackName=name, TemplateBody=text, Parameters=given)
    assert ended(client, name) == "CREATE_COMPLETE"
    assert clients.user("ssm").get_parameter(Name=f"/{name}")["Parameter"]["Value"] == "stored"


def test_faults_are_put_in_and_taken_back(sandbox: Sandbox, clients: Any, name: str) -> None:
    client = watch(clients.user("cloudformation"))
    sandbox.disturb_stack(name, "Stored", hold=True, fail="not today")
    client.create_stack(StackName=name, TemplateBody=TEMPLATE)
    assert client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == "CREATE_IN_PROGRESS"
    sandbox.release_stack(name)
    assert ended(client, name) == "ROLLBACK_COMPLETE"
    sandbox.refuse("ListExports", "ValidationError", service="cloudformation")
    with pytest.raises(client.exceptions.ClientError, match="Refused on purpose"):
        client.list_exports()
    client.list_exports()


def test_an_operation_that_is_not_there_says_so(clients: Any) -> None:
    client = clients.user("cloudformation")
    with pytest.raises(client.exceptions.ClientError, match="NotImplemented"):
        client.detect_stack_drift(StackName="any")


@pytest.mark.skipif(shutil.which(AWS) is None, reason="AWS's command line is not installed")
def test_awss_command_line_makes_and_changes_stacks(sandbox: Sandbox, clients: Any, name: str, tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)

    def aws(*words: str) -> Any:
        command = [AWS, "cloudformation", *words, "--output", "json"]
        environ = sandbox.environment(os.environ)
        done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or "{}") if words[0] != "deploy" else done.stdout

    aws("deploy", "--stack-name", name, "--template-file", "template.yaml", "--no-execute-changeset")
    assert clients.user("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == (
        "REVIEW_IN_PROGRESS"
    )
    (summary,) = aws("list-change-sets", "--stack-name", name)["Summaries"]
    aws("execute-change-set", "--change-set-name", summary["ChangeSetId"])
    assert ended(clients.user("cloudformation"), name) == "CREATE_COMPLETE"
    said = aws("deploy", "--stack-name", name, "--template-file", "template.yaml", "--no-fail-on-empty-changeset")
    assert "No changes to deploy" in said
    aws(
        "update-stack",
        "--stack-name",
        name,
        "--use-previous-template",
        "--parameters",
        "ParameterKey=Value,ParameterValue=2",
    )
    assert ended(clients.user("cloudformation"), name) == "UPDATE_COMPLETE"
    assert aws("describe-stacks", "--stack-name", name)["Stacks"][0]["Parameters"][0]["ParameterValue"] == "2"


def test_nobody_waits_for_cloudformation_who_does_not_ask_for_it() -> None:
    source = str(Path(waybill.__file__).parent.parent)
    code = (
        "import sys; from waybill.sandbox.engine import loading; loading.load();"
        "from waybill.sandbox.engine import automation, http, preparation, strictness;"
        "made = automation.Automation(lambda: 0.0); strictness.install(made); preparation.prepare();"
        "assert not [m for m in sys.modules if 'cloudformation' in m];"
        "made.stacks(); assert 'moto.cloudformation' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": source}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def role(clients: Any, account: str, name: str, trusted: dict[str, str]) -> None:
    statement = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    clients.user("iam", account=account).create_role(RoleName=name, AssumeRolePolicyDocument=trust)


def test_a_stack_set_comes_into_an_account_by_its_roles(clients: Any, name: str) -> None:
    client = watch(clients.user("cloudformation"))
    execution, administration = f"execution-{name}", f"administration-{name}"
    arn = f"arn:aws:iam::{layout.DEVELOPMENT}:role/{administration}"
    client.create_stack_set(
        StackSetName=name, TemplateBody=TEMPLATE, AdministrationRoleARN=arn, ExecutionRoleName=execution
    )
    asked = {"StackSetName": name, "Accounts": [layout.PRODUCTION], "Regions": ["eu-west-1"]}

    def tried() -> dict[str, Any]:
        operation = client.create_stack_instances(**asked)["OperationId"]
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = client.describe_stack_set_operation(StackSetName=name, OperationId=operation)["StackSetOperation"]
            if found["Status"] != "RUNNING":
                break
            time.sleep(0.02)
        (one,) = client.list_stack_instances(StackSetName=name)["Summaries"]
        return dict(one)

    assert f"should have '{administration}' role" in tried()["StatusReason"]
    role(clients, layout.DEVELOPMENT, administration, {"Service": "cloudformation.amazonaws.com"})
    assert f"should have '{execution}' role" in tried()["StatusReason"]
    role(clients, layout.PRODUCTION, execution, {"AWS": f"arn:aws:iam::{layout.DEVELOPMENT}:root"})
    made = tried()
    assert made["Status"] == "CURRENT"
    stack = made["StackId"].split("/")[1]
    found = clients.user("ssm", "eu-west-1", layout.PRODUCTION).get_parameter(Name=f"/{stack}")
    assert found["Parameter"]["Value"] == "one"
