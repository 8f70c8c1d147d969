"""The port to who writes workflow commands into a runner's log."""

from __future__ import annotations

from typing import Protocol


class Commands(Protocol):
    """What is needed of the writer of workflow commands: it escapes, and neutralises plain text."""

    def line(self, text: str = "") -> None:
        """Write plain text of one or more lines."""

    def notice(self, message: str, *, title: str | None = None) -> None:
        """Write a notice annotation."""

    def warning(
        self, message: str, *, title: str | None = None, file: str | None = None, line: int | None = None
    ) -> None:
        """Write a warning annotation, beside a line of a file of the repository where one is named."""

    def error(
        self, message: str, *, title: str | None = None, file: str | None = None, line: int | None = None
    ) -> None:
        """Write an error annotation, in the same way."""

    def start_group(self, title: str) -> None:
        """Begin a foldable group."""

    def end_group(self) -> None:
        """End the group."""
