"""Failures and delays of resources, and refused calls, put in on purpose, for tests and demonstrations. Pure.

Each is asked for with a JSON object, `{"stack": "...", "resource": "LogicalId"}`, with one or more of

    "fail": "message"   making, changing or deleting it fails, instead of being done
    "seconds": 2.5      it takes so long
    "hold": true        it waits until it is released
    "on": "delete"      it happens when it is deleted; without, when it is made or changed
    "on": "validate"    with "fail": a change set with it ends FAILED, as early validation does
    "times": 3          so many times (default 1)

(the stack's name may have * in it: those of a StackSet are StackSet-NAME-...)

or `{"service": "cloudformation", "operation": "DescribeStackEvents", "code": "Throttling", "times": 3}`: CloudFormation
refuses so many calls of an operation, with `message`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

from waybill.sandbox.engine.refusals import Refusal

MAKE: Final = "make"
DELETE: Final = "delete"
VALIDATE: Final = "validate"
SERVICE: Final = "cloudformation"
_Types = Mapping[str, type | tuple[type, ...]]
_OF_RESOURCES: Final[_Types] = {
    "stack": str, "resource": str, "fail": str, "seconds": (int, float), "hold": bool, "on": str, "times": int,
}  # fmt: skip
_OF_CALLS: Final[_Types] = {"service": str, "operation": str, "code": str, "message": str, "times": int}


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


@dataclass(slots=True, kw_only=True, eq=False)
class RefusedCall:
    """What the next `times` calls of an operation are answered."""

    operation: str
    code: str
    service: str = SERVICE
    message: str = "Refused on purpose"
    times: int = 1


def read(document: Mapping[str, Any]) -> Fault | RefusedCall:
    """Return what a JSON object asks for; raises `Refusal`."""
    of_calls = "operation" in document
    known, needed = (_OF_CALLS, {"operation", "code"}) if of_calls else (_OF_RESOURCES, {"stack", "resource"})
    wrong = sorted(name for name, value in document.items() if not isinstance(value, known.get(name, ())))
    missing = sorted(needed - document.keys())
    if wrong or missing or document.get("on", MAKE) not in (MAKE, DELETE, VALIDATE):
        raise Refusal(
            "ValidationException", f"wrong or unknown: {wrong}, missing: {missing}; known are {sorted(known)}"
        )
    return RefusedCall(**document) if of_calls else Fault(**document)


class Faults:
    """All that were asked for, oldest first."""

    def __init__(self) -> None:
        self._asked: list[Fault] = []
        self._calls: list[RefusedCall] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault | RefusedCall) -> None:
        """Let it happen from now on."""
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

    def take(self, stack: str, resource: str, on: str = MAKE) -> Fault | None:
        """Return what happens to a resource now, and count it."""
        with self._lock:
            for fault in self._asked:
                meant = fnmatchcase(stack, fault.stack) and (fault.resource, fault.on) == (resource, on)
                if meant and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    def clear(self, stack: str | None = None, resource: str | None = None) -> None:
        """Forget what was asked for (of a stack, of a resource), and release what is held by it.

        With neither, calls are no longer refused.
        """
        with self._lock:
            if stack is None and resource is None:
                self._calls.clear()
            gone = [each for each in self._asked if stack in (None, each.stack) and resource in (None, each.resource)]
            self._asked = [each for each in self._asked if each not in gone]
        for fault in gone:
            fault.released.set()
