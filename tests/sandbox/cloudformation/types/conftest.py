from __future__ import annotations

import pytest

from sandbox.cloudformation.types.workbench import Workbench
from waybill.sandbox.server import Sandbox


@pytest.fixture(scope="session")
def bench(sandbox: Sandbox) -> Workbench:
    return Workbench(sandbox)
