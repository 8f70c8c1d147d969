"""Moments and stretches of time, from texts to seconds. Pure."""

from __future__ import annotations

import re
from datetime import datetime

DURATION_RULE = "must be a time such as `90s`, `60m` or `2h`, of one second to seven days."
LONGEST = 7 * 24 * 3600

_DURATION = re.compile(r"(\d{1,6})(s|m|h|)", re.ASCII)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def parse_duration(text: str) -> float:
    """Return the seconds that a person wrote: `90s`, `60m`, `2h`; a bare number is seconds.

    Raises `ValueError` with the rule.
    """
    match = _DURATION.fullmatch(text.strip())
    seconds = int(match[1]) * _UNITS[match[2]] if match else 0
    if not 1 <= seconds <= LONGEST:
        raise ValueError(DURATION_RULE)
    return float(seconds)


def between(began: str, ended: str) -> float:
    """Return the seconds from one ISO 8601 time to another; 0.0 where either is not known."""
    if not began or not ended:
        return 0.0
    try:
        stretch = datetime.fromisoformat(ended) - datetime.fromisoformat(began)
    except (ValueError, TypeError):
        return 0.0
    return max(0.0, stretch.total_seconds())
