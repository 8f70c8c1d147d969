"""Asks a person at a terminal, on standard error, so that standard output stays the result's."""

from __future__ import annotations

import select
from collections.abc import Callable
from typing import TextIO

from waybill.errors import Fault, InputError

GLANCE = 0.1
"""Seconds between two looks for a signal, while somebody thinks."""


class TerminalAsker:
    """Implements `ports.Asker`. `check` raises `Cancelled` where somebody asked to stop."""

    def __init__(self, stdin: TextIO, stderr: TextIO, check: Callable[[], None]) -> None:
        self._stdin = stdin
        self._stderr = stderr
        self._check = check

    def tell(self, text: str) -> None:
        """Show lines."""
        self._stderr.write(f"{text}\n")
        self._stderr.flush()

    def ask(self, question: str, default: str) -> str:
        """Return the line that was typed, or the default. Raises `InputError` at the end of the input."""
        self._stderr.write(f"{question} [{default}] " if default else f"{question} ")
        self._stderr.flush()
        while not select.select([self._stdin], [], [], GLANCE)[0]:
            self._check()
        line = self._stdin.readline()
        if not line:
            self.tell("")
            rule = "the input ended before the questions did."
            raise InputError([Fault("answers", "", rule)], "Nothing was written. Run again, or give --answers FILE.")
        return line.strip() or default


def says_yes(ask: Callable[[str], str], question: str) -> bool:
    """Ask a question; whatever is not a yes is a no."""
    return ask(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
