"""One engine for all of these tests: each has stacks of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.cloudformation.stand import Stand, standing


@pytest.fixture(scope="session")
def stand() -> Iterator[Stand]:
    with standing() as made:
        yield made
