"""What Waybill stages, the real Startifact reads; and what Startifact stages, Waybill takes as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aws.parts import bytes_of
from real.here import waybill_here as waybill
from real.tools import Ended, new_project, program, run
from real.tools import waybill as waybill_process
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine

Startifact = Callable[..., Ended]
AS_STARTIFACT = ("--metadata", "lang=dotnet", "--filename")


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


@pytest.fixture(scope="module")
def staged(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Path]:
    """A project that Waybill staged: 0.9.0 of one part, 1.0.0 of several, 2.0.0-rc.1; and the first two files."""
    name, folder = new_project(), tmp_path_factory.mktemp("staged")
    small, large = folder / "small.bin", folder / "large.bin"
    small.write_bytes(bytes_of(100_003))
    large.write_bytes(bytes_of(17 * 2**20))
    described = ("--metadata", "lang=dotnet", "--metadata", "colour=blue=green", "--filename")
    for version, path, more in (("1.0.0", large, described), ("0.9.0", small, ()), ("2.0.0-rc.1", small, ())):
        words = ("--project", name, "--version", version, "--path", path, *more)
        ended = waybill(sandbox.environment({}), "stage", *words)
        assert ended.code == 0, ended.stdout
    return name, small, large


def test_startifact_downloads_what_waybill_staged(
    startifact: Startifact, staged: tuple[str, Path, Path], tmp_path: Path
) -> None:
    name, small, _ = staged
    ended = startifact(name, "0.9.0", "--download", tmp_path / "back")
    assert ended.code == 0, ended.stdout + ended.stderr
    assert (tmp_path / "back").read_bytes() == small.read_bytes()


def test_startifact_follows_the_channel_and_tells_the_metadata(
    startifact: Startifact, staged: tuple[str, Path, Path]
) -> None:
    told = startifact(staged[0], "latest", "--info")
    assert told.code == 0, told.stdout + told.stderr
    for word in (staged[0], "1.0.0", "lang", "dotnet", "colour", "blue=green"):
        assert word in told.stdout


def test_startifact_downloads_several_parts_by_the_channel_and_restores_the_file_name(
    startifact: Startifact, staged: tuple[str, Path, Path], tmp_path: Path
) -> None:
    name, _, large = staged
    ended = startifact(name, "latest", "--download", tmp_path, "--filename")
    assert ended.code == 0, ended.stdout + ended.stderr
    assert (tmp_path / large.name).read_bytes() == large.read_bytes()


def test_startifact_refuses_a_version_that_waybill_staged(
    startifact: Startifact, staged: tuple[str, Path, Path], environment: dict[str, str]
) -> None:
    name, small, _ = staged
    assert startifact(name, "0.9.0", "--stage", small).code != 0
    words = ("--project", name, "--version", "0.9.0", "--path", small, "--json")
    assert waybill(environment, "stage", *words).json["changed"] is False


@pytest.mark.parametrize("size", [100_003, 17 * 2**20], ids=["one part", "several"])
def test_what_startifact_staged_comes_back_is_not_replaced_and_gains_a_waybill(
    startifact: Startifact,
    stage: Callable[..., Any],
    environment: dict[str, str],
    project: str,
    size: int,
    look: Callable[..., Any],
    tmp_path: Path,
) -> None:
    (path := tmp_path / "app.bin").write_bytes(bytes_of(size))
    ended = startifact(project, "1.0.0", "--stage", path, *AS_STARTIFACT)
    assert ended.code == 0, ended.stdout + ended.stderr
    before = {region: versions(look, project, region) for region in layout.REGIONS}

    back = waybill(environment, "download", project, "1.0.0", "--to", "back/", "--filename", "--json", cwd=tmp_path)
    assert back.code == 0, back.stderr
    assert back.json["path"] == f"back/{path.name}"
    assert back.json["verified"] in {"sha256", "crc64nvme", "size"}
    assert any("No waybill" in text for text in back.json["warnings"])
    assert (tmp_path / "back" / path.name).read_bytes() == path.read_bytes()

    refused_as_other_bytes_or_metadata(stage, path)
    result = stage(path, "1.0.0", *AS_STARTIFACT)
    assert (result["outcome"], result["changed"]) == ("already", True)
    for region in layout.REGIONS:
        assert versions(look, project, region) == before[region], "neither artifact nor metadata was written again"
        bucket = layout.bucket(layout.DEVELOPMENT, region)
        s3 = look("s3", region, layout.DEVELOPMENT)
        document = json.loads(s3.get_object(Bucket=bucket, Key=f"{project}@1.0.0/waybill.json")["Body"].read())
        assert document["size"] == path.stat().st_size
        assert document["metadata"] == {"lang": "dotnet"}
    again = stage(path, "1.0.0", *AS_STARTIFACT)
    assert (again["outcome"], again["changed"]) == ("already", False)


def refused_as_other_bytes_or_metadata(stage: Callable[..., Any], path: Path) -> None:
    """Hold P2 for what Startifact staged."""
    (other := path.with_name("other")).write_bytes(b"other")
    for built, more in (
        (other, ()),
        (path, ("--metadata", "lang=java", "--filename")),
        (path, ("--metadata", "lang=dotnet")),
    ):
        assert stage(built, "1.0.0", *more, code=5)["outcome"] == "conflict"


def versions(look: Callable[..., Any], project: str, region: str) -> list[tuple[str, str]]:
    """Return the versions of the artifact and its metadata in a region."""
    bucket = layout.bucket(layout.DEVELOPMENT, region)
    s3 = look("s3", region, layout.DEVELOPMENT)
    found = s3.list_object_versions(Bucket=bucket, Prefix=f"{project}@1.0.0")["Versions"]
    return sorted((item["Key"], item["VersionId"]) for item in found if not item["Key"].endswith("waybill.json"))


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
    ended = waybill_process({}, "sandbox", "run", "--", "sh", "-c", script)
    assert ended.code == 0, ended.stdout + ended.stderr
