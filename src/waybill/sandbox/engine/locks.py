"""One lock for each object, so that check-then-write is one step, as it is in S3.

moto checks If-None-Match, stores the object and then sets its metadata, while other threads read: two writers could
both win, and a reader could see an object without its metadata.
"""

from __future__ import annotations

import threading
from typing import Final

_STRIPES: Final = 256


class ObjectLocks:
    """Re-entrant locks by bucket and key; different objects may share one, which only costs time."""

    def __init__(self) -> None:
        self._locks = tuple(threading.RLock() for _ in range(_STRIPES))

    def of(self, bucket: str, key: str) -> threading.RLock:
        """Return the lock of one object; use it in a `with`."""
        return self._locks[hash((bucket, key)) % _STRIPES]
