"""The fixtures that the commands' tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from promises.stand import Stand


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """Return the sandbox's layout, with nothing staged in it."""
    return Stand(tmp_path)
