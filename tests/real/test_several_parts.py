"""An artifact of several parts, from the action's process to every region of the other account."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aws.parts import bytes_of
from real.runner import PRODUCTION, Runner
from waybill.sandbox import layout

pytestmark = pytest.mark.engine


def test_several_parts_are_created_once_found_again_and_never_replaced(
    runner: Runner, project: str, tmp_path: Path, look: Callable[..., Any]
) -> None:
    body = bytes_of(33 * 2**20)
    (large := tmp_path / "three-parts.bin").write_bytes(body)
    inputs = {"project": project, "version": "1.0.0", "path": str(large), **PRODUCTION}
    step = runner.stage(inputs)
    assert step.code == 0, step.log
    assert (step.outputs["outcome"], step.outputs["sha256"]) == ("created", hashlib.sha256(body).hexdigest())
    for region, place in json.loads(step.outputs["locations"]).items():
        s3 = look("s3", region)
        assert s3.get_object(Bucket=place["bucket"], Key=place["key"])["Body"].read() == body
    again = runner.stage(inputs)
    assert (again.code, again.outputs["outcome"], again.outputs["changed"]) == (0, "already", "false")
    large.write_bytes(body[: 20 * 2**20] + b"!" + body[20 * 2**20 + 1 :])
    other = runner.stage(inputs)
    assert (other.code, other.outputs["outcome"]) == (5, "conflict")
    for region in layout.REGIONS:
        bucket = layout.bucket(layout.PRODUCTION, region)
        s3 = look("s3", region)
        assert not s3.list_multipart_uploads(Bucket=bucket, Prefix=project).get("Uploads")
        found = s3.list_object_versions(Bucket=bucket, Prefix=f"{project}@1.0.0")["Versions"]
        assert len(found) == 2, "the artifact and its waybill, each written once"


def test_p4_a_region_is_finished_from_another_without_the_build(
    runner: Runner, project: str, large: Path, look: Callable[..., Any]
) -> None:
    body = large.read_bytes()
    first = runner.stage(
        {"project": project, "version": "1.0.0", "path": str(large), "regions": "us-west-2", **PRODUCTION}
    )
    assert first.code == 0, first.log
    large.unlink()
    step = runner.stage({"project": project, "version": "1.0.0", "resume": "true", **PRODUCTION})
    assert step.code == 0, step.log
    outcomes = {region["region"]: region["outcome"] for region in step.result["regions"]}
    assert outcomes == {"us-east-1": "created", "us-west-2": "already", "eu-west-1": "created"}
    place = json.loads(step.outputs["locations"])["eu-west-1"]
    assert look("s3", "eu-west-1").get_object(Bucket=place["bucket"], Key=place["key"])["Body"].read() == body
