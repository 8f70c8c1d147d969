"""The bench server as a child process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from drain.world import ACCESS_KEY, SECRET_KEY

CREDENTIALS = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}


class DrainServer:
    """Runs from `with` to its end. `endpoint` is its URL, `ca` the certificate to trust, `pid` and `workers` are
    its processes.
    """

    endpoint: str
    ca: Path
    pid: int
    workers: tuple[int, ...]

    def __init__(self, script: Path, folder: Path) -> None:
        self._command = [sys.executable, str(script), "--control", "--folder", str(folder)]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        ready = json.loads(self._line())
        self.endpoint, self.ca = f"https://127.0.0.1:{ready['port']}", Path(ready["ca"])
        self.pid, self.workers = ready["pid"], tuple(ready["workers"])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate(timeout=10)

    def holders(self, key: str) -> dict[str, int]:
        """Return bucket -> size in bytes of what the server holds under `key`."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{key}\n")
        found: dict[str, int] = json.loads(self._line())
        return found

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The bench server ended; its own message is above.")
        return line
