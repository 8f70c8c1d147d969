"""Delays and failures put in on purpose, for tests and demonstrations. Pure.

{"pipeline": "...", "action": "...", ...}    with one or more of
  "fail": "message", "code": "JobFailed"       the action fails, instead of doing its work
  "seconds": 2.5                               it takes so long; an approval times out after so long
  "hold": true                                 it waits until it is released
  "times": 3                                   for so many runs (default 1)
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from waybill.sandbox.engine.refusals import Refusal

_MEMBERS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "pipeline": str, "action": str, "fail": str, "code": str, "seconds": (int, float), "hold": bool, "times": int,
}  # fmt: skip


@dataclass(slots=True, kw_only=True, eq=False)
class Fault:
    """What happens to the next `times` runs of an action."""

    pipeline: str
    action: str
    fail: str | None = None
    code: str = "JobFailed"
    seconds: float | None = None
    hold: bool = False
    times: int = 1
    released: threading.Event = field(default_factory=threading.Event)


def read(document: Mapping[str, Any]) -> Fault:
    """Return what a JSON object asks for; raises `Refusal`."""
    wrong = [name for name, value in document.items() if name not in _MEMBERS or not isinstance(value, _MEMBERS[name])]
    if wrong or not {"pipeline", "action"} <= document.keys():
        raise Refusal("ValidationException", f"pipeline and action are needed, and {sorted(_MEMBERS)} are known")
    return Fault(**document)


class Faults:
    """All that were asked for, oldest first."""

    def __init__(self) -> None:
        self._asked: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Let it happen from the next run on."""
        with self._lock:
            self._asked.append(fault)

    def take(self, pipeline: str, action: str) -> Fault | None:
        """Return what happens to a run that begins now, and count it."""
        with self._lock:
            for fault in self._asked:
                if (fault.pipeline, fault.action) == (pipeline, action) and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    def clear(self, pipeline: str | None = None, action: str | None = None) -> None:
        """Forget what was asked for (of a pipeline, of an action), and release what is held by it."""
        with self._lock:
            gone = [
                fault for fault in self._asked if pipeline in (None, fault.pipeline) and action in (None, fault.action)
            ]
            self._asked = [fault for fault in self._asked if fault not in gone]
        for fault in gone:
            fault.released.set()
