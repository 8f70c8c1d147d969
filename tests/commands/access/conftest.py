from __future__ import annotations

from pathlib import Path

import pytest

from commands.access.stand import Stand


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(folder=tmp_path)


@pytest.fixture
def applied(tmp_path: Path) -> Stand:
    """Return a stand on which the file is applied, and whose log is empty."""
    made = Stand(folder=tmp_path)
    assert made.apply().exit_code == 0
    made.world.calls.forget()
    return made
