"""versions, info and prune as people run them, and what the real Startifact makes of what they leave."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from real.here import waybill_here as waybill
from real.runner import Runner
from real.tools import program, run
from waybill.sandbox import layout

pytestmark = pytest.mark.engine


@pytest.fixture
def staged(environment: dict[str, str], project: str, artifact: Path) -> str:
    """Stage 1.0.0 and 1.1.0 with Waybill, and 1.2.0 with Startifact; return the project."""
    for version in ("1.0.0", "1.1.0"):
        words = ("--project", project, "--version", version, "--path", artifact, "--metadata", "lang=dotnet")
        assert waybill(environment, "stage", *words).code == 0
    assert run(environment, program("startifact"), project, "1.2.0", "--stage", artifact).code == 0
    return project


def test_versions_and_info_for_people_and_for_programs(environment: dict[str, str], staged: str) -> None:
    listed = waybill(environment, "versions", staged, "--json")
    assert [one["version"] for one in listed.json["versions"]] == ["1.2.0", "1.1.0", "1.0.0"]
    assert listed.json["channels"] == {"latest": dict.fromkeys(layout.REGIONS, "1.2.0")}
    assert [one["waybill"] for one in listed.json["versions"]] == [False, True, True]
    shown = waybill(environment, "versions", staged)
    assert shown.code == 0
    assert shown.stdout.index("1.2.0") < shown.stdout.index("1.1.0") < shown.stdout.index("1.0.0")
    found = waybill(environment, "info", staged, "^1.0 <1.2", "--json")
    assert (found.code, found.json["version"]) == (0, "1.1.0")
    assert found.json["waybill"]["metadata"] == {"lang": "dotnet"}
    assert [one["whole"] for one in found.json["regions"]] == [True] * 3
    startifacts = waybill(environment, "info", staged, "latest", "--json")
    assert (startifacts.json["version"], startifacts.json["waybill"]) == ("1.2.0", None)
    unknown = waybill(environment, "info", staged, "1.1.1")
    assert unknown.code == 2
    assert "the nearest are" in unknown.stdout
    nobody = waybill(environment, "versions", f"{staged}x")
    assert nobody.code == 2
    assert staged in nobody.stdout


def test_what_is_pruned_is_gone_for_startifact_and_refused_by_stage(
    environment: dict[str, str], staged: str, artifact: Path, tmp_path: Path, look: Callable[..., Any]
) -> None:
    words = ("prune", staged, "--keep", "1", "--reason", "a test", "--json")
    planned = waybill(environment, *words)
    assert (planned.code, planned.json["outcome"], planned.json["changed"]) == (0, "planned", False)
    done = waybill(environment, *words, "--yes")
    assert done.code == 0, done.stderr
    assert [(one["version"], one["fate"]) for one in done.json["pruned"]] == [("1.1.0", "pruned"), ("1.0.0", "pruned")]
    for region in layout.REGIONS:
        s3 = look("s3", region, layout.DEVELOPMENT)
        bucket = layout.bucket(layout.DEVELOPMENT, region)
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket, Prefix=f"{staged}@1.0.0")["Contents"]]
        assert keys == [f"{staged}@1.0.0/tombstone.json", f"{staged}@1.0.0/waybill.json"]
    again = waybill(environment, *words, "--yes")
    assert (again.json["outcome"], again.json["changed"]) == ("already", False)
    for path in (artifact, artifact.with_name("other")):
        path.write_bytes(path.read_bytes() if path.exists() else b"other")
        staged_again = waybill(
            environment, "stage", "--project", staged, "--version", "1.0.0", "--path", path,
            "--metadata", "lang=dotnet", "--json",
        )  # fmt: skip
        assert staged_again.code == 5
        assert "was pruned" in staged_again.json["error"]
    startifact = program("startifact")
    assert run(environment, startifact, staged, "1.0.0", "--download", tmp_path / "gone").code != 0
    latest = run(environment, startifact, staged, "latest", "--download", tmp_path / "latest")
    assert latest.code == 0, latest.stdout + latest.stderr
    assert (tmp_path / "latest").read_bytes() == artifact.read_bytes()
    listed = waybill(environment, "versions", staged, "--json").json
    assert [bool(one["pruned"]) for one in listed["versions"]] == [False, True, True]
    what_startifact_stages_again_is_told_to_be_damaged(environment, staged, artifact)


def what_startifact_stages_again_is_told_to_be_damaged(
    environment: dict[str, str], pruned: str, artifact: Path
) -> None:
    """Startifact knows no tombstones; what it puts there is not what the waybill says."""
    (other := artifact.with_name("other")).write_bytes(b"other bytes")
    assert run(environment, program("startifact"), pruned, "1.0.0", "--stage", other).code == 0
    found = waybill(environment, "info", pruned, "1.0.0", "--json").json
    assert [one["whole"] for one in found["regions"]] == [False] * 3
    assert all(one["error"] for one in found["regions"])


def test_in_a_workflow_prune_asks_nobody_and_writes_a_summary(
    runner: Runner, environment: dict[str, str], project: str, artifact: Path
) -> None:
    for version in ("1.0.0", "1.1.0"):
        words = ("--project", project, "--version", version, "--path", artifact)
        assert waybill(environment, "stage", *words).code == 0
    ended = runner.run("prune", {"project": project, "keep": "1", "yes": "true"})
    assert ended.code == 0, ended.log
    assert json.loads(ended.outputs["result"])["outcome"] == "created"
    assert ended.outputs["changed"] == "true"
    assert "1.0.0" in ended.summary
    assert "deleted" in ended.summary
