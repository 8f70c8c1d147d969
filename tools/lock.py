"""Locks every environment's dependencies by hash, for every platform, without naming the index they came from.

    .venvs/lock/bin/python tools/lock.py [--upgrade]

What runs in the image comes from pyproject.toml; the development environment takes the same releases of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = ("--universal", "--generate-hashes", "--no-emit-index-url", "--python-version", "3.11")
SOURCES = {
    "runtime": ("pyproject.toml",),
    "dev": ("pyproject.toml", "--extra", "sandbox", "requirements/dev.in", "-c", "requirements/runtime.txt"),
}
TOOLS = ("build", "lint", "startifact", "ministack", "aws", "bench", "lock")


def main(options: list[str], environ: Mapping[str, str]) -> int:
    """Rewrites requirements/*.txt, keeping today's releases unless `--upgrade` is among the options."""
    uv = Path(sys.executable).with_name("uv")
    for name, sources in {**SOURCES, **{name: (f"requirements/{name}.in",) for name in TOOLS}}.items():
        target = f"requirements/{name}.txt"
        print(f"Locking {target}", flush=True)
        command = [str(uv), "pip", "compile", "--quiet", *COMPILE, *options, *sources, "-o", target]
        # By its environment, because options end up in the header of the file.
        done = subprocess.run(command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], {**os.environ, "UV_SYSTEM_CERTS": "true"}))
