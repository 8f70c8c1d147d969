"""Asks a person at a terminal, on standard error, so that standard output stays the result's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from waybill.cancel import Cancellation, read_line
from waybill.errors import Fault, InputError


class TerminalAsker:
    """Implements `ports.Asker`; a question raises `Cancelled` where somebody asks to stop."""

    def __init__(self, stdin: TextIO, stderr: TextIO, cancellation: Cancellation) -> None:
        self._stdin = stdin
        self._stderr = stderr
        self._cancellation = cancellation

    def tell(self, text: str) -> None:
        """Show lines."""
        self._stderr.write(f"{text}\n")
        self._stderr.flush()

    def ask(self, question: str, default: str) -> str:
        """Return the line that was typed, or the default. Raises `InputError` at the end of the input."""
        self._stderr.write(f"{question} [{default}] " if default else f"{question} ")
        self._stderr.flush()
        line = read_line(self._stdin, self._cancellation)
        if not line:
            self.tell("")
            rule = "the input ended before the questions did."
            raise InputError([Fault("answers", "", rule)], "Nothing was written. Run again, or give --answers FILE.")
        return line.strip() or default


def says_yes(ask: Callable[[str], str], question: str) -> bool:
    """Ask a question; whatever is not a yes is a no."""
    return ask(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
