"""A person who answers."""

from __future__ import annotations

from typing import Protocol


class Asker(Protocol):
    """A person at a terminal."""

    def tell(self, text: str) -> None:
        """Show lines."""

    def ask(self, question: str, default: str) -> str:
        """Return the line that was typed, without the spaces around it; the default for an empty one.

        Raises `WaybillError` where nobody answers any more.
        """
