"""Starts a server on a free loopback port, waits until it answers, and stops just that process."""

from __future__ import annotations

import http.client
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 60.0
"""Seconds until a server that does not answer is given up."""

TRIES = 3
"""A free port may be taken by somebody else before the server binds it; then another is tried."""


def free_port() -> int:
    """Return a port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(
    command: Callable[[int], Sequence[str | Path]],
    environment: Callable[[int], Mapping[str, str]],
    *,
    path: str,
    folder: Path,
) -> Iterator[str]:
    """Yield the endpoint of a server whose `path` answers 200. Its output is kept in `folder`/server.log."""
    process, port = _started(command, environment, path=path, folder=folder)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop(process)


def _started(
    command: Callable[[int], Sequence[str | Path]],
    environment: Callable[[int], Mapping[str, str]],
    *,
    path: str,
    folder: Path,
) -> tuple[subprocess.Popen[bytes], int]:
    log = folder / "server.log"
    for _ in range(TRIES):
        port = free_port()
        with log.open("ab") as output:
            process = subprocess.Popen(
                [str(word) for word in command(port)],
                env=dict(environment(port)),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        if _answers(process, port, path):
            return process, port
        _stop(process)
    raise RuntimeError(f"the server did not come up:\n{log.read_text(errors='replace')[-4000:]}")


def _answers(process: subprocess.Popen[bytes], port: int, path: str) -> bool:
    """Ask until the server answers; False where it ended, or let us wait too long."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200 and process.poll() is None:
                return True
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.05)
    return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
