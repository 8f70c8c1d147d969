from __future__ import annotations

import pytest

from commands.setup.site import Site


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def applied() -> Site:
    """Return a site on which everything stands, and whose log is empty."""
    made = Site()
    result = made.apply()
    assert result.exit_code == 0, result.error
    made.world.calls.forget()
    return made
