"""What Waybill stages, the real Startifact reads; and what Startifact stages, Waybill takes as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from real.tools import Ended, program, run, waybill
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

Startifact = Callable[..., Ended]


@pytest.fixture
def startifact(environment: dict[str, str]) -> Startifact:
    path = program("startifact")
    return lambda *words, **more: run(environment, path, *words, **more)


@pytest.fixture
def stage(environment: dict[str, str], project: str) -> Callable[..., dict[str, Any]]:
    """Stage with Waybill in the development account, where Startifact is; return the result document."""

    def run_it(path: Path, version: str, *more: str, code: int = 0) -> dict[str, Any]:
        named = ("--project", project, "--version", version, "--path", path)
        ended = waybill(environment, "stage", *named, "--json", *more)
        assert ended.code == code, ended.stderr
        found: dict[str, Any] = ended.json
        return found

    return run_it


def test_startifact_downloads_what_waybill_staged(
    startifact: Startifact, stage: Callable[..., Any], project: str, large: Path, artifact: Path, tmp_path: Path
) -> None:
    for path, version in ((artifact, "1.0.0"), (large, "1.1.0")):
        stage(path, version)
        back = tmp_path / f"back-{version}"
        ended = startifact(project, version, "--download", back)
        assert ended.code == 0, ended.stdout + ended.stderr
        assert back.read_bytes() == path.read_bytes()


def test_startifact_follows_the_channel_and_tells_the_metadata(
    startifact: Startifact, stage: Callable[..., Any], project: str, artifact: Path, tmp_path: Path
) -> None:
    stage(artifact, "1.0.0", "--metadata", "lang=dotnet", "--metadata", "colour=blue=green")
    older = artifact.with_name("older")
    older.write_bytes(b"older")
    stage(older, "0.9.0")
    stage(older, "2.0.0-rc.1")
    told = startifact(project, "latest", "--info")
    assert told.code == 0, told.stdout + told.stderr
    for word in (project, "1.0.0", "lang", "dotnet", "colour", "blue=green"):
        assert word in told.stdout
    back = tmp_path / "back"
    assert startifact(project, "latest", "--download", back).code == 0
    assert back.read_bytes() == artifact.read_bytes()


def test_startifact_restores_the_file_name_that_waybill_kept(
    startifact: Startifact, stage: Callable[..., Any], project: str, artifact: Path, tmp_path: Path
) -> None:
    stage(artifact, "1.0.0", "--filename")
    folder = tmp_path / "back"
    folder.mkdir()
    ended = startifact(project, "1.0.0", "--download", folder, "--filename")
    assert ended.code == 0, ended.stdout + ended.stderr
    assert (folder / artifact.name).read_bytes() == artifact.read_bytes()


@pytest.mark.parametrize("which", ["artifact", "large"])
def test_what_startifact_staged_gains_a_waybill_and_keeps_its_bytes(
    startifact: Startifact,
    stage: Callable[..., Any],
    project: str,
    which: str,
    request: pytest.FixtureRequest,
    look: Callable[..., Any],
) -> None:
    path = request.getfixturevalue(which)
    assert startifact(project, "1.0.0", "--stage", path, "--metadata", "lang=dotnet").code == 0
    before = {region: versions(look, project, region) for region in layout.REGIONS}
    result = stage(path, "1.0.0", "--metadata", "lang=dotnet")
    assert (result["outcome"], result["changed"]) == ("already", True)
    for region in layout.REGIONS:
        assert versions(look, project, region) == before[region], "neither artifact nor metadata was written again"
        bucket = layout.bucket(layout.DEVELOPMENT, region)
        s3 = look("s3", region, layout.DEVELOPMENT)
        document = json.loads(s3.get_object(Bucket=bucket, Key=f"{project}@1.0.0/waybill.json")["Body"].read())
        assert document["size"] == path.stat().st_size
        assert document["metadata"] == {"lang": "dotnet"}
    again = stage(path, "1.0.0", "--metadata", "lang=dotnet")
    assert (again["outcome"], again["changed"]) == ("already", False)


def versions(look: Callable[..., Any], project: str, region: str) -> list[tuple[str, str]]:
    """Return the versions of the artifact and its metadata in a region."""
    bucket = layout.bucket(layout.DEVELOPMENT, region)
    s3 = look("s3", region, layout.DEVELOPMENT)
    found = s3.list_object_versions(Bucket=bucket, Prefix=f"{project}@1.0.0")["Versions"]
    return sorted((item["Key"], item["VersionId"]) for item in found if not item["Key"].endswith("waybill.json"))


def test_p2_other_bytes_or_metadata_than_startifacts_are_a_conflict(
    startifact: Startifact, stage: Callable[..., Any], project: str, artifact: Path, look: Callable[..., Any]
) -> None:
    assert startifact(project, "1.0.0", "--stage", artifact, "--metadata", "lang=dotnet", "--filename").code == 0
    before = versions(look, project, layout.HOME_REGION)
    other = artifact.with_name("other")
    other.write_bytes(b"other")
    assert stage(other, "1.0.0", code=5)["outcome"] == "conflict"
    assert stage(artifact, "1.0.0", "--metadata", "lang=java", "--filename", code=5)["outcome"] == "conflict"
    assert stage(artifact, "1.0.0", "--metadata", "lang=dotnet", code=5)["outcome"] == "conflict"
    assert versions(look, project, layout.HOME_REGION) == before
    assert stage(artifact, "1.0.0", "--metadata", "lang=dotnet", "--filename")["outcome"] == "already"


def test_startifact_refuses_a_version_that_waybill_staged(
    startifact: Startifact, stage: Callable[..., Any], project: str, artifact: Path
) -> None:
    stage(artifact, "1.0.0")
    assert startifact(project, "1.0.0", "--stage", artifact).code != 0
    assert stage(artifact, "1.0.0")["changed"] is False


def test_each_moves_the_channel_on_from_where_the_other_left_it(
    startifact: Startifact, stage: Callable[..., Any], project: str, artifact: Path, tmp_path: Path
) -> None:
    assert startifact(project, "1.0.0", "--stage", artifact).code == 0
    assert [region["channel"] for region in stage(artifact, "1.1.0")["regions"]] == ["moved"] * 3
    assert startifact(project, "1.2.0", "--stage", artifact).code == 0
    kept = stage(artifact, "1.1.1")["regions"]
    assert [(region["channel"], region["channel_after"]) for region in kept] == [("kept", "1.2.0")] * 3


def test_both_in_the_sandbox_from_one_command_line(project: str, artifact: Path, tmp_path: Path) -> None:
    back = tmp_path / "back"
    script = (
        f"waybill stage --project {project} --version 1.0.0 --path {artifact} && "
        f"{program('startifact')} {project} 1.0.0 --download {back} && cmp {artifact} {back}"
    )
    ended = waybill({}, "sandbox", "run", "--", "sh", "-c", script)
    assert ended.code == 0, ended.stdout + ended.stderr
