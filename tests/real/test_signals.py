"""Told to stop, the action aborts its uploads, writes its summary, and is gone within five seconds (P6)."""

from __future__ import annotations

import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from real.runner import PRODUCTION, Runner, Step
from waybill.sandbox import layout

pytestmark = pytest.mark.engine

PROMISED = 5
SLACK = 3
"""Times: how much slower than promised a machine may be that runs other tests beside."""

SIZE = 400 * 2**20


@pytest.fixture
def inputs(runner: Runner, project: str) -> dict[str, str]:
    with (runner.workspace / "large.bin").open("wb") as file:
        file.truncate(SIZE)
    return {"project": project, "version": "1.2.3", "path": "large.bin", **PRODUCTION}


def until(condition: Callable[[], object], process: subprocess.Popen[str]) -> None:
    while not condition():
        assert process.poll() is None, "it ended before it could be told to stop"
        time.sleep(0.02)


def end(running: Any, number: int) -> Step:
    """Send a signal, and wait as long as is promised."""
    running.process.send_signal(number)
    log, _ = running.process.communicate(timeout=PROMISED * SLACK)
    step: Step = running.step(log)
    return step


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_p6_a_signal_during_the_upload_leaves_nothing_unfinished(
    runner: Runner, inputs: dict[str, str], look: Callable[..., Any], number: int, code: int
) -> None:
    project = inputs["project"]

    def uploads(region: str) -> list[Any]:
        bucket = layout.bucket(layout.PRODUCTION, region)
        found: list[Any] = look("s3", region).list_multipart_uploads(Bucket=bucket, Prefix=project).get("Uploads", [])
        return found

    with runner.started(inputs) as running:
        until(lambda: all(uploads(region) for region in layout.REGIONS), running.process)
        step = end(running, number)
    assert step.code == code, step.log
    for region in layout.REGIONS:
        assert uploads(region) == []
        bucket = layout.bucket(layout.PRODUCTION, region)
        assert look("s3", region).list_objects_v2(Bucket=bucket, Prefix=project)["KeyCount"] == 0
        with pytest.raises(look("ssm", region).exceptions.ParameterNotFound):
            look("ssm", region).get_parameter(Name=f"/artifacts/{project}/latest")
    assert "Cancelled" in step.summary
    assert step.result["exit_code"] == code
    assert step.outputs["changed"] == "false"
    assert step.said("error")


def test_p4_what_was_cancelled_is_finished_by_the_same_again(
    runner: Runner, inputs: dict[str, str], look: Callable[..., Any]
) -> None:
    project = inputs["project"]
    bucket = layout.bucket(layout.PRODUCTION, layout.HOME_REGION)
    with (runner.workspace / "large.bin").open("wb") as file:
        file.truncate(SIZE)
    with runner.started(inputs) as running:
        until(lambda: look("s3").list_multipart_uploads(Bucket=bucket, Prefix=project).get("Uploads"), running.process)
        assert end(running, signal.SIGTERM).code == 143
    again = runner.stage({**inputs, "regions": layout.HOME_REGION})
    assert again.code == 0, again.log
    assert again.outputs["outcome"] == "created"


@pytest.fixture
def silence() -> Iterator[str]:
    """An endpoint that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_p6_a_signal_is_heard_while_nobody_answers(runner: Runner, inputs: dict[str, str], silence: str) -> None:
    with runner.started(inputs, AWS_ENDPOINT_URL=silence) as running:
        until(lambda: waits(running.process), running.process)
        step = end(running, signal.SIGTERM)
    assert step.code == 143
    assert step.outputs["outcome"] == "failed"
    assert "Cancelled" in step.summary


def test_a_second_signal_does_no_harm(runner: Runner, inputs: dict[str, str], silence: str) -> None:
    with runner.started(inputs, AWS_ENDPOINT_URL=silence) as running:
        until(lambda: waits(running.process), running.process)
        running.process.send_signal(signal.SIGINT)
        step = end(running, signal.SIGTERM)
    assert step.code == 130, "the first counts"
    assert "Cancelled" in step.summary


def waits(process: subprocess.Popen[str]) -> bool:
    """Whether the log has something that was not read yet: the work has begun, and signals are heard."""
    assert process.stdout is not None
    return bool(select.select([process.stdout], [], [], 0)[0])
