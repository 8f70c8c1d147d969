"""The reporter for streams that are no terminal: a line for each step, progress every five seconds at most."""

from __future__ import annotations

import threading
from typing import TextIO

from waybill.domain.plan import Plan
from waybill.errors import WaybillError
from waybill.progress import Event, Finished, Planned, RegionEnded, Sent, Warned
from waybill.report import text
from waybill.report.ink import Ink
from waybill.report.narrate import Clock, Pace, narrate


class Writer:
    """Writes whole lines to a stream, in what characters it has. A stream that has gone away is let go in silence."""

    def __init__(self, stream: TextIO, ink: Ink) -> None:
        self.ink = ink
        self._stream = stream
        self._gone = False

    def line(self, line: str = "") -> None:
        """Write one or more lines."""
        if self._gone:
            return
        try:
            self._stream.write(f"{self.ink.encodable(line)}\n")
            self._stream.flush()
        except (OSError, ValueError):  # a reader that went away, or a closed file: the work goes on
            self._gone = True


class PlainReporter:
    """Implements `Reporter` with plain lines. Ends with the text of the result. `plan` is the plan once it is told.

    A warning is shown when it happens, beside what it is about and though the run may never end; and once only.
    """

    def __init__(self, stream: TextIO, clock: Clock, *, ink: Ink | None = None) -> None:
        self._ink = ink or Ink.of(stream)
        self._writer = Writer(stream, self._ink)
        self._pace = Pace(clock, self._ink)
        self._warned: set[str] = set()
        self.plan: Plan | None = None
        self._lock = threading.RLock()  # a signal handler may tell while its own thread is telling

    def tell(self, event: Event) -> None:
        """Take one event."""
        with self._lock:
            match event:
                case Sent():
                    line = self._pace.sent(event)
                case Finished(end):
                    line = f"\n{text.result(end, self._ink, plan=self.plan, told=self._warned)}"
                case _:
                    line = narrate(event, self._ink)
            if isinstance(event, Planned):
                self.plan = event.plan
            if isinstance(event, Warned):
                self._warned.add(event.text)
            if isinstance(event, RegionEnded):
                self._pace.ended(event.result.region)
            if line is not None:
                self._writer.line(line)

    def fail(self, error: WaybillError) -> None:
        """Show an error that ended the command before it had a result."""
        with self._lock:
            self._writer.line(text.failure(error, self._ink))

    def close(self) -> None:
        """Nothing is held open."""
