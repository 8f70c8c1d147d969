"""Delays, failures and refused calls put in on purpose, for tests and demonstrations. Pure.

Each is asked for with a JSON object. `{"pipeline": "...", "action": "..."}`, with one or more of

    "fail": "message", "code": "JobFailed"   the action fails, instead of doing its work;
    "url": "...", "log": "arn:..."           then its external link and its log stream
    "seconds": 2.5                           it takes so long; an approval times out after so long
    "hold": true                             it waits until it is released
    "times": 3                               for so many runs (default 1)

or `{"operation": "GetPipelineState", "code": "ThrottlingException", "message": "...", "times": 3}`: CodePipeline
refuses so many calls of an operation.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from waybill.sandbox.engine.refusals import Refusal

_Types = Mapping[str, type | tuple[type, ...]]
_OF_ACTIONS: Final[_Types] = {
    "pipeline": str, "action": str, "fail": str, "code": str, "seconds": (int, float), "hold": bool, "times": int,
    "url": str, "log": str,
}  # fmt: skip
_OF_CALLS: Final[_Types] = {"operation": str, "code": str, "message": str, "times": int}


@dataclass(slots=True, kw_only=True, eq=False)
class Fault:
    """What happens to the next `times` runs of an action."""

    pipeline: str
    action: str
    fail: str | None = None
    code: str = "JobFailed"
    url: str = ""
    log: str = ""
    seconds: float | None = None
    hold: bool = False
    times: int = 1
    released: threading.Event = field(default_factory=threading.Event)


@dataclass(slots=True, kw_only=True, eq=False)
class RefusedCall:
    """What the next `times` calls of an operation are answered."""

    operation: str
    code: str
    message: str = "Refused on purpose"
    times: int = 1


def read(document: Mapping[str, Any]) -> Fault | RefusedCall:
    """Return what a JSON object asks for; raises `Refusal`."""
    of_calls = "operation" in document
    known, needed = (_OF_CALLS, {"operation", "code"}) if of_calls else (_OF_ACTIONS, {"pipeline", "action"})
    wrong = sorted(name for name, value in document.items() if not isinstance(value, known.get(name, ())))
    missing = sorted(needed - document.keys())
    if wrong or missing:
        raise Refusal(
            "ValidationException",
            f"wrong or unknown: {wrong}, missing: {missing}; known are {sorted(known)}",
        )
    return RefusedCall(**document) if of_calls else Fault(**document)


class Faults:
    """All that were asked for, oldest first."""

    def __init__(self) -> None:
        self._asked: list[Fault] = []
        self._calls: list[RefusedCall] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault | RefusedCall) -> None:
        """Let it happen from the next run or call on."""
        with self._lock:
            if isinstance(fault, Fault):
                self._asked.append(fault)
            else:
                self._calls.append(fault)

    def check(self, operation: str) -> None:
        """Raise `Refusal` where a call of `operation` is to be refused, and count it."""
        with self._lock:
            for call in self._calls:
                if call.operation == operation and call.times > 0:
                    call.times -= 1
                    raise Refusal(call.code, call.message)

    def take(self, pipeline: str, action: str) -> Fault | None:
        """Return what happens to a run that begins now, and count it."""
        with self._lock:
            for fault in self._asked:
                if (fault.pipeline, fault.action) == (pipeline, action) and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    def clear(self, pipeline: str | None = None, action: str | None = None) -> None:
        """Forget what was asked for (of a pipeline, of an action), and release what is held by it.

        With neither, calls are no longer refused.
        """
        with self._lock:
            if pipeline is None and action is None:
                self._calls.clear()
            gone = [
                fault for fault in self._asked if pipeline in (None, fault.pipeline) and action in (None, fault.action)
            ]
            self._asked = [fault for fault in self._asked if fault not in gone]
        for fault in gone:
            fault.released.set()
