"""Engines that answer as AWS does, one of each for all tests of this folder that need it."""

from __future__ import annotations

import pytest

from contract.places import Place


@pytest.fixture
def moto(moto_place: Place) -> Place:
    return moto_place


@pytest.fixture
def ministack(ministack_place: Place) -> Place:
    return ministack_place


@pytest.fixture(params=["moto", "ministack"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A production account behind Waybill's adapters."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Place)
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    return found
