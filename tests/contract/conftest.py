"""One place a session for each engine; where an engine is known to be laxer than AWS, the test must fail there."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from contract.laxness import LAX, OWED
from contract.pipeline_places import FakePipelinePlace, PipelinePlace, in_the_sandbox
from contract.places import Place, in_the_fake
from contract.stack_places import FakeStackPlace, StackPlace
from contract.stack_places import in_the_sandbox as stacks_in_the_sandbox

ENGINES = ("fake", "moto", "ministack")


@pytest.fixture(scope="session")
def fake_place() -> Place:
    return in_the_fake()


@pytest.fixture(
    params=[
        "fake",
        pytest.param("moto", marks=pytest.mark.engine),
        pytest.param("ministack", marks=pytest.mark.engine),
    ]
)
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Everything that the ports stand for, three times over."""
    for mark in request.node.iter_markers("lax"):
        for name in mark.args:
            assert any(name in known for known in (*LAX.values(), OWED)), f"nobody is lax in {name}"
            known = LAX[request.param] if request.param == "fake" else LAX[request.param] | OWED
            if name in known:
                request.applymarker(pytest.mark.xfail(strict=True, reason=known[name]))
    found = request.getfixturevalue(f"{request.param}_place")
    assert isinstance(found, Place)
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture(scope="session")
def pipelines_sandbox() -> Iterator[PipelinePlace]:
    with in_the_sandbox() as found:
        yield found


@pytest.fixture(params=["fake", pytest.param("sandbox", marks=pytest.mark.engine)])
def pipeline_place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> PipelinePlace:
    """Everything that the ports of pipelines stand for, twice over."""
    sandboxed = request.param == "sandbox"
    found: PipelinePlace = request.getfixturevalue("pipelines_sandbox") if sandboxed else FakePipelinePlace()
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture(scope="session")
def stacks_sandbox() -> Iterator[StackPlace]:
    with stacks_in_the_sandbox(os.environ) as found:
        yield found


@pytest.fixture(params=["fake", pytest.param("sandbox", marks=pytest.mark.engine)])
def stack_place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> StackPlace:
    """Everything that the port of stacks stands for, twice over."""
    sandboxed = request.param == "sandbox"
    found: StackPlace = request.getfixturevalue("stacks_sandbox") if sandboxed else FakeStackPlace()
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    return found
