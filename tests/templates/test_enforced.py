"""The templates' own policies, attached through the IAM API where permissions are enforced: they suffice, and without
any one statement they do not.

ministack judges each call by the role's policies, its boundary, the session policy and the trust policy. What it does
not judge is what S3 does with a KMS key, and GetParametersByPath it judges on `*` whatever the path: the statements Key
and Channels are not tried, nor the commands that look for every channel. Its keys are each region's own, so the one
key's id is * here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engines import ministack
from engines.ministack import DEVELOPMENT, EXTERNAL_ID, PRODUCTION, REGIONS, Stack
from real.tools import Ended, new_project, waybill
from templates.cases import CASES
from templates.reading import Stack as Template
from templates.reading import load
from waybill.domain.policy import published_stage_policy

pytestmark = pytest.mark.engine

REGION = Template(
    template=load("region"), parameters={"HomeRegion": "us-east-1", "SourceAccount": DEVELOPMENT}, known={"Key": "*"}
)
USER = f"arn:aws:iam::{DEVELOPMENT}:user/{ministack.USER}"
IDENTITY = Template(
    template=load("identity"),
    parameters={
        **CASES["identity"]["production, from development"],
        "PermissionsBoundaryArn": "",
        "ExternalId": EXTERNAL_ID,
        # Roles assume it, in the template; the engine's is a user.
        **{f"{role}Assumers": USER for role in ("Stage", "Promote", "Read")},
    },
)
POLICIES = {"Stage": "AllowWrite", "Promote": "AllowPromote", "Read": "AllowRead"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if ministack.binary() is None:
        pytest.skip("ministack is not installed: `make test` installs it, or WAYBILL_TEST_MINISTACK names it")
    with ministack.running(tmp_path_factory.mktemp("ministack")) as engine:
        yield ministack.prepare(engine, stage_policy=published_stage_policy())


def new_role(stack: Stack, kind: str, *, without: str = "", assumer: str = "", account: str = PRODUCTION) -> str:
    """Make the role of identity.yaml with the policy of region.yaml, less one statement; return its ARN."""
    iam, name = stack.engine.root(account, "iam"), f"made-{kind}-{without or assumer or 'whole'}".lower()
    document = replace(REGION, account=account).properties(POLICIES[kind])["PolicyDocument"]
    kept = [one for one in document["Statement"] if one["Sid"] != without]
    assert len(kept) == len(document["Statement"]) - bool(without)
    trust = IDENTITY.properties(f"{kind}Role")["AssumeRolePolicyDocument"]
    if assumer:
        trust = json.loads(json.dumps(trust).replace(USER, USER.replace(ministack.USER, assumer)))
    iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps(trust),
        PermissionsBoundary=made_policy(iam, f"{name}-boundary", IDENTITY.properties("Boundary")["PolicyDocument"]),
    )
    policy = made_policy(iam, name, {**document, "Statement": kept})
    iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    arn = f"arn:aws:iam::{account}:role/{name}"
    allowed = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]}
    stack.engine.root(DEVELOPMENT, "iam").put_user_policy(
        UserName=ministack.USER, PolicyName=name, PolicyDocument=ministack.document({**allowed, "Resource": arn})
    )
    return arn


def made_policy(iam: Any, name: str, document: dict[str, Any]) -> str:
    return str(iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))["Policy"]["Arn"])


def staged(stack: Stack, role: str, artifact: Path, *more: str, project: str = "") -> Ended:
    named = ("--project", project or new_project(), "--version", "1.0.0", "--path", artifact)
    as_whom = ("--role", role, "--role-external-id", EXTERNAL_ID)
    return waybill(stack.environment(), "stage", *named, *as_whom, "--json", *more)


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    (path := tmp_path / "app.bin").write_bytes(b"an artifact")
    return path


@pytest.fixture(scope="module")
def writer(stack: Stack) -> str:
    return new_role(stack, "Stage")


def test_the_role_that_stages_can(stack: Stack, writer: str, artifact: Path) -> None:
    ended = staged(stack, writer, artifact)
    assert ended.code == 0, ended.stderr
    assert [region["channel"] for region in ended.json["regions"]] == ["moved"] * len(REGIONS)


@pytest.mark.parametrize("sid", ["Version", "Bucket", "Listing", "Configuration", "Channel"])
def test_the_role_that_stages_cannot_without_a_statement(stack: Stack, artifact: Path, sid: str) -> None:
    ended = staged(stack, new_role(stack, "Stage", without=sid), artifact, "--regions", REGIONS[0])
    assert ended.code == 3, ended.stderr


def test_the_role_that_reads_downloads_and_writes_nothing(
    stack: Stack, writer: str, artifact: Path, tmp_path: Path
) -> None:
    project, reader = new_project(), new_role(stack, "Read")
    assert staged(stack, writer, artifact, project=project).code == 0
    as_whom = ("--role", reader, "--role-external-id", EXTERNAL_ID)
    target = tmp_path / "downloaded"
    ended = waybill(stack.environment(), "download", project, "latest", "--to", target, *as_whom, "--json")
    assert ended.code == 0, ended.stderr
    assert target.read_bytes() == artifact.read_bytes()
    assert staged(stack, reader, artifact).code == 3


@pytest.mark.parametrize("sid", ["Version", "Configuration", "Channel"])
def test_the_role_that_reads_cannot_download_without_a_statement(
    stack: Stack, writer: str, artifact: Path, tmp_path: Path, sid: str
) -> None:
    project, reader = new_project(), new_role(stack, "Read", without=sid)
    assert staged(stack, writer, artifact, project=project).code == 0
    as_whom = ("--role", reader, "--role-external-id", EXTERNAL_ID)
    ended = waybill(stack.environment(), "download", project, "latest", "--to", tmp_path / "no", *as_whom, "--json")
    assert ended.code == 3, ended.stderr


def test_nobody_else_of_the_trusted_account_gets_in(stack: Stack, artifact: Path) -> None:
    ended = staged(stack, new_role(stack, "Stage", assumer="somebody-else"), artifact)
    assert ended.code == 3, ended.stderr


@pytest.fixture(scope="module")
def sources(stack: Stack) -> dict[str, str]:
    """The roles of development: one that stages there, one that reads what is promoted."""
    return {kind: new_role(stack, kind, account=DEVELOPMENT) for kind in ("Stage", "Read")}


def promoted(stack: Stack, sources: dict[str, str], role: str, artifact: Path) -> Ended:
    """Stage in development and promote through the runner, which is what ministack lets be followed."""
    project = new_project()
    made = staged(stack, sources["Stage"], artifact, project=project)
    assert made.code == 0, made.stderr
    return waybill(
        stack.environment(),
        *("promote", "--project", project, "--version", "1.0.0", "--transfer", "relay", "--json"),
        *("--from-role", sources["Read"], "--from-role-external-id", EXTERNAL_ID),
        *("--role", role, "--role-external-id", EXTERNAL_ID),
    )


def test_the_role_that_promotes_can(stack: Stack, sources: dict[str, str], artifact: Path) -> None:
    ended = promoted(stack, sources, new_role(stack, "Promote"), artifact)
    assert ended.code == 0, ended.stderr
    assert {region["account"] for region in ended.json["regions"]} == {PRODUCTION}


@pytest.mark.parametrize("sid", ["Version", "Bucket", "Listing", "Configuration", "Channel"])
def test_the_role_that_promotes_cannot_without_a_statement(
    stack: Stack, sources: dict[str, str], artifact: Path, sid: str
) -> None:
    ended = promoted(stack, sources, new_role(stack, "Promote", without=sid), artifact)
    assert ended.code == 3, ended.stderr
