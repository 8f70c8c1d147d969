"""A job that is cancelled: what GitHub's runner sends, and what must be left (P6)."""

from __future__ import annotations

import json
import subprocess
import urllib.parse

import pytest

from container.gate import gate_before
from container.github_runner import Job, StepMaker
from container.looking import s3_of_production
from waybill.sandbox.layout import PRODUCTION, STAGE_EXTERNAL_ID, STAGE_ROLE_ARN, bucket
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.container

LARGE = 96 << 20
"""Bytes of a file that goes up in parts; its holes cost no disk."""

GRACE = 5.0
"""Seconds that P6 allows from the signal to the end."""


@pytest.mark.parametrize(("signal", "exit_code"), [("TERM", 143), ("INT", 130)])
def test_a_cancelled_step_aborts_its_uploads_tells_so_and_ends_in_time(
    stage: StepMaker, job: Job, sandbox: Sandbox, signal: str, exit_code: int
) -> None:
    job.put("large.bin", b"")
    with (job.workspace / "large.bin").open("r+b") as file:
        file.truncate(LARGE)
    server = urllib.parse.urlsplit(sandbox.url)
    assert server.hostname
    assert server.port
    with gate_before(server.hostname, server.port) as gate:
        inputs = {"project": f"Cancelled-{signal}", "version": "1.0.0", "path": "large.bin"}
        step = stage(
            {**inputs, "role": STAGE_ROLE_ARN, "role-external-id": STAGE_EXTERNAL_ID},
            env={"AWS_ENDPOINT_URL_S3": gate.url},
        )
        with step.started() as process:
            assert gate.reached.wait(60), "no part of the upload ever came"
            stage.engine("kill", "--signal", signal, step.name)
            try:
                log, _ = process.communicate(timeout=GRACE + 2)  # two for the engine to clean up after the container
            except subprocess.TimeoutExpired:
                pytest.fail(f"still running {GRACE} seconds after SIG{signal}")
        done = step.outcome(process.returncode, log)
    assert done.exit_code == exit_code, done.log
    assert "cancel" in (done.log + done.summary).lower()
    assert done.summary
    for region, s3 in s3_of_production(sandbox).items():
        name = bucket(PRODUCTION, region)
        assert s3.list_multipart_uploads(Bucket=name).get("Uploads", []) == []
        assert s3.list_objects_v2(Bucket=name, Prefix=f"Cancelled-{signal}@").get("Contents", []) == []
    assert json.loads(done.outputs.get("result", '{"changed": false}'))["changed"] is False
