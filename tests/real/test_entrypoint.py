"""The action's process under a runner's environment: what it stages, says, writes, and exits with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from real.runner import PRODUCTION, Runner, Step
from waybill.inputs.tables.stage import STAGE
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

BODY = b"sugar and water\n" * 100
SHA256 = hashlib.sha256(BODY).hexdigest()


@pytest.fixture(autouse=True)
def _built(runner: Runner) -> None:
    (runner.workspace / "dist").mkdir()
    (runner.workspace / "dist" / "app.bin").write_bytes(BODY)


def inputs(project: str, **more: str) -> dict[str, str]:
    given = {"project": project, "version": "1.2.3", "path": "dist/app.bin", "filename": "true", "metadata": "lang=en"}
    return {**given, **PRODUCTION, **{name.replace("_", "-"): value for name, value in more.items()}}


def stage(runner: Runner, project: str, **more: str) -> Step:
    return runner.stage(inputs(project, **more))


def test_a_new_version_is_created_in_every_region(runner: Runner, project: str, look: Callable[..., Any]) -> None:
    step = stage(runner, project)
    assert step.code == 0, step.log
    assert set(step.outputs) == {output.name for output in STAGE.outputs}
    key = f"{project}@1.2.3"
    told = {name: step.outputs[name] for name in ("version", "sha256", "size", "key", "changed", "outcome")}
    assert told == {
        "version": "1.2.3",
        "sha256": SHA256,
        "size": str(len(BODY)),
        "key": key,
        "changed": "true",
        "outcome": "created",
    }
    assert json.loads(step.outputs["regions"]) == list(layout.REGIONS)
    for region, place in json.loads(step.outputs["locations"]).items():
        s3, bucket = look("s3", region), layout.bucket(layout.PRODUCTION, region)
        head = s3.head_object(Bucket=bucket, Key=key)
        assert place == {
            "bucket": bucket,
            "key": key,
            "version_id": head["VersionId"],
            "uri": f"s3://{bucket}/{key}",
        }
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == BODY
        waybill = json.loads(s3.get_object(Bucket=bucket, Key=f"{key}/waybill.json")["Body"].read())
        assert waybill["sha256"] == SHA256
        assert waybill["file_name"] == "app.bin"
        parameter = look("ssm", region).get_parameter(Name=f"/artifacts/{project}/latest")["Parameter"]
        assert (parameter["Value"], parameter["Type"]) == ("1.2.3", "String")


def test_the_waybill_says_where_the_build_came_from(runner: Runner, project: str, look: Callable[..., Any]) -> None:
    assert stage(runner, project).code == 0
    bucket = layout.bucket(layout.PRODUCTION, layout.HOME_REGION)
    raw = look("s3").get_object(Bucket=bucket, Key=f"{project}@1.2.3/waybill.json")["Body"].read()
    said = raw.decode()
    for known in ("acme/sugarwater", "ffac537e6cbbf934b08745a378932722df287a53", "1658821493", "dependabot[bot]"):
        assert known in said


def test_p4_the_same_again_changes_nothing_and_says_so(runner: Runner, project: str) -> None:
    first, again = stage(runner, project), stage(runner, project)
    assert again.code == 0, again.log
    assert (again.outputs["outcome"], again.outputs["changed"]) == ("already", "false")
    assert again.outputs["locations"] == first.outputs["locations"]
    assert "already" in again.summary


def test_p2_other_bytes_are_a_conflict_that_names_both_digests(
    runner: Runner, project: str, look: Callable[..., Any]
) -> None:
    assert stage(runner, project).code == 0
    (runner.workspace / "dist" / "app.bin").write_bytes(b"salt")
    step = stage(runner, project)
    assert step.code == 5
    assert (step.outputs["outcome"], step.outputs["changed"]) == ("conflict", "false")
    (error, *_) = step.said("error")
    for told in (SHA256, hashlib.sha256(b"salt").hexdigest(), "dependabot[bot]"):
        assert told in error
    assert "next version" in error
    bucket = layout.bucket(layout.PRODUCTION, layout.HOME_REGION)
    assert look("s3").get_object(Bucket=bucket, Key=f"{project}@1.2.3")["Body"].read() == BODY


def test_p10_every_fault_is_annotated_by_itself_and_nothing_is_asked_of_aws(runner: Runner) -> None:
    wrong = inputs(
        "a/b", version="v1", path="nowhere", metadata="x", require="some", kms_key="k", role="r", channel="A"
    )
    step = runner.stage(wrong, AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert step.code == 2
    faults = {error.partition(":")[0] for error in step.said("error")}
    assert {"project", "version", "path", "metadata", "require", "kms-key", "role", "channel"} <= faults
    assert step.outputs["outcome"] == "failed"
    assert step.result["exit_code"] == 2
    assert "project" in step.summary


def test_a_dry_run_shows_the_plan_and_writes_nothing(runner: Runner, project: str, look: Callable[..., Any]) -> None:
    step = stage(runner, project, dry_run="true")
    assert step.code == 0, step.log
    assert (step.outputs["outcome"], step.outputs["changed"]) == ("planned", "false")
    assert json.loads(step.outputs["regions"]) == []
    assert step.outputs["sha256"] == SHA256
    for region in layout.REGIONS:
        assert region in step.summary
        bucket = layout.bucket(layout.PRODUCTION, region)
        assert look("s3", region).list_objects_v2(Bucket=bucket, Prefix=project)["KeyCount"] == 0


def test_p4_resume_finishes_a_region_without_the_build(runner: Runner, project: str, look: Callable[..., Any]) -> None:
    assert stage(runner, project, regions="us-east-1").code == 0
    (runner.workspace / "dist" / "app.bin").unlink()
    step = stage(runner, project, resume="true", path="", metadata="", filename="false")
    assert step.code == 0, step.log
    outcomes = {region["region"]: region["outcome"] for region in step.result["regions"]}
    assert outcomes == {"us-east-1": "already", "us-west-2": "created", "eu-west-1": "created"}
    raws = [
        look("s3", region)
        .get_object(Bucket=layout.bucket(layout.PRODUCTION, region), Key=f"{project}@1.2.3/waybill.json")["Body"]
        .read()
        for region in layout.REGIONS
    ]
    assert len(set(raws)) == 1, "one waybill, byte for byte"


def test_an_unknown_input_is_warned_of_with_the_nearest_name(runner: Runner, project: str) -> None:
    step = stage(runner, project, **{"meta-data": "x=y", "regoin": "us-east-1"})
    assert step.code == 0, step.log
    warnings = "\n".join(step.said("warning"))
    assert "`metadata`" in warnings
    assert "`regions`" in warnings


def test_the_version_is_taken_from_the_tag(runner: Runner, project: str) -> None:
    step = stage(runner, project, version="auto")
    assert step.code == 0, step.log
    assert step.outputs["version"] == "1.2.3"


def test_a_branch_is_no_version(runner: Runner, project: str) -> None:
    step = runner.stage(inputs(project, version="auto"), GITHUB_REF="refs/heads/main", GITHUB_REF_TYPE="branch")
    assert step.code == 2
    assert "refs/heads/main" in step.said("error")[0]


def test_without_a_summary_none_is_written(runner: Runner, project: str) -> None:
    step = stage(runner, project, summary="false", dry_run="true")
    assert (step.code, step.summary) == (0, "")


def test_outputs_that_cannot_be_written_stop_the_run_before_anything_is_touched(
    runner: Runner, project: str, look: Callable[..., Any], tmp_path: Path
) -> None:
    step = runner.stage(inputs(project), GITHUB_OUTPUT=str(tmp_path / "no" / "such" / "folder"))
    assert step.code == 2
    assert "GITHUB_OUTPUT" in step.said("error")[0]
    bucket = layout.bucket(layout.PRODUCTION, layout.HOME_REGION)
    assert look("s3").list_objects_v2(Bucket=bucket, Prefix=project)["KeyCount"] == 0


def test_a_wrong_external_id_exits_3_and_names_the_input(runner: Runner, project: str) -> None:
    step = stage(runner, project, role_external_id="wrong-one")
    assert step.code == 3
    assert "role-external-id" in step.said("error")[0]


def test_p7_another_account_than_the_expected_exits_3_and_nothing_is_written(
    runner: Runner, project: str, look: Callable[..., Any]
) -> None:
    step = runner.stage(
        {"project": project, "version": "1.2.3", "path": "dist/app.bin", "expected-account": layout.PRODUCTION}
    )
    assert step.code == 3
    assert layout.DEVELOPMENT in step.said("error")[0]
    bucket = layout.bucket(layout.DEVELOPMENT, layout.HOME_REGION)
    found = look("s3", account=layout.DEVELOPMENT).list_objects_v2(Bucket=bucket, Prefix=project)
    assert found["KeyCount"] == 0


def test_a_zip_of_a_folder_is_made_in_the_runners_own_folder_and_the_workspace_left_as_it_was(
    runner: Runner, project: str
) -> None:
    before = sorted(runner.workspace.rglob("*"))
    step = stage(runner, project, path="dist")
    assert step.code == 0, step.log
    assert sorted(runner.workspace.rglob("*")) == before
    assert list((runner.folder / "temp").iterdir()) == []
