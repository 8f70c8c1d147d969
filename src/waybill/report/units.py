"""Sizes, durations, rates, counts and lists as people read them."""

from __future__ import annotations

from collections.abc import Iterable

from waybill.domain.listing import listing as joined


def size(count: int) -> str:
    """Return bytes in binary units: `512 bytes`, `1.5 KiB`, `16.0 MiB`."""
    if count < 1024:
        return "1 byte" if count == 1 else f"{count} bytes"
    value = float(count)
    for unit in ("KiB", "MiB", "GiB"):
        value /= 1024
        if round(value, 1) < 1024:
            return f"{value:.1f} {unit}"
    return f"{value / 1024:.1f} TiB"


def exact_size(count: int) -> str:
    """Return a size with its exact number of bytes where the first leaves digits out: `16.0 MiB (16,777,216 bytes)`."""
    return size(count) if count < 1024 else f"{size(count)} ({count:,} bytes)"


def duration(seconds: float) -> str:
    """Return seconds as `40 ms`, `1.4 s`, `2 min 5 s` or `1 h 2 min`."""
    if seconds < 0.1:
        return f"{round(max(seconds, 0.0) * 1000)} ms"
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def rate(bytes_per_second: float) -> str:
    """Return a rate in decimal units, as networks are measured: `850 kB/s`, `4.2 MB/s`, `310 MB/s`, `1.2 GB/s`."""
    value = max(bytes_per_second, 0.0) / 1000
    for unit in ("kB/s", "MB/s"):
        if round(value) < 1000:
            return f"{value:.1f} {unit}" if round(value, 1) < 10 else f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} GB/s"


def percent(done: int, total: int) -> str:
    """Return how much of the total is done, rounded down: `100 %` is said only of the whole."""
    return f"{min(max(done, 0) * 100 // total, 100) if total > 0 else 100} %"


def count(number: int, noun: str) -> str:
    """Return a number and its noun: `1 region`, `3 regions`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listing(items: Iterable[str], limit: int = 8) -> str:
    """Return `a, b and c`, shortened beyond `limit`: `a, b and 3 more`."""
    names = list(items)
    if len(names) > limit:
        names = [*names[: limit - 1], f"{len(names) - limit + 1} more"]
    return joined(names)
