"""The programs that people have, as processes of their own, in the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 120
"""Seconds after which a program that does not end fails the test."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


def program(name: str) -> str:
    """Return the path of a real tool, as `make test` installs it; skips the test where it is not there."""
    found = Path(os.environ.get(f"WAYBILL_TEST_{name.upper()}") or ROOT / ".venvs" / name / "bin" / name)
    if not found.exists():
        pytest.skip(f"{name} is not installed: `make test` installs it, or WAYBILL_TEST_{name.upper()} names it")
    return str(found)


def run(environment: Mapping[str, str], *words: str | Path, cwd: Path | None = None) -> Ended:
    """Run a program to its end, with nothing but `environment` and what every process needs."""
    done = subprocess.run(
        [str(word) for word in words],
        env={**plain(), **environment},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def plain() -> dict[str, str]:
    """Return what a process needs anywhere, and nobody's settings."""
    kept = ("HOME", "LANG", "LC_ALL", "PATH", "PYTHONPATH", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


def waybill(environment: Mapping[str, str], *words: str | Path, cwd: Path | None = None) -> Ended:
    """Run Waybill's command line."""
    return run(environment, sys.executable, "-m", "waybill", *words, cwd=cwd)


def new_project() -> str:
    """Return a project's name that nobody used."""
    return f"Sugar-{uuid4().hex[:10]}"
