"""The engine and the image are made once for all tests of this folder; the sandbox is one server for all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from container.engine import ROOT, Engine, prepared, why_not
from container.github_runner import Job, StepMaker
from waybill.sandbox.server import Sandbox, running

IMAGE = "localhost/waybill:container-tests"


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Return the prepared engine; skip, with the reason and the remedy, where there can be none."""
    if reason := why_not(os.environ, os.getuid()):
        pytest.skip(reason)
    return prepared(Path(os.environ.get("WAYBILL_ENGINE_DIR", ROOT / "build" / "engine")))


@pytest.fixture(scope="session")
def image(engine: Engine) -> str:
    """Return the tag of the image that the Dockerfile, unchanged, makes of this tree."""
    engine.build(ROOT, IMAGE)
    return IMAGE


@pytest.fixture(scope="session")
def sandbox(engine: Engine) -> Iterator[Sandbox]:
    """Return a running sandbox; asked for after the engine, so that a machine without one skips before it starts."""
    with running(os.environ) as server:
        yield server


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Return a job's fresh folders."""
    return Job(tmp_path / "job")


@pytest.fixture
def stage(engine: Engine, image: str, sandbox: Sandbox, job: Job) -> StepMaker:
    """Return a maker of steps that stage into the sandbox."""
    return StepMaker(engine=engine, image=image, job=job, environment=sandbox.environment())
