"""Why somebody does it: one line, which is kept for good in what a run writes."""

from __future__ import annotations

from unicodedata import category

from waybill.inputs.reading import Reading

LONGEST = 1000


def read_reason(reading: Reading) -> str:
    """Return why, on one line; empty where nothing is given. What cannot be stored, or shown, is a fault."""
    reason = " ".join((reading.given("reason") or "").split())
    if len(reason) > LONGEST:
        reading.fault("reason", f"must have at most {LONGEST} characters; it has {len(reason)}.")
    if any(category(character) in {"Cc", "Cs"} for character in reason):
        reading.fault("reason", "has a control character or broken Unicode in it.")
    return reason
