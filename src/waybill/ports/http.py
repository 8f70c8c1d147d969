"""A page on the web, asked for as a browser would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

LONGEST = 1024 * 1024
"""Bytes of an answer that are read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page answered in the end, redirections followed; `text` is its first MiB."""

    status: int
    text: str


class Asker(Protocol):
    """Asks for pages."""

    def get(self, url: str, *, timeout: float) -> Answer:
        """Return what the page answers, past caches, within `timeout` seconds; whatever its status is.

        Raises `Unavailable`, without the address, where nobody answers or the certificate is not trusted.
        """
