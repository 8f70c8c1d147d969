"""The two forms of `path` that become a zip: a directory, and globs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from waybill.errors import Fault, InputError
from waybill.packing import names
from waybill.packing.nearest import hint, missing
from waybill.packing.patterns import BadPattern, Matcher, Pattern, common_base, escaped, literally, parse
from waybill.packing.values import Selection
from waybill.packing.walk import Walk

MEANT = "Say `allow-empty: true` if that is meant."
"""What to do about a path that holds nothing."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds whatever `path` names: the absolute workspace, and the inputs `allow-empty` and `compress`."""

    workspace: Path
    allow_empty: bool
    compress: bool


def directory(line: str, terms: Terms) -> Selection:
    """Return everything below the directory that `line` names. Raises InputError with every fault, and OSError."""
    base = terms.workspace / line
    _refuse_git(base, line, terms.workspace)
    plain = Path(os.path.normpath(base))
    # The name of the workspace and of what is above it belongs to the machine, not to the artifact.
    name = None if terms.workspace.is_relative_to(plain) else names.text_of(plain.name)
    faults = []
    if name and names.objection(name):
        faults.append(Fault("path", names.printable(line), f"this name {names.objection(name)}"))
    walk = Walk(base, Matcher([literally(line, base)]), Matcher([]), _shown(base, terms.workspace))
    walk.run()
    return _selection(walk, faults, line, f"{name}.zip" if name else None, terms)


def globs(lines: Sequence[str], terms: Terms) -> Selection:
    """Return what the lines choose and leave out. Raises InputError with every fault, and OSError."""
    faults, wanted, unwanted = _parsed(lines, terms.workspace)
    if not wanted:
        rule = "only leaves out. Name what to put in, too."
        raise InputError(faults or [Fault("path", "\n".join(lines), rule, "dist/**")])
    base = common_base(wanted)
    _refuse_git(base, wanted[0].line, terms.workspace)
    walk = Walk(base, Matcher(wanted), Matcher(unwanted), _shown(base, terms.workspace))
    if base.is_dir():
        walk.run()
    for index, pattern in enumerate(wanted):
        if index not in walk.used and not (terms.allow_empty and _is_directory(pattern)):
            faults.append(_unmatched(pattern, terms.workspace, left_out=bool(unwanted)))
    return _selection(walk, faults, "\n".join(lines), None, terms)


def _parsed(lines: Sequence[str], workspace: Path) -> tuple[list[Fault], list[Pattern], list[Pattern]]:
    faults: list[Fault] = []
    wanted: list[Pattern] = []
    unwanted: list[Pattern] = []
    for line in lines:
        leaves_out = line.startswith("!")
        try:
            pattern = parse(line.removeprefix("!").strip(), workspace)
        except BadPattern as bad:
            faults.append(Fault("path", names.printable(line), str(bad)))
            continue
        if leaves_out:
            unwanted.append(pattern)
        elif any(names.is_git(part) for part in line.split("/")):
            faults.append(Fault("path", names.printable(line), names.NEVER_GIT))
        else:
            wanted.append(pattern)
    return faults, wanted, unwanted


def _selection(walk: Walk, faults: list[Fault], line: str, name: str | None, terms: Terms) -> Selection:
    shown = _shown(walk.base, terms.workspace)
    entries = sorted(walk.entries, key=lambda entry: names.in_bytes(entry.name))
    faults += sorted(walk.faults, key=lambda fault: fault.value)
    faults += names.bad_names(entries, shown)
    faults += names.clashes(entries, shown)
    if not faults and not entries and not terms.allow_empty:
        faults.append(Fault("path", names.printable(line), f"holds no files. {MEANT}"))
    if faults:
        raise InputError(faults)
    return Selection(entries=tuple(entries), is_archive=True, archive_name=name, compress=terms.compress)


def _unmatched(pattern: Pattern, workspace: Path, *, left_out: bool) -> Fault:
    path = workspace / pattern.line
    if pattern.literal and not os.path.lexists(pattern.lead):
        return missing(pattern.line, pattern.lead, workspace)
    rest = " but what the lines that begin with `!` leave out" if left_out else ""
    if _is_directory(pattern):
        return Fault("path", names.printable(pattern.line), f"holds no files{rest}. {MEANT}")
    where = "" if pattern.line.startswith("/") else f" in the workspace {str(workspace)!r}"
    rule = f"matches no file{where}{rest}."
    if not pattern.literal and os.path.lexists(path):
        rule += f" To name the file of just this name among several lines, write {escaped(pattern.line)!r}."
    elif not os.path.lexists(pattern.lead):
        rule += hint(pattern.lead, workspace)
    return Fault("path", names.printable(pattern.line), rule)


def _is_directory(pattern: Pattern) -> bool:
    return pattern.literal and pattern.lead.is_dir()


def _refuse_git(base: Path, line: str, workspace: Path) -> None:
    real, space = Path(os.path.realpath(base)), Path(os.path.realpath(workspace))
    below = real.relative_to(space) if real.is_relative_to(space) else real
    if any(names.is_git(part) for part in below.parts):
        raise InputError([Fault("path", names.printable(line), names.NEVER_GIT)])


def _shown(base: Path, workspace: Path) -> Callable[[str], str]:
    start = base.relative_to(workspace) if base.is_relative_to(workspace) else base
    return lambda name: str(start / name)
