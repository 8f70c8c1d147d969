"""What names a version: itself, a range of versions, or a channel that names it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from waybill.domain.names import is_channel
from waybill.domain.ranges import RULE, Range
from waybill.domain.versions import Version, parse_or_none


@dataclass(frozen=True, slots=True)
class Exactly:
    """This version."""

    version: Version


@dataclass(frozen=True, slots=True)
class Within:
    """The highest stored version inside a range."""

    range: Range


@dataclass(frozen=True, slots=True)
class Named:
    """What a channel names."""

    channel: str


Selector = Exactly | Within | Named


def parse(text: str) -> Selector:
    """Read what a person wrote. Raises `ValueError` with the rule."""
    version = parse_or_none(text)
    if version is not None:
        return Exactly(version)
    if is_channel(text):
        return Named(text)
    return Within(Range.parse(text))


def highest(wanted: Range, stored: Iterable[Version]) -> Version | None:
    """Return the highest stored version inside a range, or None."""
    found: Version | None = None
    for version in stored:
        if version in wanted and (found is None or version > found):
            found = version
    return found


def nearest(wanted: str, stored: Iterable[Version], *, limit: int = 5) -> list[Version]:
    """Return stored versions that may have been meant: those that look alike, else the highest; highest first."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a fault needs it

    every = sorted(stored, reverse=True)
    by_text = {version.text: version for version in every}
    near = [by_text[text] for text in get_close_matches(wanted, by_text, limit, 0.6)]
    return sorted(near, reverse=True) or every[:limit]


__all__ = ["RULE", "Exactly", "Named", "Selector", "Within", "highest", "nearest", "parse"]
