"""The templates' own policies, attached through the IAM API where permissions are enforced: they suffice, and without
any one statement they do not.

ministack judges each call by the role's policies, its boundary, the session policy and the trust policy. What it does
not judge is what S3 does with a KMS key, and GetParametersByPath it judges on `*` whatever the path: the statements Key
and Channels are not tried, nor the commands that look for every channel. Its keys are each region's own, so the one
key's id is * here. What is refused is tried in one region, on one version that all tests share: nothing is changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from engines import ministack
from engines.ministack import DEVELOPMENT, EXTERNAL_ID, PRODUCTION, REGIONS, Stack
from real.here import waybill_here as waybill
from real.tools import Ended, new_project
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


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (path := tmp_path_factory.mktemp("artifact") / "app.bin").write_bytes(b"an artifact")
    return path


@pytest.fixture(scope="module")
def writer(stack: Stack) -> str:
    return new_role(stack, "Stage")


@pytest.fixture(scope="module")
def project(stack: Stack, writer: str, artifact: Path) -> str:
    """A project with a version in production, which the role that stages has put into every region."""
    ended = staged(stack, writer, artifact, project=(name := new_project()))
    assert ended.code == 0, ended.stderr
    assert [region["channel"] for region in ended.json["regions"]] == ["moved"] * len(REGIONS)
    return name


def test_the_role_that_stages_can(project: str) -> None:
    assert project


@pytest.mark.parametrize("sid", ["Version", "Bucket", "Listing", "Configuration", "Channel"])
def test_the_role_that_stages_cannot_without_a_statement(stack: Stack, artifact: Path, sid: str) -> None:
    ended = staged(stack, new_role(stack, "Stage", without=sid), artifact, "--regions", REGIONS[0])
    assert ended.code == 3, ended.stderr


def downloaded(stack: Stack, project: str, role: str, target: Path) -> Ended:
    as_whom = ("--role", role, "--role-external-id", EXTERNAL_ID, "--regions", REGIONS[0])
    return waybill(stack.environment(), "download", project, "latest", "--to", target, *as_whom, "--json")


def test_the_role_that_reads_downloads_and_writes_nothing(
    stack: Stack, project: str, artifact: Path, tmp_path: Path
) -> None:
    reader = new_role(stack, "Read")
    ended = downloaded(stack, project, reader, tmp_path / "downloaded")
    assert ended.code == 0, ended.stderr
    assert (tmp_path / "downloaded").read_bytes() == artifact.read_bytes()
    assert staged(stack, reader, artifact, "--regions", REGIONS[0]).code == 3


@pytest.mark.parametrize("sid", ["Version", "Configuration", "Channel"])
def test_the_role_that_reads_cannot_download_without_a_statement(
    stack: Stack, project: str, tmp_path: Path, sid: str
) -> None:
    ended = downloaded(stack, project, new_role(stack, "Read", without=sid), tmp_path / "no")
    assert ended.code == 3, ended.stderr


def test_nobody_else_of_the_trusted_account_gets_in(stack: Stack, artifact: Path) -> None:
    role = new_role(stack, "Stage", assumer="somebody-else")
    assert staged(stack, role, artifact, "--regions", REGIONS[0]).code == 3


@dataclass(frozen=True, slots=True)
class Source:
    """A version that is staged in development, and the role that reads it there."""

    project: str
    role: str


@pytest.fixture(scope="module")
def source(stack: Stack, artifact: Path) -> Source:
    made = staged(stack, new_role(stack, "Stage", account=DEVELOPMENT), artifact, project=(name := new_project()))
    assert made.code == 0, made.stderr
    return Source(name, new_role(stack, "Read", account=DEVELOPMENT))


def promoted(stack: Stack, source: Source, role: str, *more: str) -> Ended:
    """Promote through the runner, which is what ministack lets be followed."""
    return waybill(
        stack.environment(),
        *("promote", "--project", source.project, "--version", "1.0.0", "--transfer", "relay", "--json"),
        *("--from-role", source.role, "--from-role-external-id", EXTERNAL_ID),
        *("--role", role, "--role-external-id", EXTERNAL_ID, *more),
    )


@pytest.mark.parametrize("sid", ["Version", "Bucket", "Listing", "Configuration", "Channel"])
def test_the_role_that_promotes_cannot_without_a_statement(stack: Stack, source: Source, sid: str) -> None:
    ended = promoted(stack, source, new_role(stack, "Promote", without=sid), "--regions", REGIONS[0])
    assert ended.code == 3, ended.stderr


def test_the_role_that_promotes_can(stack: Stack, source: Source) -> None:
    """After those that cannot: what is there already, it would not have to write."""
    ended = promoted(stack, source, new_role(stack, "Promote"))
    assert ended.code == 0, ended.stderr
    assert {region["account"] for region in ended.json["regions"]} == {PRODUCTION}
    assert {region["outcome"] for region in ended.json["regions"]} == {"created"}


CLIENTS = {
    "brewery": {"BucketArns": "arn:aws:s3:::brewery", "MediaBucketName": "brewery-media", "UserName": "brewer"},
    "brewery-two": {"BucketArns": "arn:aws:s3:::brewery-two", "MediaBucketName": "brewery-two-media"},
}
"""Clients of application.yaml whose names are as alike as can be."""


@pytest.fixture(scope="module")
def brewer(stack: Stack) -> Any:
    """The S3 client of a user in the first client's group; every client's buckets hold beer.jpg."""
    iam, s3 = (stack.engine.root(PRODUCTION, service) for service in ("iam", "s3"))
    for name, given in CLIENTS.items():
        made = Template(template=load("application"), parameters={"ApplicationName": name, **given})
        policy = made_policy(iam, name, made.properties("Policy")["PolicyDocument"])
        iam.create_group(GroupName=name)
        iam.attach_group_policy(GroupName=name, PolicyArn=policy)
        for bucket in (name, f"{name}-media"):
            s3.create_bucket(Bucket=bucket)
            s3.put_object(Bucket=bucket, Key="beer.jpg", Body=b"beer")
    iam.create_user(UserName="brewer")
    iam.add_user_to_group(GroupName="brewery", UserName="brewer")
    key = iam.create_access_key(UserName="brewer")["AccessKey"]
    credentials = ministack.Credentials(access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"])
    return stack.engine.client(credentials, "s3", REGIONS[0])


@pytest.mark.parametrize("bucket", ["brewery", "brewery-media"])
def test_a_clients_group_reads_and_writes_its_own_buckets(brewer: Any, bucket: str) -> None:
    assert [one["Key"] for one in brewer.list_objects_v2(Bucket=bucket)["Contents"]] == ["beer.jpg"]
    brewer.put_object(Bucket=bucket, Key="ale.jpg", Body=b"ale")
    assert brewer.get_object(Bucket=bucket, Key="ale.jpg")["Body"].read() == b"ale"
    brewer.delete_object(Bucket=bucket, Key="ale.jpg")


@pytest.mark.parametrize("bucket", ["brewery-two", "brewery-two-media", ministack.bucket_name(PRODUCTION, REGIONS[0])])
@pytest.mark.parametrize(
    ("call", "more"),
    [
        ("list_objects_v2", {}),
        ("get_object", {"Key": "beer.jpg"}),
        ("put_object", {"Key": "beer.jpg", "Body": b"water"}),
        ("delete_object", {"Key": "beer.jpg"}),
        ("copy_object", {"Key": "beer.jpg", "CopySource": "brewery/beer.jpg"}),
    ],
)
def test_a_clients_group_cannot_reach_another_clients_buckets(
    brewer: Any, bucket: str, call: str, more: dict[str, Any]
) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        getattr(brewer, call)(Bucket=bucket, **more)


def test_a_clients_group_cannot_copy_from_another_clients_bucket_nor_see_that_it_is_there(brewer: Any) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        brewer.copy_object(Bucket="brewery", Key="stolen.jpg", CopySource="brewery-two/beer.jpg")
    with pytest.raises(ClientError, match="AccessDenied"):
        brewer.list_buckets()
