"""A directory of text files."""

from __future__ import annotations

from typing import Protocol


class Folder(Protocol):
    """A directory, which need not exist yet. Paths are below it, with slashes. All raise `InputError`."""

    def read(self, path: str) -> str | None:
        """Return the text of a file; None where there is none."""

    def write(self, path: str, text: str) -> None:
        """Write a file whole or not at all."""

    def remove(self, path: str) -> None:
        """Delete a file."""
