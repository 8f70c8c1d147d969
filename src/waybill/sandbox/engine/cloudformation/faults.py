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

from waybill.sandbox.engine import planted
from waybill.sandbox.engine.planted import Plantings, RefusedCall, Types
from waybill.sandbox.engine.refusals import Refusal

MAKE: Final = "make"
DELETE: Final = "delete"
VALIDATE: Final = "validate"
_OF_RESOURCES: Final[Types] = {
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


def read(document: Mapping[str, Any]) -> Fault | RefusedCall:
    """Return what a JSON object asks for; raises `Refusal`."""
    if document.get("on", MAKE) not in (MAKE, DELETE, VALIDATE):
        raise Refusal("ValidationException", f"on is {MAKE}, {DELETE} or {VALIDATE}")
    return planted.read(document, Fault, _OF_RESOURCES, {"stack", "resource"})


class Faults(Plantings[Fault]):
    """All that were asked for, oldest first."""

    def take(self, stack: str, resource: str, on: str = MAKE) -> Fault | None:
        """Return what happens to a resource now, and count it."""
        return self.first(lambda one: fnmatchcase(stack, one.stack) and (one.resource, one.on) == (resource, on))

    def clear(self, stack: str | None = None, resource: str | None = None) -> None:
        """Forget what was asked for (of a stack, of a resource), and release what is held by it.

        With neither, calls are no longer refused.
        """
        self.forget(
            lambda one: stack in (None, one.stack) and resource in (None, one.resource),
            calls=stack is None and resource is None,
        )
