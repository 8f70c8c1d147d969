"""The tools that people have work in the sandbox: the aws command line and Startifact, as they are installed."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine

BUCKET = layout.bucket(layout.DEVELOPMENT, layout.HOME_REGION)


def program(variable: str) -> str:
    path = os.environ.get(variable, "")
    if not path or not Path(path).exists():
        pytest.skip(f"{variable} does not name a program; `make test` installs it")
    return path


def run(sandbox: Sandbox, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        env=sandbox.environment(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    path = tmp_path / "artifact.bin"
    path.write_bytes(os.urandom(20 * 2**20 + 7))
    return path


def test_the_aws_command_line_copies_a_large_file_there_and_back(sandbox: Sandbox, artifact: Path, key: str) -> None:
    aws = program("WAYBILL_TEST_AWS")
    back = artifact.with_name("back.bin")
    assert run(sandbox, aws, "s3", "cp", str(artifact), f"s3://{BUCKET}/{key}").returncode == 0
    assert run(sandbox, aws, "s3", "cp", f"s3://{BUCKET}/{key}", str(back)).returncode == 0
    assert back.read_bytes() == artifact.read_bytes()
    head = json.loads(run(sandbox, aws, "s3api", "head-object", "--bucket", BUCKET, "--key", key).stdout)
    assert head["ServerSideEncryption"] == "aws:kms"
    assert head["ContentLength"] == artifact.stat().st_size


def test_the_aws_command_line_becomes_the_stage_role_only_with_the_external_id(sandbox: Sandbox) -> None:
    aws = program("WAYBILL_TEST_AWS")
    asked = ["sts", "assume-role", "--role-arn", layout.STAGE_ROLE_ARN, "--role-session-name", "me"]
    refused = run(sandbox, aws, *asked)
    assert refused.returncode != 0
    assert "AccessDenied" in refused.stderr
    given = run(sandbox, aws, *asked, "--external-id", layout.STAGE_EXTERNAL_ID)
    assert json.loads(given.stdout)["AssumedRoleUser"]["Arn"].endswith(":assumed-role/waybill-stage/me")


def test_startifact_stages_tells_and_downloads_in_all_regions(sandbox: Sandbox, artifact: Path, key: str) -> None:
    startifact = program("WAYBILL_TEST_STARTIFACT")
    project = key.partition("-")[2]
    back = artifact.with_name("back.bin")
    staged = run(sandbox, startifact, project, "1.2.3", "--stage", str(artifact), "--metadata", "lang=en")
    assert staged.returncode == 0, staged.stdout + staged.stderr
    assert all(region in staged.stdout for region in layout.REGIONS)
    told = run(sandbox, startifact, project, "--info")
    assert "1.2.3" in told.stdout
    assert "lang = en" in told.stdout
    assert run(sandbox, startifact, project, "1.2.3", "--download", str(back)).returncode == 0
    assert back.read_bytes() == artifact.read_bytes()
    assert run(sandbox, startifact, project, "1.2.3", "--stage", str(artifact)).returncode != 0
