"""What a copy inside S3 is made of: the object to copy from, and how it goes on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CopySource:
    """An object to copy from: exactly this version of it, in a bucket that `owner` must own. `size` in bytes."""

    bucket: str
    owner: str
    region: str
    key: str
    version_id: str | None
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Copying:
    """How a copy goes on: `told` hears how many bytes are copied in all, `check` raises when the run is cancelled.

    `guard` takes what aborts the copy while it is under way, for a run that is cut off (P6).
    """

    told: Callable[[int], object]
    check: Callable[[], None]
    guard: Callable[[Callable[[], None]], AbstractContextManager[None]]
