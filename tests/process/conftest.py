"""The fixtures of the tests of the process."""

from __future__ import annotations

from pathlib import Path

import pytest

from process.working import Working
from promises.stand import Stand


@pytest.fixture
def working(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Working:
    """Return a face over a world with nothing staged in it."""
    return Working(Stand(tmp_path), monkeypatch)
