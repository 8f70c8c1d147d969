"""Whole workflows whose steps are `uses: ./`, run by the real `act`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from container.act import Act, copy_of_this_repository, docker_host, program
from container.engine import Engine

pytestmark = pytest.mark.container

REFUSED = """
name: refused
on: push
permissions: {}
jobs:
  stage:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: ./
        with:
          project: SugarWater
          version: not-a-version
          path: README.md
      - run: echo "never reached"
"""


@pytest.fixture(scope="module")
def act(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Act]:
    """Return `act` with a copy of this repository and folders of its own."""
    folder = tmp_path_factory.mktemp("act")
    repository = copy_of_this_repository(folder / "waybill")
    own = {name: str(folder / name) for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    for path in own.values():
        Path(path).mkdir()
    with docker_host(engine, folder) as host:
        environment = {"PATH": os.environ["PATH"], **own, **host}
        yield Act(program(), repository, environment, engine.base or "docker.io/library/python:3.13-slim")


def test_the_projects_own_self_test_workflow_passes(act: Act) -> None:
    done = act.push("self-test.yml")
    assert done.returncode == 0, done.stdout[-8000:]
    assert "Job succeeded" in done.stdout
    assert "Job failed" not in done.stdout
    workflow = yaml.safe_load((act.repository / ".github" / "workflows" / "self-test.yml").read_text())
    ours = [step for step in workflow["jobs"]["stage"]["steps"] if step.get("uses", "").startswith("./")]
    assert {step["uses"] for step in ours} >= {"./", "./actions/promote", "./actions/rollback", "./actions/download"}
    for step in ours:
        assert f"Run Main {step['name']}" in done.stdout, step["name"]


def test_a_step_that_is_refused_fails_its_job_with_the_documented_code(act: Act, engine: Engine) -> None:
    (act.repository / ".github" / "workflows" / "refused.yml").write_text(REFUSED)
    done = act.push("refused.yml")
    assert done.returncode != 0
    assert "exit with `FAILURE`: 2" in done.stdout
    assert "not-a-version" in done.stdout
    assert "never reached" not in done.stdout.replace('echo "never reached"', "")
    assert engine("ps", "--all", "--quiet", "--filter", "name=act-refused").stdout == ""
