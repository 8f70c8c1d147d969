"""What to say of a path that does not exist: where it was looked up, and which existing name is nearest."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from waybill.errors import Fault
from waybill.packing.names import printable

MOST_NAMES = 2000
"""Names of one directory that are compared; a hint is not worth more time."""


def missing(line: str, path: Path, workspace: Path) -> Fault:
    """Return the fault of a line that names `path`, where there is nothing, or a link that leads nowhere."""
    if path.is_symlink():
        target = printable(str(path.readlink()))
        return Fault("path", printable(line), f"is a symbolic link to {target!r}, which does not exist.")
    rule = "does not exist" if line.startswith("/") else f"does not exist in the workspace {str(workspace)!r}"
    rule += "; `~` is not expanded." if line.startswith("~") else "."
    rule += " `{a,b}` is no glob: write a line for each." if "{" in line else ""
    return Fault("path", printable(line), rule + hint(path, workspace))


def hint(path: Path, workspace: Path) -> str:
    """Return a sentence that names the existing path nearest to a missing one, or nothing."""
    close = nearest(path)
    if close is None:
        return ""
    known_as = close.relative_to(workspace) if close.is_relative_to(workspace) else close
    return f" The nearest name there is {printable(str(known_as))!r}."


def nearest(path: Path) -> Path | None:
    """Return the existing path most like `path`: its first part that is not there, replaced by the closest name."""
    from difflib import get_close_matches  # noqa: PLC0415 - needed for a slip only

    wrong = path
    while not wrong.parent.is_dir():
        if wrong.parent == wrong:
            return None
        wrong = wrong.parent
    try:
        known = {other.name.lower(): other.name for other in islice(wrong.parent.iterdir(), MOST_NAMES)}
    except OSError:
        return None
    close = get_close_matches(wrong.name.lower(), known, n=1)
    if not close:
        return None
    found = wrong.parent / known[close[0]]
    whole = found / path.relative_to(wrong)
    return whole if whole.exists() else found
