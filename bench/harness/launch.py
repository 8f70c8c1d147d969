"""Starts one peer's processes together, and measures them: wall time, processor time, peak memory."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any

LIMIT = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run: seconds from the first start to the last end, and of all processes together processor seconds
    and the sum of peak resident memory in bytes. `exit_codes` has one for each process."""

    wall: float
    processor: float
    memory: int
    exit_codes: tuple[int, ...]

    @property
    def ok(self) -> bool:
        return not any(self.exit_codes)


def launch(commands: Sequence[list[str]], environment: Mapping[str, str], log: Path) -> Measured:
    """Run all commands at once, with their output in `log`, and wait for all; killed after `LIMIT` seconds."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    log.write_bytes(b"")
    running: set[int] = set()
    timer = Timer(LIMIT, _kill, (running,))
    timer.start()
    try:
        return _watch(commands, dict(environment), actions, running)
    finally:
        timer.cancel()
        _kill(running)  # none are left, unless the bench itself was interrupted


def _watch(
    commands: Sequence[list[str]], environment: dict[str, str], actions: list[Any], running: set[int]
) -> Measured:
    codes, processor, memory = [], 0.0, 0
    begin = time.perf_counter()
    for command in commands:
        running.add(os.posix_spawn(command[0], command, environment, file_actions=actions))
    for pid in sorted(running):
        _, status, usage = os.wait4(pid, 0)
        running.discard(pid)
        codes.append(os.waitstatus_to_exitcode(status))
        processor += usage.ru_utime + usage.ru_stime
        memory += usage.ru_maxrss * 1024
    wall = time.perf_counter() - begin
    return Measured(wall=wall, processor=processor, memory=memory, exit_codes=tuple(codes))


def _kill(running: set[int]) -> None:
    for pid in tuple(running):
        os.kill(pid, signal.SIGKILL)
