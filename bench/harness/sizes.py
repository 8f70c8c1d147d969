"""Sizes as people write them, and the files that have them."""

from __future__ import annotations

import os
from pathlib import Path

MIB = 1024 * 1024
_UNITS = {"KiB": 1024, "MiB": MIB, "GiB": 1024 * MIB}


def parse_size(text: str) -> int:
    """Return bytes from `5MiB` or `1 GiB`. Raises ValueError."""
    number, unit = text.strip()[:-3].strip(), text.strip()[-3:]
    if unit not in _UNITS or not number.isdigit() or int(number) == 0:
        raise ValueError(f"{text!r} is not a size such as 5MiB or 1GiB")
    return int(number) * _UNITS[unit]


def show_size(size: int) -> str:
    for unit, factor in reversed(_UNITS.items()):
        if size % factor == 0:
            return f"{size // factor} {unit}"
    return f"{size} bytes"


def write_random(path: Path, size: int) -> None:
    """Write a file that no one can compress, and wait until the disk has it."""
    with path.open("wb") as file:
        for start in range(0, size, MIB):
            file.write(os.urandom(min(MIB, size - start)))
        file.flush()
        os.fsync(file.fileno())


def write_sparse(path: Path, size: int) -> None:
    """Make a file of zeros that takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(size)
