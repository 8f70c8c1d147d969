"""Failures that are put in on purpose: what was asked for, how often it happens, and until when. Pure."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeAlias, TypeVar

from waybill.sandbox.engine.refusals import Refusal

Types: TypeAlias = Mapping[str, type | tuple[type, ...]]
"""What a JSON object may have, and of which types."""

_OF_CALLS: Final[Types] = {"service": str, "operation": str, "code": str, "message": str, "times": int}


class Planted(Protocol):
    """What happens the next `times`; whoever is held by it waits for `released`."""

    times: int

    @property
    def released(self) -> threading.Event:
        """Set when it is forgotten."""


@dataclass(slots=True, kw_only=True, eq=False)
class RefusedCall:
    """What the next `times` calls of an operation are answered."""

    operation: str
    code: str
    service: str = ""
    message: str = "Refused on purpose"
    times: int = 1


F = TypeVar("F", bound=Planted)


def read(document: Mapping[str, Any], make: Callable[..., F], types: Types, needed: set[str]) -> F | RefusedCall:
    """Return what a JSON object asks for: a call's refusal where it names an operation. Raises `Refusal`."""
    of_calls = "operation" in document
    known, needed = (_OF_CALLS, {"operation", "code"}) if of_calls else (types, needed)
    wrong = sorted(name for name, value in document.items() if not isinstance(value, known.get(name, ())))
    missing = sorted(needed - document.keys())
    if wrong or missing:
        raise Refusal(
            "ValidationException", f"wrong or unknown: {wrong}, missing: {missing}; known are {sorted(known)}"
        )
    return RefusedCall(**document) if of_calls else make(**document)


class Plantings(Generic[F]):
    """All that was asked for, oldest first."""

    def __init__(self) -> None:
        self._asked: list[F] = []
        self._calls: list[RefusedCall] = []
        self._lock = threading.Lock()

    def add(self, planted: F | RefusedCall) -> None:
        """Let it happen from now on."""
        with self._lock:
            if isinstance(planted, RefusedCall):
                self._calls.append(planted)
            else:
                self._asked.append(planted)

    def check(self, operation: str) -> None:
        """Raise `Refusal` where a call of `operation` is to be refused, and count it."""
        with self._lock:
            for call in self._calls:
                if call.operation == operation and call.times > 0:
                    call.times -= 1
                    raise Refusal(call.code, call.message)

    def first(self, meant: Callable[[F], bool]) -> F | None:
        """Return the oldest that is meant and still to happen, and count it."""
        with self._lock:
            for one in self._asked:
                if one.times > 0 and meant(one):
                    one.times -= 1
                    return one
        return None

    def forget(self, meant: Callable[[F], bool], *, calls: bool) -> None:
        """Forget what is meant, and release what is held by it; with `calls` none is refused any more."""
        with self._lock:
            if calls:
                self._calls.clear()
            gone = [one for one in self._asked if meant(one)]
            self._asked = [one for one in self._asked if one not in gone]
        for one in gone:
            one.released.set()
