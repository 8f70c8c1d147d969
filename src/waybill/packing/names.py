r"""Names of entries: what may stand in a zip that is the same, and opens, on every machine.

A name is stored in Unicode's normal form NFC: the same file checked out on macOS and on Linux may come in either form,
and must make the same bytes. Refused are names that are not UTF-8, that hold a control character or a backslash (a
separator to some unpackers), that are too long for the format, and two that become one in NFC.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate

from waybill.errors import Fault
from waybill.packing.values import Entry

LONGEST = 0xFFFF
"""Bytes of a name that a zip can hold (APPNOTE.TXT 4.4.10)."""

NEVER_GIT = "names `.git`, which is never packed: a checkout's may hold a token. Name what is to be released."
"""The rule that a line breaks which goes into git's own directory."""

_NOT_UTF8 = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def text_of(name: str) -> str:
    """Return a file's name as text in NFC, whatever the locale; bytes that are not UTF-8 stay lone surrogates."""
    if name.isascii():
        return name
    from unicodedata import normalize  # noqa: PLC0415 - most runs meet ASCII names only

    return normalize("NFC", os.fsencode(name).decode("utf-8", "surrogateescape"))


def in_bytes(name: str) -> bytes:
    """Return the bytes that a name is sorted and stored by."""
    return name.encode("utf-8", "surrogateescape")


def is_git(name: str) -> bool:
    """Tell whether a name is git's own directory; some file systems do not tell upper case from lower."""
    return name.lower() == ".git"


def printable(name: str) -> str:
    r"""Return a name that can be written anywhere: bytes that are not UTF-8 as `\xff`."""
    return in_bytes(name).decode("utf-8", "backslashreplace")


def objection(name: str) -> str:
    """Return the rule that a name breaks, or nothing."""
    if _NOT_UTF8.search(name):
        return "is not UTF-8. Rename it."
    if _CONTROL.search(name):
        return "holds a control character. Rename it."
    if "\\" in name:
        return "holds a backslash, which some unpackers take for a separator. Rename it."
    if len(in_bytes(name)) > LONGEST:
        return f"is longer than the {LONGEST} bytes that a zip can hold. Shorten it."
    return ""


def bad_names(entries: Iterable[Entry], shown: Callable[[str], str]) -> Iterator[Fault]:
    """Yield a fault for every name that cannot be stored; of a directory with such a name, one for all it holds."""
    seen: set[str] = set()
    for entry in entries:
        if not objection(entry.name):
            continue
        culprit = next(upto for upto in _leading(entry.name) if objection(upto))
        if culprit not in seen:
            seen.add(culprit)
            yield Fault("path", printable(shown(culprit)), f"this name {objection(culprit)}")


def clashes(entries: Sequence[Entry], shown: Callable[[str], str]) -> Iterator[Fault]:
    """Yield a fault for every name that NFC gives to two files, or to a file and a directory."""
    sources: dict[str, Entry] = {}
    for entry in entries:
        other = sources.setdefault(entry.name, entry)
        if other is not entry:
            yield _clash(shown(entry.name), other, entry)
    for entry in entries:
        # Without normalisation a file system cannot hold both, so only names that it may have changed are looked at.
        if entry.name.isascii():
            continue
        for upto in list(_leading(entry.name))[:-1]:
            if upto in sources:
                yield _clash(shown(upto), sources[upto], entry)


def _clash(name: str, one: Entry, other: Entry) -> Fault:
    rule = "two names are one in Unicode's normal form NFC. Rename one of"
    return Fault("path", name, f"{rule} {str(one.source)!a} and {str(other.source)!a}.")


def _leading(name: str) -> Iterator[str]:
    return accumulate(name.split("/"), lambda upto, part: f"{upto}/{part}")
