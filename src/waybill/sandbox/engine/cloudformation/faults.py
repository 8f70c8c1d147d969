"""Failures and delays of resources, put in on purpose, for tests and demonstrations. Pure.

Each is asked for with a JSON object, `{"stack": "...", "resource": "LogicalId"}`, with one or more of

    "fail": "message"   making, changing or deleting it fails, instead of being done
    "seconds": 2.5      it takes so long
    "hold": true        it waits until it is released
    "on": "delete"      it happens when it is deleted; without, when it is made or changed
    "times": 3          so many times (default 1)
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from waybill.sandbox.engine.refusals import Refusal

MAKE: Final = "make"
DELETE: Final = "delete"
_KNOWN: Final[Mapping[str, type | tuple[type, ...]]] = {
    "stack": str, "resource": str, "fail": str, "seconds": (int, float), "hold": bool, "on": str, "times": int,
}  # fmt: skip


@dataclass(slots=True, kw_only=True, eq=False)
class Fault:
    """What happens to a resource the next `times` that it is made or changed (or deleted)."""

    stack: str
    resource: str
    fail: str | None = None
    seconds: float | None = None
    hold: bool = False
    on: str = MAKE
    times: int = 1
    released: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> None:
        """Wait as long as was asked for."""
        if self.hold or self.seconds is not None:
            self.released.wait(self.seconds)


def read(document: Mapping[str, Any]) -> Fault:
    """Return what a JSON object asks for; raises `Refusal`."""
    wrong = sorted(name for name, value in document.items() if not isinstance(value, _KNOWN.get(name, ())))
    missing = sorted({"stack", "resource"} - document.keys())
    if wrong or missing or document.get("on", MAKE) not in (MAKE, DELETE):
        raise Refusal(
            "ValidationException", f"wrong or unknown: {wrong}, missing: {missing}; known are {sorted(_KNOWN)}"
        )
    return Fault(**document)


class Faults:
    """All that were asked for, oldest first."""

    def __init__(self) -> None:
        self._asked: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Let it happen from now on."""
        with self._lock:
            self._asked.append(fault)

    def take(self, stack: str, resource: str, on: str = MAKE) -> Fault | None:
        """Return what happens to a resource now, and count it."""
        with self._lock:
            for fault in self._asked:
                if (fault.stack, fault.resource, fault.on) == (stack, resource, on) and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    def clear(self, stack: str | None = None, resource: str | None = None) -> None:
        """Forget what was asked for (of a stack, of a resource), and release what is held by it."""
        with self._lock:
            gone = [each for each in self._asked if stack in (None, each.stack) and resource in (None, each.resource)]
            self._asked = [each for each in self._asked if each not in gone]
        for fault in gone:
            fault.released.set()
