"""Ranges of versions, as npm and Cargo users write them: `^1.4`, `~1.2.3`, `1.x`, `>=1.2 <2`, `1.2 || 2.1`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from waybill.domain.versions import Version

RULE = "must be a version, the name of a channel, or a range such as `^1.4`, `~1.2.3`, `1.x` or `>=1.2 <2`."

_PART = re.compile(
    r"(?P<operator>\^|~|>=|<=|>|<|=)?"
    r"(?P<major>\d+|[xX*])(?:\.(?P<minor>\d+|[xX*]))?(?:\.(?P<patch>\d+|[xX*]))?(?P<rest>-[0-9A-Za-z.-]+)?",
    re.ASCII,
)
_LOOSE = re.compile(r"(\^|~|>=|<=|>|<|=)\s+")


@dataclass(frozen=True, slots=True)
class Range:
    """Alternatives, each a number of bounds that all hold.

    A pre-release is inside only where a bound of the same MAJOR.MINOR.PATCH names a pre-release itself: nobody who
    writes `^1.4` means `2.0.0-rc.1`, nor `1.5.0-rc.1`.
    """

    text: str
    alternatives: tuple[tuple[_Bound, ...], ...]

    @classmethod
    def parse(cls, text: str) -> Range:
        """Raise `ValueError` where the text is no range."""
        found = []
        for alternative in text.split("||"):
            words = _LOOSE.sub(r"\1", alternative.strip()).split()
            if not words:
                raise ValueError(RULE)
            found.append(tuple(bound for word in words for bound in _bounds(word)))
        return cls(text, tuple(found))

    def __contains__(self, version: Version) -> bool:
        """Whether a version is inside."""
        return any(_holds(bounds, version) for bounds in self.alternatives)


@dataclass(frozen=True, slots=True)
class _Bound:
    holds: Callable[[Version, Version], bool]
    version: Version


def _holds(bounds: tuple[_Bound, ...], version: Version) -> bool:
    if version.is_prerelease:
        named = [bound.version for bound in bounds if bound.version.is_prerelease]
        if not any(one.core == version.core for one in named):
            return False
    return all(bound.holds(version, bound.version) for bound in bounds)


def _bounds(word: str) -> list[_Bound]:
    match = _PART.fullmatch(word)
    if match is None:
        raise ValueError(RULE)
    given = [int(part) for part in _until_wild(match["major"], match["minor"], match["patch"])]
    if match["rest"] and len(given) < 3:  # nobody can tell what a pre-release of many versions is
        raise ValueError(RULE)
    operator = match["operator"] or "="
    if not given:
        return []
    low = [*given, 0, 0][:3]
    base = Version(".".join(map(str, low)) + (match["rest"] or ""))
    whole = len(given) == 3
    match operator:
        case "=" if whole:
            return [_Bound(lambda one, bound: one == bound, base)]
        case ">=":
            return [_at_least(base)]
        case "<":
            return [_below(base)]
        case ">":
            return [_Bound(lambda one, bound: one > bound, base) if whole else _at_least(_next(given, len(given) - 1))]
        case "<=":
            return [_Bound(lambda one, bound: one <= bound, base) if whole else _below(_next(given, len(given) - 1))]
        case "^":
            moving = next((place for place, number in enumerate(given) if number), len(given) - 1)
            return [_at_least(base), _below(_next(given, moving))]
        case "~":
            return [_at_least(base), _below(_next(given, min(1, len(given) - 1)))]
        case _:
            return [_at_least(base), _below(_next(given, len(given) - 1))]


def _until_wild(*parts: str | None) -> list[str]:
    """Return the numbers. Raises `ValueError` for one that comes after a wildcard: which is meant?"""
    found: list[str] = []
    wild = False
    for part in parts:
        if part is None or part in {"x", "X", "*"}:
            wild = True
            continue
        if wild:
            raise ValueError(RULE)
        if part != "0" and part.startswith("0"):
            raise ValueError(RULE)
        found.append(part)
    return found


def _at_least(version: Version) -> _Bound:
    return _Bound(lambda one, bound: one >= bound, version)


def _below(version: Version) -> _Bound:
    return _Bound(lambda one, bound: one < bound, version)


def _next(given: list[int], place: int) -> Version:
    """Return the first version whose number at `place` is one higher; not even a pre-release of it is below."""
    numbers = [*given[:place], given[place] + 1, 0, 0][:3]
    return Version(".".join(map(str, numbers)))
