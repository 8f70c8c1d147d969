"""actions/doctor under a runner's environment: what the step shows, its outputs, how it ends."""

from __future__ import annotations

import pytest

from real.runner import PRODUCTION, Runner
from waybill.sandbox import layout

pytestmark = pytest.mark.engine


def test_the_step_looks_as_the_release_would_and_shows_it_on_its_page(runner: Runner, project: str) -> None:
    step = runner.run("doctor", {"project": project, **PRODUCTION, "pipeline": f"us-east-1:{layout.PIPELINE}"})
    assert step.code == 0, step.log
    assert step.outputs["changed"] == "false"
    assert step.result["counts"]["fail"] == 0
    assert "| Verdict |" in step.summary
    assert "`versioning`" in step.summary


def test_a_step_that_finds_something_fails_and_says_what_mends_it(runner: Runner, project: str) -> None:
    step = runner.run("doctor", {"project": project, "role": layout.STAGE_ROLE_ARN})
    assert step.code == 3
    assert "identity" in step.shown()
    assert "role-external-id" in step.summary
    (one,) = [each for each in step.result["findings"] if each["verdict"] == "fail"]
    assert one["check"] == "identity"
