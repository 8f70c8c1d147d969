"""The sandbox is small: it loads what it serves, and holds on disk what is large."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import waybill
from sandbox.pipelines import approval, packed, source, until
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine

MEBIBYTE = 2**20
PARTS = 16


def resident(sandbox: Sandbox, what: str = "VmRSS") -> int:
    """Return the server's memory in bytes; `VmHWM`: the most that it has been."""
    status = Path(f"/proc/{sandbox.pid}/status").read_text()
    return int(status.partition(f"{what}:")[2].split()[0]) * 1024


def test_large_uploads_stay_on_disk(sandbox: Sandbox, production_s3: Any, bucket: str, key: str) -> None:
    part = os.urandom(8 * MEBIBYTE)
    target = {"Bucket": bucket, "Key": key}
    production_s3.put_object(**target, Body=b"warm")
    before = resident(sandbox)
    upload = {**target, "UploadId": production_s3.create_multipart_upload(**target)["UploadId"]}
    sent = [
        {"PartNumber": n, "ETag": production_s3.upload_part(**upload, PartNumber=n, Body=part)["ETag"]}
        for n in range(1, PARTS + 1)
    ]
    production_s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": sent})
    body = production_s3.get_object(**target)["Body"]
    assert all(piece == part for piece in iter(lambda: body.read(8 * MEBIBYTE), b""))
    assert resident(sandbox) - before < PARTS * len(part) / 3


def test_large_artifacts_are_deployed_in_pieces(sandbox: Sandbox, shop: Any) -> None:
    shop.upload(packed({"small": b"warm"}))
    name = shop.create()
    assert shop.ended(name, shop.start(name)) == "Succeeded"
    large = os.urandom(64 * MEBIBYTE)
    shop.upload(packed({"large": large}))
    before = resident(sandbox)
    # The upload itself came in one piece: forget how much memory that took.
    Path(f"/proc/{sandbox.pid}/clear_refs").write_text("5")
    assert shop.ended(name, shop.start(name)) == "Succeeded"
    assert resident(sandbox, "VmHWM") - before < len(large) / 3
    assert shop.files()["large"] == large


def test_ec2_is_not_loaded_for_parameter_store() -> None:
    source = str(Path(waybill.__file__).parent.parent)
    code = (
        "import sys; from waybill.sandbox.engine import loading; loading.load();"
        "assert 'moto.ssm.models' in sys.modules; assert not [m for m in sys.modules if m.startswith('moto.ec2')];"
        "from moto.ssm import models; models.ec2_backends['111111111111']['us-east-1'].all_reservations();"
        "import moto.ec2; assert moto.ec2.ec2_backends"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": source}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def test_what_needs_ec2_finds_it(clients: Any) -> None:
    assert clients.user("ec2").describe_vpcs()["Vpcs"]
    assert clients.user("ssm").send_command(
        DocumentName="AWS-RunShellScript", Targets=[{"Key": "tag:a", "Values": ["b"]}]
    )["Command"]["CommandId"]


def test_codepipeline_is_not_loaded_before_somebody_asks_for_it() -> None:
    source = str(Path(waybill.__file__).parent.parent)
    code = (
        "import sys; from waybill.sandbox.engine import loading; loading.load();"
        "from waybill.sandbox.engine import automation, http, preparation, strictness;"
        "made = automation.Automation(lambda: 0.0); strictness.install(made); preparation.prepare();"
        "assert not [m for m in sys.modules if 'codepipeline' in m];"
        "made.written('a-bucket', 'a-key'); assert not [m for m in sys.modules if 'codepipeline' in m];"
        "assert len(list(made.service().lines())) == 2"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": source}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


def threads(sandbox: Sandbox) -> int:
    status = Path(f"/proc/{sandbox.pid}/status").read_text()
    return int(status.partition("Threads:")[2].split()[0])


def test_no_thread_is_left_of_executions_that_have_ended(sandbox: Sandbox, shop: Any) -> None:
    shop.upload()
    name = shop.create(executionMode="PARALLEL")
    shop.hold(name, times=20)
    before = threads(sandbox)
    started = [shop.start(name) for _ in range(20)]
    until(lambda: threads(sandbox) >= before + 15)
    sandbox.release(name)
    assert {shop.ended(name, each) for each in started} == {"Succeeded"}
    until(lambda: threads(sandbox) <= before + 3)


def test_no_thread_is_left_of_approvals_that_were_not_needed(sandbox: Sandbox, shop: Any) -> None:
    shop.upload()
    name = shop.create(source(shop.source, shop.key), approval(), shop.deploy(), executionMode="PARALLEL")
    before = threads(sandbox)
    started = [shop.start(name) for _ in range(20)]
    until(lambda: threads(sandbox) >= before + 15)
    for each in started:
        shop.client.stop_pipeline_execution(pipelineName=name, pipelineExecutionId=each, abandon=True)
    until(lambda: threads(sandbox) <= before + 3)
