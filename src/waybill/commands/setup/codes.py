"""One exit code for several places."""

from __future__ import annotations

from collections.abc import Collection

from waybill.errors import ExitCode

CANCELLED = frozenset({ExitCode.INTERRUPTED, ExitCode.TERMINATED})


def worst(codes: Collection[ExitCode]) -> ExitCode:
    """Return the cancellation's, where there is one, else the lowest; `OK` where there are none."""
    return next((code for code in codes if code in CANCELLED), min(codes, default=ExitCode.OK))
