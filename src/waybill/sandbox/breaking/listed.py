"""All kinds of misconfiguration."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

from waybill.sandbox.breaking import buckets, identities, keys, parameters, pipelines
from waybill.sandbox.breaking.hands import Hands
from waybill.sandbox.breaking.kinds import Kind

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {kind.name: kind for module in (identities, parameters, buckets, keys, pipelines) for kind in module.KINDS}
)
"""Every kind, by its name."""


def text() -> str:
    """Return the list for people, a line for each kind."""
    width = max(map(len, KINDS)) + 2
    lines = [
        textwrap.fill(kind.says, 100, initial_indent=name.ljust(width), subsequent_indent=" " * width)
        for name, kind in KINDS.items()
    ]
    return "\n".join([*lines, ""])


def break_now(names: Sequence[str], hands: Hands) -> None:
    """Break the sandbox in these ways, for good."""
    for name in names:
        # Only once: what would mend it is never gone on with.
        next(KINDS[name].breaks(hands))


@contextmanager
def broken(names: Sequence[str], hands: Hands) -> Iterator[None]:
    """Break the sandbox in these ways, one after the other; in the end mend it, the last one first."""
    begun = []
    for name in names:
        breaking = KINDS[name].breaks(hands)
        next(breaking)
        begun.append(breaking)
    yield
    for breaking in reversed(begun):
        next(breaking, None)
