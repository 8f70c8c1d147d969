"""`--empty`: two bare accounts of an organisation, whose management account's user may get into both."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

import waybill
from waybill.sandbox import cli, layout
from waybill.sandbox.cli import Words
from waybill.sandbox.server import Sandbox, running

MEMBERS = ["111111111111", "222222222222"]
EVERYWHERE = [(account, region) for account in MEMBERS for region in layout.REGIONS]
COMMAND = (
    "import boto3; sts = boto3.client('sts'); print(sts.get_caller_identity()['Arn']);"
    "taken = sts.assume_role(RoleArn='arn:aws:iam::222222222222:role/OrganizationAccountAccessRole',"
    " RoleSessionName='me'); print(taken['AssumedRoleUser']['Arn'])"
)


@pytest.fixture(scope="module")
def empty() -> Iterator[Sandbox]:
    with running(os.environ, empty=True) as sandbox:
        yield sandbox


def client(sandbox: Sandbox, service: str, account: str, region: str = "us-east-1") -> Any:
    """Return a client in the management account, or by the organisation's role in another."""
    keys = sandbox.accounts["999999999999"]["user"]
    at = {"endpoint_url": sandbox.url, "region_name": region}
    session = boto3.Session(keys["access_key_id"], keys["secret_access_key"])
    if account == "999999999999":
        return session.client(service, **at)
    arn = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
    taken = session.client("sts", **at).assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
    into = boto3.Session(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])
    return into.client(service, **at)


@pytest.mark.engine
@pytest.mark.parametrize("account", MEMBERS)
def test_a_member_account_has_the_organisations_role_and_nothing_else_of_iam(empty: Sandbox, account: str) -> None:
    iam = client(empty, "iam", account)
    role = iam.get_role(RoleName="OrganizationAccountAccessRole")["Role"]
    principals = [each["Principal"] for each in role["AssumeRolePolicyDocument"]["Statement"]]
    assert principals == [{"AWS": "arn:aws:iam::999999999999:root"}]
    assert iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"] == ["AdministratorAccess"]
    assert [each["RoleName"] for each in iam.list_roles()["Roles"]] == ["OrganizationAccountAccessRole"]
    assert iam.list_users()["Users"] == []
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []


@pytest.mark.engine
@pytest.mark.parametrize(("account", "region"), EVERYWHERE)
def test_nothing_is_prepared_in_any_region(empty: Sandbox, account: str, region: str) -> None:
    assert client(empty, "s3", account, region).list_buckets()["Buckets"] == []
    assert client(empty, "kms", account, region).list_keys()["Keys"] == []
    assert client(empty, "codepipeline", account, region).list_pipelines()["pipelines"] == []
    with pytest.raises(ClientError, match="ParameterNotFound"):
        client(empty, "ssm", account, region).get_parameter(Name="/startifact")


@pytest.mark.engine
def test_a_members_own_identities_do_not_get_into_the_other(empty: Sandbox) -> None:
    sts = client(empty, "sts", "111111111111")
    with pytest.raises(ClientError, match="AccessDenied"):
        sts.assume_role(RoleArn=layout.organization_role_arn("222222222222"), RoleSessionName="me")


@pytest.mark.engine
def test_a_command_is_the_management_accounts_user() -> None:
    source = str(Path(waybill.__file__).parent.parent)
    ended = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os, sys; from waybill.sandbox.cli import main; "
            "sys.exit(main(['run', '--empty', '--', sys.executable, '-c', sys.argv[1]],"
            " environ=os.environ, stdout=sys.stdout, stderr=sys.stderr))",
            COMMAND,
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([source, os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.split() == [
        "arn:aws:iam::999999999999:user/waybill-sandbox",
        "arn:aws:sts::222222222222:assumed-role/OrganizationAccountAccessRole/me",
    ]


def test_empty_is_understood_by_run_and_by_start() -> None:
    assert cli.parse(["run", "--empty", "--log", "l", "--", "true", "--empty"]) == Words(
        "run", command=["true", "--empty"], log=Path("l"), empty=True
    )
    assert cli.parse(["start", "--port", "0", "--empty"]) == Words("start", empty=True)
    assert not cli.parse(["run", "--", "true", "--empty"]).empty
