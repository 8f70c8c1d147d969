"""The verbs of setup that need no CloudFormation, as people type them, in a sandbox of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from contract.places import plain as plain_config
from real.here import waybill_here as waybill
from real.runner import Runner
from real.tools import Ended, program, run
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox, running

pytestmark = pytest.mark.engine

A, B, C = layout.REGIONS
PARAMETER = layout.CONFIGURATION_PARAMETER
FILE = f"""\
schema: 1
accounts:
  development:
    id: "{layout.DEVELOPMENT}"
  production:
    id: "{layout.PRODUCTION}"
    role: {layout.STAGE_ROLE_ARN}
    external-id: {layout.STAGE_EXTERNAL_ID}
    from: development
regions: [{A}, {B}]
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Another one than the other tests': here the configuration changes under everybody."""
    with running({}) as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file that has dropped the third region of the sandbox."""
    (tmp_path / "waybill.yaml").write_text(FILE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def setup(environment: dict[str, str], folder: Path) -> Callable[..., Ended]:
    """Run `waybill setup` in that folder."""
    return lambda *words: waybill(environment, "setup", *words, cwd=folder)


def client(sandbox: Sandbox, service: str, region: str = A, account: str = layout.DEVELOPMENT) -> Any:
    keys = sandbox.accounts[account]["user"]
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=sandbox.url,
        aws_access_key_id=keys["access_key_id"],
        aws_secret_access_key=keys["secret_access_key"],
        config=plain_config(),
    )


def stored(sandbox: Sandbox, region: str, account: str = layout.DEVELOPMENT) -> Any:
    """Return the configuration of a region, None where there is none."""
    ssm = client(sandbox, "ssm", region, account)
    try:
        return json.loads(ssm.get_parameter(Name=PARAMETER)["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        return None


def put(sandbox: Sandbox, region: str, account: str, **changes: Any) -> None:
    """Have somebody write the configuration as the sandbox prepared it, with changes."""
    text = json.dumps({**json.loads(layout.configuration()), **changes})
    client(sandbox, "ssm", region, account).put_parameter(Name=PARAMETER, Value=text, Type="String", Overwrite=True)


@pytest.fixture(autouse=True)
def as_prepared(sandbox: Sandbox) -> None:
    for account in layout.ACCOUNTS:
        for region in layout.REGIONS:
            put(sandbox, region, account)


def test_a_dropped_region_is_planned_and_carried_out_in_every_account_and_startifact_reads_it(
    sandbox: Sandbox, setup: Callable[..., Ended], environment: dict[str, str], tmp_path: Path
) -> None:
    put(sandbox, B, layout.DEVELOPMENT, owner="web team")
    words = ("configuration", "--write", "--delete-from", C)
    planned = setup(*words)
    assert planned.code == 0, planned.stderr
    assert "Nothing was written yet" in planned.stdout
    assert stored(sandbox, A)["regions"] == ",".join(layout.REGIONS)

    done = setup(*words, "--yes", "--json")
    assert done.code == 0, done.stderr
    assert (done.json["outcome"], done.json["changed"]) == ("created", True)
    for account in layout.ACCOUNTS:
        assert [stored(sandbox, region, account)["regions"] for region in (A, B)] == [f"{A},{B}"] * 2
        assert stored(sandbox, C, account) is None
    assert stored(sandbox, B)["owner"] == "web team"

    again = setup(*words, "--yes", "--json")
    assert (again.code, again.json["outcome"], again.json["changed"]) == (0, "already", False)

    artifact = tmp_path / "app.bin"
    artifact.write_bytes(b"one region less")
    startifact = {**environment, "STARTIFACT_REGIONS": f"{B},{A}"}
    ended = run(startifact, program("startifact"), "AfterSetup", "1.0.0", "--stage", artifact)
    assert ended.code == 0, ended.stdout + ended.stderr
    for region, there in ((A, 1), (B, 1), (C, 0)):
        bucket = layout.bucket(layout.DEVELOPMENT, region)
        found = client(sandbox, "s3", region).list_objects_v2(Bucket=bucket, Prefix="AfterSetup@1.0.0")
        assert found["KeyCount"] == there


def test_regions_that_disagree_are_named_and_repaired(sandbox: Sandbox, setup: Callable[..., Ended]) -> None:
    assert setup("configuration", "--write", "--yes").code == 0
    client(sandbox, "ssm", B, layout.PRODUCTION).put_parameter(
        Name=PARAMETER, Value="no JSON", Type="String", Overwrite=True
    )
    looked = setup("configuration", "--check")
    assert looked.code == 6
    (line,) = [line for line in looked.stdout.splitlines() if "no JSON object" in line]
    assert "production" in line
    assert B in line
    refused = setup("configuration", "--write", "--yes")
    assert refused.code == 5
    assert setup("configuration", "--repair", "--yes").code == 0
    assert stored(sandbox, B, layout.PRODUCTION)["regions"] == f"{A},{B}"


def test_what_startifact_wrote_agrees_with_a_file_that_says_the_same(
    sandbox: Sandbox, setup: Callable[..., Ended], folder: Path
) -> None:
    """Its own form: `save_ok` is what somebody typed, regions as they were typed."""
    for account in layout.ACCOUNTS:
        for region in (A, B):
            put(sandbox, region, account, regions=f"{A}, {B}", save_ok="y")
    found = setup("configuration", "--write", "--yes", "--json")
    assert found.code == 0, found.stderr
    assert found.json["changed"] is False
    assert stored(sandbox, A)["save_ok"] == "y"


def test_a_bucket_made_by_hand_is_adopted_and_waybill_stages_into_it(
    sandbox: Sandbox, setup: Callable[..., Ended], environment: dict[str, str], folder: Path
) -> None:
    names = {region: f"by-hand-{region}" for region in (A, B)}
    for region, name in names.items():
        s3 = client(sandbox, "s3", region)
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **place)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    words = ["adopt", "--account", "development"]
    words += [word for region, name in names.items() for word in ("--bucket", f"{region}={name}")]
    refused = setup(*words, "--yes")
    assert refused.code == 5, refused.stdout
    assert "not with KMS" in refused.stdout
    assert "aws s3api put-bucket-encryption" in refused.stdout
    for region, name in names.items():
        rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}]
        encryption = {"Rules": rules}
        client(sandbox, "s3", region).put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=encryption)
    done = setup(*words, "--yes", "--json")
    assert done.code == 0, done.stdout + done.stderr
    assert {one["bucket"] for one in done.json["buckets"]} == set(names.values())
    warned = {one["check"] for bucket in done.json["buckets"] for one in bucket["findings"] if one["verdict"] == "warn"}
    assert "customer-key" in warned
    assert setup(*words, "--yes", "--json").json["changed"] is False

    artifact = folder / "app.bin"
    artifact.write_bytes(b"by hand")
    given = ("--project", "ByHand", "--version", "1.0.0", "--path", artifact, "--json")
    staged = waybill(environment, "stage", *given, cwd=folder)
    assert staged.code == 0, staged.stderr
    assert {one["bucket"] for one in staged.json["regions"]} == set(names.values())


def test_the_deploy_action_of_a_pipeline_takes_another_role_after_a_diff(
    sandbox: Sandbox, setup: Callable[..., Ended]
) -> None:
    other = f"arn:aws:iam::{layout.PRODUCTION}:role/another"
    words = ("pipeline-role", other, "--pipeline", layout.PIPELINE, "--account", "development")
    pipelines = client(sandbox, "codepipeline")
    before = pipelines.get_pipeline(name=layout.PIPELINE)["pipeline"]
    planned = setup(*words)
    assert planned.code == 0, planned.stderr
    assert f'-          "roleArn": "{layout.DEPLOY_ROLE_ARN}"' in planned.stdout
    assert f'+          "roleArn": "{other}"' in planned.stdout
    assert pipelines.get_pipeline(name=layout.PIPELINE)["pipeline"] == before

    done = setup(*words, "--yes", "--json")
    assert done.code == 0, done.stderr
    after = pipelines.get_pipeline(name=layout.PIPELINE)["pipeline"]
    assert after["version"] == before["version"] + 1 == done.json["pipeline_role"]["version_after"]
    assert after["stages"][-1]["actions"][0].pop("roleArn") == other
    before["stages"][-1]["actions"][0].pop("roleArn")
    assert {**after, "version": 0} == {**before, "version": 0}
    assert setup(*words, "--yes", "--json").json["changed"] is False


def test_accounts_are_checked_and_what_is_mended_passes(sandbox: Sandbox, setup: Callable[..., Ended]) -> None:
    """moto's root has no second factor, and its IAM no number of root's password: that is a failure here."""
    first = setup("check", "--json")
    assert first.code == 3, first.stderr
    found = {(one["account"], one["check"]): one["verdict"] for one in first.json["findings"]}
    assert found["development", "root-mfa"] == "fail"
    assert found["development", "root-keys"] == "pass"
    assert found["development", "alias"] == "warn"
    assert found[None, "credentials"] == "warn", "the sandbox's user has a long-lived access key"
    client(sandbox, "iam").create_account_alias(AccountAlias="acme-development")
    client(sandbox, "account").put_alternate_contact(
        AlternateContactType="BILLING",
        Name="Ada",
        Title="Head of finance",
        EmailAddress="ada@example.com",
        PhoneNumber="+15550100",
    )
    second = setup("check", "--json")
    found = {(one["account"], one["check"]): one["verdict"] for one in second.json["findings"]}
    assert [found["development", name] for name in ("alias", "billing-contact")] == ["pass", "pass"]
    assert found["production", "alias"] == "warn"
    keys = sandbox.accounts[layout.DEVELOPMENT]["user"]["access_key_id"]
    assert keys not in second.stdout


def test_on_a_runner_the_action_writes_outputs_and_a_summary(runner: Runner, folder: Path) -> None:
    (runner.workspace / "waybill.yaml").write_text(FILE, encoding="utf-8")
    step = runner.run("setup", {"command": "configuration", "write": "true", "delete-from": C})
    assert step.code == 0, step.log
    assert (step.outputs["outcome"], step.outputs["changed"]) == ("planned", "false")
    assert "Nothing was written yet" in step.summary
    assert C in step.summary
