"""Versions: SemVer 2.0.0, compared by precedence, and read from tags."""

from __future__ import annotations

import re

from semver import Version as _SemVer

RULE = "must be a SemVer 2.0.0 version: MAJOR.MINOR.PATCH, no leading `v`, no leading zeros, no spaces."

_TAG = re.compile(r"(?:(?P<project>[A-Za-z0-9_.-]+)(?:@|/v?))?(?P<version>.+)", re.DOTALL)


class Version:
    """One immutable version. Equality is of the text; order is SemVer precedence, in which build metadata is ignored.

    So two versions may be neither equal nor apart in order: `<=` and `>=` are then both true.
    """

    __slots__ = ("_parsed", "text")

    def __init__(self, text: str) -> None:
        """Raise `ValueError` when `text` is not exactly one SemVer version."""
        if not text.isascii() or text != text.strip() or "\n" in text:
            raise ValueError(RULE)
        try:
            self._parsed = _SemVer.parse(text)
        except ValueError as error:
            raise ValueError(RULE) from error
        self.text = text

    @property
    def is_prerelease(self) -> bool:
        """Whether the version has a pre-release part (`1.2.3-rc.1`)."""
        return self._parsed.prerelease is not None

    @property
    def core(self) -> tuple[int, int, int]:
        """MAJOR, MINOR, PATCH."""
        return (self._parsed.major, self._parsed.minor, self._parsed.patch)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.text == other.text

    # All four, since `functools.total_ordering` would take "not equal and not lower" for "greater".
    def __lt__(self, other: Version) -> bool:
        return bool(self._parsed.compare(other._parsed) < 0)

    def __le__(self, other: Version) -> bool:
        return bool(self._parsed.compare(other._parsed) <= 0)

    def __gt__(self, other: Version) -> bool:
        return bool(self._parsed.compare(other._parsed) > 0)

    def __ge__(self, other: Version) -> bool:
        return bool(self._parsed.compare(other._parsed) >= 0)

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Version({self.text!r})"


def parse_or_none(text: str) -> Version | None:
    """Return the version that `text` is, or None where it is not SemVer."""
    try:
        return Version(text)
    except ValueError:
        return None


def from_tag(tag: str, project: str) -> Version:
    """Return the version that the tag names: `v1.2.3`, `1.2.3`, `project@1.2.3` or `project/v1.2.3`.

    Raises `ValueError`, with the reason, when the tag names none, or names another project's.
    """
    match = _TAG.fullmatch(tag)
    named = match["project"] if match else None
    text = match["version"] if match else tag
    if named is None and text.startswith("v"):
        text = text[1:]
    version = parse_or_none(text)
    if version is None:
        raise ValueError(f"the tag {tag!r} holds no SemVer version")
    if named is not None and named != project:
        raise ValueError(f"the tag {tag!r} is one of project {named!r}, not of {project!r}")
    return version
