"""What runs now, at the bottom of a terminal: a line for each action, with how long it has run."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from waybill.report.ink import Ink

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID


def console_of(stream: TextIO, ink: Ink) -> Console:
    """Return rich's console on a terminal, on which nothing is markup."""
    from rich.console import Console  # noqa: PLC0415 - rich takes longer to import than most commands take to plan

    return Console(
        file=stream,
        force_terminal=True,
        color_system="standard" if ink.colour else None,
        markup=False,
        highlight=False,
        emoji=False,
    )


class Running:
    """Lines that live until what they tell has ended. Not thread-safe; `close` gives the cursor back."""

    def __init__(self, stream: TextIO, ink: Ink) -> None:
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - as above

        self._ink = ink
        self._tasks: dict[str, TaskID] = {}
        self._lines: Progress = Progress(
            SpinnerColumn("dots" if ink.symbols else "line", style="cyan"),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=console_of(stream, ink),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._lines.start()

    def began(self, name: str, text: str) -> None:
        """Show what runs now."""
        if name not in self._tasks:
            self._tasks[name] = self._lines.add_task(self._ink.encodable(text), total=None)

    def ended(self, name: str) -> None:
        """Take its line away."""
        task = self._tasks.pop(name, None)
        if task is not None:
            self._lines.remove_task(task)

    def say(self, line: str) -> None:
        """Write above the lines."""
        self._lines.console.print(self._ink.encodable(line), soft_wrap=True)

    def close(self) -> None:
        """Take all lines away."""
        self._lines.stop()
