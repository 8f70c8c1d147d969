"""Waybill's two faces in this process: a process of its own spends more time on starting than on its work.

What only a process has (signals, its streams, how it ends) is tried with `real.tools.waybill` and `Runner.process`;
tests/real/test_every_verb.py runs every verb as one.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from real.tools import Ended, plain
from waybill import action, cli


def waybill_here(environment: Mapping[str, str], *words: str | Path, cwd: Path | None = None) -> Ended:
    """Run a command to its end, with nothing but `environment` and what every process needs."""
    stdout, stderr = io.StringIO(), io.StringIO()
    code = _run(lambda: cli.main([str(word) for word in words]), {**plain(), **environment}, cwd, stdout, stderr)
    return Ended(code, stdout.getvalue(), stderr.getvalue())


def action_here(environment: Mapping[str, str], verb: str, cwd: Path) -> tuple[int, str]:
    """Run an action's verb to its end, with nothing but `environment`; return its exit code and its log."""
    log = io.StringIO()
    return _run(lambda: action.main([verb], os.environ, sys.stdout), environment, cwd, log, log), log.getvalue()


def _run(
    work: Callable[[], int], environment: Mapping[str, str], cwd: Path | None, stdout: io.StringIO, stderr: io.StringIO
) -> int:
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(stdout), redirect_stderr(stderr):
        for name in list(os.environ):
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        if cwd is not None:
            patch.chdir(cwd)
        return int(work())
