"""Names of files that came from elsewhere: which of them may be made on this machine."""

from __future__ import annotations

from unicodedata import category

MAX_BYTES = 255
"""What file systems take as one name."""

MAX_PATH_BYTES = 1024

_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{number}" for number in range(10)), *(f"lpt{number}" for number in range(10))}
)


def part_fault(name: str) -> str | None:
    """Return what is wrong with one part of a path inside an archive, or None."""
    if name in {"", ".", ".."}:
        return "is no name"
    if "/" in name or "\\" in name:
        return "has a slash or a backslash in it"
    if any(category(character) in {"Cc", "Cs"} for character in name):
        return "has a control character or broken Unicode in it"
    if len(name.encode("utf-8")) > MAX_BYTES:
        return f"has more than {MAX_BYTES} bytes"
    return None


def stored_name_fault(name: str) -> str | None:
    """Return why a stored file name is not restored, or None.

    Whoever staged the version chose it, not whoever downloads: it must stay in its directory, and must be no name that
    means something to this machine (a device's, or one that begins with a dot, such as `.bashrc` and `.git`).
    """
    if fault := part_fault(name):
        return fault
    if name.startswith("."):
        return "begins with a dot"
    if name.partition(".")[0].rstrip(" ").lower() in _DEVICES:
        return "is the name of a device on Windows"
    if ":" in name:
        return "has a colon in it"
    if name != name.strip() or name.endswith("."):
        return "begins or ends with a space, or ends with a dot"
    return None
