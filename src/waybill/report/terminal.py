"""The reporter for a terminal: a live bar for each region. rich is imported when the first bar is drawn, not before."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from waybill.domain.plan import Plan
from waybill.domain.result import RegionResult
from waybill.errors import WaybillError
from waybill.progress import Event, Finished, Packed, Planned, RegionEnded, Sent, Stepped, Warned
from waybill.report import text, words
from waybill.report.ink import Ink
from waybill.report.narrate import Clock, narrate, of_deploy
from waybill.report.plain import PlainReporter, Writer
from waybill.report.running import Running, console_of
from waybill.report.units import percent, rate

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from waybill.domain.deploy.telling import Deploying


def reporter_for(stream: TextIO, clock: Clock, environment: Mapping[str, str]) -> TerminalReporter | PlainReporter:
    """Return the live reporter for a terminal, the plain one for everything else (`TERM=dumb` is no terminal).

    Colour is left out where `NO_COLOR` is set to anything (https://no-color.org).
    """
    if not stream.isatty() or environment.get("TERM", "") in {"dumb", "unknown"}:
        return PlainReporter(stream, clock)
    return TerminalReporter(stream, clock, colour=not environment.get("NO_COLOR"))


class TerminalReporter:
    """Implements `Reporter` on a terminal. The bars go away at the end, and the text of the result takes their place.

    While a pipeline is followed, a line for each action that runs stands in their place.

    `close` gives the terminal back (its cursor is hidden while bars are drawn); it may be called at any time.
    `plan` is the plan once it is told.
    """

    def __init__(self, stream: TextIO, clock: Clock, *, colour: bool = True) -> None:
        self._stream = stream
        self._clock = clock
        self._ink = Ink.of(stream, colour=colour)
        self._writer = Writer(stream, self._ink)
        self.plan: Plan | None = None
        self._warned: set[str] = set()
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._begun: dict[str, float] = {}
        self._running: Running | None = None
        self._lock = threading.RLock()  # a signal handler may tell while its own thread is telling

    def tell(self, event: Event) -> None:
        """Take one event."""
        with self._lock:
            try:
                self._tell(event)
            except (OSError, ValueError):  # the terminal went away: the work goes on
                self.close()

    def fail(self, error: WaybillError) -> None:
        """Show an error that ended the command before it had a result."""
        self.close()
        self._writer.line(text.failure(error, self._ink))

    def close(self) -> None:
        """Take the bars away and give the cursor back."""
        with self._lock:
            bars, self._bars = self._bars, None
            running, self._running = self._running, None
            self._tasks.clear()
            try:
                if bars is not None:
                    bars.stop()
                if running is not None:
                    running.close()
            except (OSError, ValueError):
                return

    def _tell(self, event: Event) -> None:
        match event:
            case Stepped(region, step):
                self._show(region, step.value)
            case Sent(region, sent, total):
                self._sent(region, sent, total)
            case RegionEnded(result):
                self._ended(result)
            case Finished(end):
                self.close()
                self._writer.line(text.result(end, self._ink, plan=self.plan, told=self._warned))
            case _ if of_deploy(event):
                self._deploy(event)
            case _:
                if isinstance(event, Planned):
                    self.plan = event.plan
                if isinstance(event, Warned):
                    self._warned.add(event.text)
                line = narrate(event, self._ink)
                if line is not None:
                    self._say(line, prominent=not isinstance(event, Packed | Planned))

    def _say(self, line: str, *, prominent: bool) -> None:
        if self._running is not None:
            self._running.say(line)
        elif self._bars is None:
            self._writer.line(line if prominent else self._ink.dim(line))
        else:
            # rich puts the line above the bars; whatever looks like its markup is only text.
            self._bars.console.print(self._ink.encodable(line), soft_wrap=True)

    def _deploy(self, event: Deploying) -> None:
        """Draw what runs; write what else there is to say above it."""
        from waybill.domain.deploy import telling as told  # noqa: PLC0415 - only a run that deploys needs it
        from waybill.report.deploy_lines import place  # noqa: PLC0415

        match event:
            case told.ActionBegan(run):
                if self._running is None:
                    self._leave()
                    self._running = Running(self._stream, self._ink)
                self._running.began(run.id, place(run))
                return
            case told.ActionEnded(run, _) if self._running is not None:
                self._running.ended(run.id)
            case told.StageBegan():
                return
        self._say(narrate(event, self._ink) or "", prominent=not isinstance(event, told.Noted))

    def _leave(self) -> None:
        """Let the bars stand as they are: a pipeline may take long, and the table comes at its end only."""
        if self._bars is not None:
            self._bars.live.transient = False
        self.close()

    def _show(self, region: str, step: str) -> None:
        if self._running is not None:
            self.close()
        bars = self._bars or self._start()
        if region in self._tasks:
            bars.update(self._tasks[region], description=step)
        else:
            self._tasks[region] = bars.add_task(step, total=None, region=region, share="", speed="")

    def _ended(self, result: RegionResult) -> None:
        mark = words.region_mark(result, self._ink)
        self._show(result.region, f"{mark} {result.outcome.value}")
        if self._bars is not None:
            # A bar that has no total yet would go on pulsing; one that failed stands where it stopped.
            task = next(task for task in self._bars.tasks if task.id == self._tasks[result.region])
            total = task.total or 1
            done = total if result.whole else task.completed
            self._bars.update(task.id, total=total, completed=done, share="", speed="")

    def _sent(self, region: str, sent: int, total: int) -> None:
        if region not in self._tasks:
            self._show(region, "sending the artifact")
        now = self._clock.monotonic()
        elapsed = now - self._begun.setdefault(region, now)
        speed = rate(sent / elapsed) if elapsed > 0 else ""
        if self._bars is not None:
            self._bars.update(self._tasks[region], completed=sent, total=total, share=percent(sent, total), speed=speed)

    def _start(self) -> Progress:
        from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415 - as `console_of` says

        bars = Progress(
            TextColumn("{task.fields[region]}", markup=False),
            BarColumn(complete_style="green", finished_style="green", pulse_style="cyan"),
            TextColumn("{task.fields[share]}", markup=False, justify="right"),
            TextColumn("{task.description}", markup=False),
            TextColumn("{task.fields[speed]}", markup=False, style="dim"),
            console=console_of(self._stream, self._ink),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        bars.start()
        self._bars = bars
        return bars
