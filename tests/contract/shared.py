"""Engines that the tests of the ports and of their adapters share: one of each for a run. They are imported late."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from contract.places import Place


@pytest.fixture(scope="session")
def moto_place() -> Iterator[Place]:
    from contract.places import in_moto

    with in_moto() as found:
        yield found


@pytest.fixture(scope="session")
def ministack_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    from contract.places import in_ministack
    from engines.ministack import binary

    if binary() is None:
        pytest.skip("ministack is not installed: `make test` installs it, or WAYBILL_TEST_MINISTACK names it")
    with in_ministack(tmp_path_factory.mktemp("ministack")) as found:
        yield found
