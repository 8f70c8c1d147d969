"""What a kind of misconfiguration is, and the list of those that a module has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from waybill.sandbox.breaking.hands import Hands

Breaks: TypeAlias = Callable[[Hands], Iterator[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One misconfiguration: its name, a sentence, and what breaks the sandbox, and mends it when it goes on.

    `identity`: who a command is in the broken sandbox, `user` or `root`.
    """

    name: str
    says: str
    breaks: Breaks
    identity: str = "user"


def kind(name: str, says: str, breaks: Breaks) -> Kind:
    """Return a kind of the usual sort."""
    return Kind(name=name, says=says, breaks=breaks)
