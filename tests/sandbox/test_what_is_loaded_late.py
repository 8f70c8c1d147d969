"""Nobody waits for a service that nobody asks for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import waybill

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("service", ["cloudformation", "cloudfront", "codeartifact", "codepipeline"])
def test_a_service_is_not_loaded_before_somebody_asks_for_it(service: str) -> None:
    code = (
        "import sys; from waybill.sandbox.engine import loading; loading.load();"
        "from waybill.sandbox.engine import automation, http, preparation, strictness;"
        "strictness.install(automation.Automation(lambda: 0.0)); preparation.prepare();"
        f"print(*[m for m in sys.modules if '{service}' in m])"
    )
    source = str(Path(waybill.__file__).parent.parent)
    environment = {**os.environ, "PYTHONPATH": source}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True, text=True)
    assert [name for name in done.stdout.split() if name.startswith(("waybill.", "moto."))] == []
