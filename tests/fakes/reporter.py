"""A reporter that remembers."""

from __future__ import annotations

from threading import Lock
from typing import TypeVar

from waybill.progress import Event

E = TypeVar("E")


class RecordingReporter:
    """Implements `progress.Reporter`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._events: list[Event] = []

    def tell(self, event: Event) -> None:
        """Take one event."""
        with self._lock:
            self._events.append(event)

    @property
    def events(self) -> list[Event]:
        """Everything told so far, in order."""
        with self._lock:
            return list(self._events)

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of one type, in order."""
        return [event for event in self.events if isinstance(event, kind)]
