"""`waybill download` and its action, in the sandbox: what was staged comes back, and is whole or is not there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from real.here import waybill_here as waybill
from real.runner import Runner
from real.tools import Ended, new_project, plain
from real.tools import waybill as waybill_process
from waybill.inputs.tables.download import DOWNLOAD
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine

Download = Callable[..., Ended]


@pytest.fixture
def stage(environment: dict[str, str], project: str) -> Callable[..., None]:
    def run_it(path: Path, version: str = "1.0.0", *more: str) -> None:
        ended = waybill(
            environment, "stage", "--project", project, "--version", version, "--path", path, "--json", *more
        )
        assert ended.code == 0, ended.stderr

    return run_it


@pytest.fixture
def download(environment: dict[str, str], project: str, tmp_path: Path) -> Download:
    def run_it(*words: str | Path, **variables: str) -> Ended:
        return waybill({**environment, **variables}, "download", project, *words, cwd=tmp_path)

    return run_it


def test_what_was_staged_comes_back_in_the_sandbox_from_one_command_line(project: str, large: Path) -> None:
    back = large.with_name("back")
    role = f"--role {layout.PROMOTE_ROLE_ARN} --role-external-id {layout.PROMOTE_EXTERNAL_ID}"
    script = (
        f"waybill stage --project {project} --version 1.0.0 --path {large} --channel production {role} && "
        f"waybill download {project} production --to {back} {role} && cmp {large} {back} && "
        f"waybill download --project {project} --version ^1.0 --to {back} {role} --json"
    )
    ended = waybill_process({}, "sandbox", "run", "--", "sh", "-c", script)
    assert ended.code == 0, ended.stdout + ended.stderr
    again = json.loads(ended.stdout[ended.stdout.index("{") :])
    assert (again["outcome"], again["changed"], again["version"]) == ("already", False, "1.0.0")


def test_the_nearest_region_is_asked_and_a_damaged_one_passed_over(
    stage: Callable[..., None],
    download: Download,
    artifact: Path,
    project: str,
    look: Callable[..., Any],
    tmp_path: Path,
) -> None:
    stage(artifact)
    assert [end["region"] for end in download("1.0.0", "--json", AWS_REGION="eu-west-1").json["regions"]] == [
        "eu-west-1"
    ]
    bucket = layout.bucket(layout.DEVELOPMENT, "eu-west-1")
    look("s3", "eu-west-1", layout.DEVELOPMENT).put_object(Bucket=bucket, Key=f"{project}@1.0.0", Body=b"evil")
    ended = download("1.0.0", "--to", "other", "--json", AWS_REGION="eu-west-1")
    assert ended.code == 0, ended.stderr
    assert [(end["region"], end["outcome"]) for end in ended.json["regions"]] == [
        ("eu-west-1", "failed"),
        ("us-east-1", "created"),
    ]
    assert (tmp_path / "other").read_bytes() == artifact.read_bytes()


def test_no_region_that_answers_exits_9_and_names_the_endpoint(download: Download) -> None:
    ended = download(
        "1.0.0", "--regions", "us-east-1", "--bucket-parameter", "/b", AWS_ENDPOINT_URL_SSM="http://127.0.0.1:9"
    )
    assert ended.code == 9, ended.stdout + ended.stderr
    assert "us-east-1" in ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def slow(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A project whose 1.0.0 takes long enough to be interrupted."""
    name, path = new_project(), tmp_path_factory.mktemp("slow") / "large"
    with path.open("wb") as file:
        file.truncate(120 * 2**20)
    words = ("--project", name, "--version", "1.0.0", "--path", path, "--regions", layout.HOME_REGION)
    assert waybill(sandbox.environment({}), "stage", *words).code == 0
    return name


def test_a_killed_download_leaves_a_temporary_name_that_the_next_one_removes(
    environment: dict[str, str], slow: str, tmp_path: Path
) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    asked = ["download", slow, "1.0.0", "--regions", layout.HOME_REGION, "--to", str(folder / "G")]
    words = [sys.executable, "-m", "waybill", *asked]
    with subprocess.Popen(words, env={**plain(), **environment}, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and not list(folder.iterdir()):
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    left = [path.name for path in folder.iterdir()]
    assert len(left) == 1, "a killed process removes nothing itself"
    assert left[0].startswith(".waybill-"), "it was done before it could be killed"
    assert waybill(environment, *asked).code == 0
    assert [path.name for path in folder.iterdir()] == ["G"]


def test_a_cancelled_download_leaves_nothing(environment: dict[str, str], slow: str, tmp_path: Path) -> None:
    folder = tmp_path / "there"
    asked = ["download", slow, "1.0.0", "--regions", layout.HOME_REGION, "--to", f"{folder}/", "--json"]
    words = [sys.executable, "-m", "waybill", *asked]
    with subprocess.Popen(words, env={**plain(), **environment}, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not (folder.exists() and list(folder.iterdir())):
            time.sleep(0.002)
        process.send_signal(signal.SIGTERM)
        stdout, _ = process.communicate(timeout=10)
    assert process.returncode == 143
    assert json.loads(stdout)["resume"]
    assert not folder.exists()


def test_the_action_unpacks_into_the_workspace_for_its_owner(
    stage: Callable[..., None], runner: Runner, project: str, tmp_path: Path
) -> None:
    (tmp_path / "source" / "deep").mkdir(parents=True)
    (tmp_path / "source" / "deep" / "file").write_text("x")
    with tarfile.open(tmp_path / "source.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "source", "source")
    stage(tmp_path / "source.tar.gz")
    if os.geteuid() == 0:
        os.chown(runner.workspace, 1001, 1002)
    asked = {"project": project, "version": "latest", "to": "new/dist", "extract": "true"}
    step = runner.run("download", asked)
    assert step.code == 0, step.log
    assert {name: step.outputs[name] for name in ("path", "version", "changed", "outcome")} == {
        "path": "new/dist",
        "version": "1.0.0",
        "changed": "true",
        "outcome": "created",
    }
    assert step.outputs.keys() == {item.name for item in DOWNLOAD.outputs}
    found = runner.workspace / "new" / "dist" / "source" / "deep" / "file"
    assert found.read_text() == "x"
    owner = runner.workspace.stat()
    for path in (found, *(one for one in found.parents if one.is_relative_to(runner.workspace))):
        assert (path.stat().st_uid, path.stat().st_gid) == (owner.st_uid, owner.st_gid), path
    refused = runner.run("download", asked | {"to": str(tmp_path / "elsewhere")})
    assert (refused.code, "outside the workspace" in refused.log) == (2, True)
    assert not (tmp_path / "elsewhere").exists()
