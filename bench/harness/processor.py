"""Processor time, from /proc: the machine's, and that of processes that are still running. Units: seconds."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICK = 1.0 / os.sysconf("SC_CLK_TCK")


def machine_seconds() -> float:
    """Return how long all cores together have been busy since boot, stolen time included."""
    first = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
    user, nice, system, _idle, _waiting, irq, softirq, steal = (int(part) for part in first.split()[1:9])
    return (user + nice + system + irq + softirq + steal) * _TICK


def process_seconds(pids: Iterable[int]) -> float:
    """Return the user and system time of these processes together."""
    return sum(_one(pid) for pid in pids)


def _one(pid: int) -> float:
    # The program's name stands in parentheses and may hold anything; the fields after it are plain.
    after = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(after[11]) + int(after[12])) * _TICK
