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

from waybill.sandbox.engine import planted
from waybill.sandbox.engine.planted import Plantings, RefusedCall, Types

_OF_ACTIONS: Final[Types] = {
    "pipeline": str, "action": str, "fail": str, "code": str, "seconds": (int, float), "hold": bool, "times": int,
    "url": str, "log": str,
}  # fmt: skip


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


def read(document: Mapping[str, Any]) -> Fault | RefusedCall:
    """Return what a JSON object asks for; raises `Refusal`."""
    return planted.read(document, Fault, _OF_ACTIONS, {"pipeline", "action"})


class Faults(Plantings[Fault]):
    """All that were asked for, oldest first."""

    def take(self, pipeline: str, action: str) -> Fault | None:
        """Return what happens to a run that begins now, and count it."""
        return self.first(lambda one: (one.pipeline, one.action) == (pipeline, action))

    def clear(self, pipeline: str | None = None, action: str | None = None) -> None:
        """Forget what was asked for (of a pipeline, of an action), and release what is held by it.

        With neither, calls are no longer refused.
        """
        self.forget(
            lambda one: pipeline in (None, one.pipeline) and action in (None, one.action),
            calls=pipeline is None and action is None,
        )
