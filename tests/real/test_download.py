"""`waybill download` and its action, in the sandbox: what was staged comes back, and is whole or is not there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from aws.parts import bytes_of
from container.outputs import parse_outputs
from real.tools import ROOT, Ended, plain, program, run, waybill
from waybill.inputs.tables.download import DOWNLOAD
from waybill.sandbox import layout

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
    ended = waybill({}, "sandbox", "run", "--", "sh", "-c", script)
    assert ended.code == 0, ended.stdout + ended.stderr
    again = json.loads(ended.stdout[ended.stdout.index("{") :])
    assert (again["outcome"], again["changed"], again["version"]) == ("already", False, "1.0.0")


@pytest.mark.parametrize("which", ["artifact", "large"])
def test_what_startifact_staged_comes_back(
    which: str,
    environment: dict[str, str],
    project: str,
    download: Download,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    path: Path = request.getfixturevalue(which)
    words = (project, "1.0.0", "--stage", path, "--metadata", "lang=dotnet", "--filename")
    staged = run(environment, program("startifact"), *words)
    assert staged.code == 0, staged.stdout + staged.stderr
    ended = download("1.0.0", "--to", "back/", "--filename", "--json")
    assert ended.code == 0, ended.stderr
    result = ended.json
    assert result["path"] == f"back/{path.name}"
    assert result["verified"] in {"sha256", "crc64nvme", "size"}
    assert any("No waybill" in text for text in result["warnings"])
    assert run({}, "cmp", str(path), str(tmp_path / "back" / path.name)).code == 0


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


def test_a_killed_download_leaves_a_temporary_name_that_the_next_one_removes(
    stage: Callable[..., None], download: Download, environment: dict[str, str], project: str, tmp_path: Path
) -> None:
    large = tmp_path / "large"
    large.write_bytes(bytes_of(120 * 2**20))
    stage(large)
    folder = tmp_path / "there"
    folder.mkdir()
    words = [sys.executable, "-m", "waybill", "download", project, "1.0.0", "--to", str(folder / "G")]
    with subprocess.Popen(words, env={**plain(), **environment}, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None and not list(folder.iterdir()):
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    left = [path.name for path in folder.iterdir()]
    assert len(left) == 1, "a killed process removes nothing itself"
    assert left[0].startswith(".waybill-"), "it was done before it could be killed"
    assert download("1.0.0", "--to", folder / "G").code == 0
    assert [path.name for path in folder.iterdir()] == ["G"]


def test_a_cancelled_download_leaves_nothing(
    stage: Callable[..., None], environment: dict[str, str], project: str, tmp_path: Path
) -> None:
    large = tmp_path / "large"
    large.write_bytes(bytes_of(120 * 2**20))
    stage(large)
    folder = tmp_path / "there"
    words = [sys.executable, "-m", "waybill", "download", project, "1.0.0", "--to", f"{folder}/", "--json"]
    with subprocess.Popen(words, env={**plain(), **environment}, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not (folder.exists() and list(folder.iterdir())):
            time.sleep(0.002)
        process.send_signal(signal.SIGTERM)
        stdout, _ = process.communicate(timeout=10)
    assert process.returncode == 143
    assert json.loads(stdout)["resume"]
    assert not folder.exists()


def action(
    environment: Mapping[str, str], workspace: Path, inputs: Mapping[str, str]
) -> tuple[int, str, Mapping[str, str]]:
    """Run the action's process as a container action's; return its exit code, its log and its outputs."""
    output, summary = workspace.parent / "output", workspace.parent / "summary"
    for file in (output, summary):
        file.write_text("")
    given = {item.name: item.default for item in DOWNLOAD.inputs} | dict(inputs)
    variables = {
        **{f"INPUT_{name.upper()}": value for name, value in given.items()},
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_WORKSPACE": str(workspace),
    }
    ended = subprocess.run(
        [sys.executable, str(ROOT / "entrypoint.py"), "download"],
        env={**plain(), **environment, **variables},
        cwd=workspace,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return ended.returncode, ended.stdout + ended.stderr, parse_outputs(output.read_text())


def test_the_action_unpacks_into_the_workspace_for_its_owner(
    stage: Callable[..., None], environment: dict[str, str], project: str, tmp_path: Path
) -> None:
    (tmp_path / "source" / "deep").mkdir(parents=True)
    (tmp_path / "source" / "deep" / "file").write_text("x")
    with tarfile.open(tmp_path / "source.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "source", "source")
    stage(tmp_path / "source.tar.gz")
    workspace = tmp_path / "runner" / "workspace"
    workspace.mkdir(parents=True)
    if os.geteuid() == 0:
        os.chown(workspace, 1001, 1002)
    asked = {"project": project, "version": "latest", "to": "new/dist", "extract": "true"}
    code, log, outputs = action(environment, workspace, asked)
    assert code == 0, log
    assert {name: outputs[name] for name in ("path", "version", "changed", "outcome")} == {
        "path": "new/dist",
        "version": "1.0.0",
        "changed": "true",
        "outcome": "created",
    }
    assert outputs.keys() == {item.name for item in DOWNLOAD.outputs}
    found = workspace / "new" / "dist" / "source" / "deep" / "file"
    assert found.read_text() == "x"
    owner = workspace.stat()
    for path in (found, *(one for one in found.parents if one.is_relative_to(workspace))):
        assert (path.stat().st_uid, path.stat().st_gid) == (owner.st_uid, owner.st_gid), path
    code, log, _ = action(environment, workspace, asked | {"to": str(tmp_path / "elsewhere")})
    assert (code, "outside the workspace" in log) == (2, True)
    assert not (tmp_path / "elsewhere").exists()
