"""The real `act`, which runs workflows as GitHub's runner would, against the prepared engine."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from container.engine import ROOT, Engine


@dataclass(frozen=True, slots=True)
class Act:
    """`act` on a copy of this repository; `job_image` stands for GitHub's machine: all it needs is a Python."""

    program: Path
    repository: Path
    environment: Mapping[str, str]
    job_image: str

    def push(self, workflow: str) -> subprocess.CompletedProcess[str]:
        """Run `.github/workflows/{workflow}` for a push; nothing is pulled, fetched or left running."""
        job = ["-W", f".github/workflows/{workflow}", "-P", f"ubuntu-latest={self.job_image}", "--rm"]
        alone = ["--pull=false", "--action-offline-mode", "--no-cache-server", "--container-daemon-socket", "-"]
        return subprocess.run(
            [self.program, "push", *job, *alone],
            cwd=self.repository,
            env=dict(self.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


def copy_of_this_repository(folder: Path) -> Path:
    """Copy what git knows or would take of this tree, as it is now, into a fresh repository with one commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source = ROOT / name
        if not source.is_file():  # deleted, not yet committed
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
        target.chmod(source.stat().st_mode)
    who = ["-c", "user.name=octocat", "-c", "user.email=octocat@example.com"]
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["remote", "add", "origin", "https://github.com/octo/waybill"],
        ["add", "--all"],
        [*who, "commit", "--quiet", "--message=As it is"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull})
    return folder


@contextlib.contextmanager
def docker_host(engine: Engine, folder: Path) -> Iterator[dict[str, str]]:
    """Serve Docker's API for `act`: docker has it already, podman gets a service of its own, stopped at the end."""
    if engine.command != "podman":
        yield {name: os.environ[name] for name in ("DOCKER_HOST",) if name in os.environ}
        return
    socket = folder / "engine.sock"
    service = subprocess.Popen(
        engine.line(["system", "service", "--time", "0", f"unix://{socket}"]), env=dict(engine.environment)
    )
    try:
        while not socket.exists():
            if service.poll() is not None:
                raise AssertionError(f"podman's service ended with {service.returncode}")
            time.sleep(0.05)
        yield {"DOCKER_HOST": f"unix://{socket}"}
    finally:
        service.terminate()
        service.wait()


def program() -> Path:
    """Return where `act` is: WAYBILL_TEST_ACT, or where `make test-container` puts it."""
    found = Path(os.environ.get("WAYBILL_TEST_ACT", ROOT / ".venvs" / "lint" / "bin" / "act"))
    if not found.exists():
        raise AssertionError(
            f"no act at {found}: run `make test-container`, which installs it, or set WAYBILL_TEST_ACT"
        )
    return found
