"""The templates that are part of the product."""

from __future__ import annotations

from typing import Protocol


class Templates(Protocol):
    """The files of `templates/`."""

    def text(self, name: str) -> str:
        """Return the text of a template, by its file's name without `.yaml`."""
