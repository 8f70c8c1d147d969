"""Several names in a sentence."""

from __future__ import annotations

from collections.abc import Sequence


def listing(names: Sequence[str]) -> str:
    """Return `a, b and c`; nothing for none."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
