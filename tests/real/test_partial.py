"""One region refuses and the others do not: `require` decides, and the printed command finishes the rest (P5)."""

from __future__ import annotations

import http.client
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from aws.answers import s3_error, ssm_error
from aws.loopback import Answer, Heard, Loopback, loopback
from real.here import waybill_here as waybill
from real.runner import PRODUCTION, Runner
from waybill.sandbox import layout
from waybill.sandbox.server import Sandbox

pytestmark = pytest.mark.engine

REFUSED = "eu-west-1"


@contextmanager
def refusing(sandbox: Sandbox) -> Iterator[Loopback]:
    """The sandbox, but for one region: whatever is asked there is refused."""

    def forward(heard: Heard) -> Answer:
        connection = http.client.HTTPConnection(sandbox.url.removeprefix("http://"), timeout=60)
        try:
            connection.request(heard.method, heard.target, heard.read(), dict(heard.headers))
            answer = connection.getresponse()
            headers = {name: value for name, value in answer.getheaders() if name.lower() != "transfer-encoding"}
            return Answer(answer.status, answer.read(), headers)
        finally:
            connection.close()

    def script(heard: Heard) -> Answer:
        if f"/{REFUSED}/" not in heard.headers.get("authorization", ""):
            return forward(heard)
        heard.read()
        if "x-amz-target" in heard.headers:
            return ssm_error(400, "AccessDeniedException", "no")
        return s3_error(403, "AccessDenied", "Access Denied")

    with loopback(script) as server:
        yield server


@pytest.fixture
def inputs(runner: Runner, project: str) -> dict[str, str]:
    (runner.workspace / "app.bin").write_bytes(b"hello")
    return {"project": project, "version": "1.2.3", "path": "app.bin", **PRODUCTION}


def test_p5_all_by_default_means_that_nothing_is_written(
    runner: Runner, inputs: dict[str, str], sandbox: Sandbox, look: Callable[..., Any]
) -> None:
    with refusing(sandbox) as server:
        step = runner.stage(inputs, AWS_ENDPOINT_URL=server.url)
    assert step.code == 3, step.log
    assert REFUSED in step.said("error")[0]
    assert step.outputs["changed"] == "false"
    for region in layout.REGIONS:
        bucket = layout.bucket(layout.PRODUCTION, region)
        assert look("s3", region).list_objects_v2(Bucket=bucket, Prefix=inputs["project"])["KeyCount"] == 0


def test_p5_a_majority_is_a_partial_success_that_the_printed_command_completes(
    runner: Runner, inputs: dict[str, str], sandbox: Sandbox, environment: dict[str, str], look: Callable[..., Any]
) -> None:
    with refusing(sandbox) as server:
        step = runner.stage({**inputs, "require": "majority"}, AWS_ENDPOINT_URL=server.url)
    assert (step.code, step.outputs["outcome"]) == (0, "partial"), step.log
    assert any(REFUSED in warning for warning in step.said("warning"))
    told = {region["region"]: (region["outcome"], region["channel"]) for region in step.result["regions"]}
    assert told == {
        "us-east-1": ("created", "moved"),
        "us-west-2": ("created", "moved"),
        REFUSED: ("failed", "not-reached"),
    }
    assert step.result["resume"] in step.summary
    (runner.workspace / "app.bin").unlink()
    program, *words = shlex.split(step.result["resume"])
    assert program == "waybill"
    resumed = waybill(environment, *words, "--json", cwd=runner.workspace)
    assert resumed.code == 0, resumed.stderr
    assert [region["outcome"] for region in resumed.json["regions"]] == ["already", "already", "created"]
    name = f"/artifacts/{inputs['project']}/latest"
    assert look("ssm", REFUSED).get_parameter(Name=name)["Parameter"]["Value"] == "1.2.3"
