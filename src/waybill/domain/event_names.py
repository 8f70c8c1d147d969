"""Names of events that are not taken: one run may do two things to a version in one second."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from waybill.domain.events import event_name


def free_name(at: str, run_id: str, taken: Collection[str]) -> str:
    """Return the name for an event of `at` (ISO 8601 UTC), or of the first second after that is free."""
    while (name := event_name(at, run_id)) in taken:
        at = (datetime.fromisoformat(at) + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return name
