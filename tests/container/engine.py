"""The container engine of these tests: prepared by tools/container-engine.sh, spoken to by its command line."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools" / "container-engine.sh"


@dataclass(frozen=True, slots=True)
class Engine:
    """podman or docker: its command and the environment it needs; `base` overrides the Dockerfile's, if not empty."""

    command: str
    environment: Mapping[str, str]
    base: str = ""

    def line(self, arguments: Sequence[str]) -> list[str]:
        """Return the whole command line, for whoever starts the process himself."""
        return [self.command, *arguments]

    def __call__(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run it to its end. A failure that was not asked for shows what the engine said."""
        done = subprocess.run(
            self.line(arguments), env=dict(self.environment), capture_output=True, text=True, check=False
        )
        if check and done.returncode:
            tail = (done.stdout + done.stderr)[-6000:]
            raise AssertionError(f"{shlex.join(self.line(arguments))} ended with {done.returncode}:\n{tail}")
        return done

    def build(self, context: Path, tag: str) -> None:
        """Build `context`'s Dockerfile, unchanged; a stand-in base is in the store and is never pulled."""
        override = ["--build-arg", f"BASE={self.base}"] if self.base else ["--pull=never"]
        self("build", *override, "--tag", tag, str(context))

    def inside(self, image: str, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run another program than the action in a fresh container of `image`."""
        program, *rest = command
        return self("run", "--rm", "--network", "none", "--entrypoint", program, image, *rest, check=check)


def why_not(environment: Mapping[str, str], user: int) -> str:
    """Return the reason why no engine can be had here, in a sentence that says what to do; empty when one can."""
    if user == 0 or environment.get("WAYBILL_CONTAINER_BASE"):
        return ""
    return (
        "needs root, to make a container engine and a base image from Debian's packages: `sudo make test-container`;"
        " or, where docker or podman reach a container registry, set WAYBILL_CONTAINER_BASE=python:3.13-slim"
    )


def prepared(folder: Path) -> Engine:
    """Prepare the engine in `folder` (half a minute when it is new) and read what the script says of it."""
    done = subprocess.run([str(SCRIPT), str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"{SCRIPT.name} ended with {done.returncode}:\n{done.stderr[-6000:]}")
    environment = dict(os.environ)
    for line in (folder / "env").read_text().splitlines():
        for word in shlex.split(line)[1:]:
            name, _, value = word.partition("=")
            environment[name] = value
    return Engine(environment["WAYBILL_ENGINE"], environment, environment.get("WAYBILL_CONTAINER_BASE", ""))
