"""Waybill's command line in this process: a process of its own spends most of its time on starting."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from real.tools import Ended, plain
from waybill import cli


def waybill_here(environment: Mapping[str, str], *words: str | Path) -> Ended:
    """Run a command to its end, with nothing but `environment` and what every process needs."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(stdout), redirect_stderr(stderr):
        for name in list(os.environ):
            patch.delenv(name)
        for name, value in {**plain(), **environment}.items():
            patch.setenv(name, value)
        code = cli.main([str(word) for word in words])
    return Ended(code, stdout.getvalue(), stderr.getvalue())
