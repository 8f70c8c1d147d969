"""Engines that answer as AWS does, one of each for all tests of this folder that need it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract.places import Place, in_ministack, in_moto
from engines.ministack import binary


@pytest.fixture(scope="session")
def moto() -> Iterator[Place]:
    with in_moto() as found:
        yield found


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    if binary() is None:
        pytest.skip("ministack is not installed: `make test` installs it, or WAYBILL_TEST_MINISTACK names it")
    with in_ministack(tmp_path_factory.mktemp("ministack")) as found:
        yield found


@pytest.fixture(params=["moto", "ministack"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A production account behind Waybill's adapters."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Place)
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    return found
