"""`survey`: what does `path` name? Looks at the file system, writes nothing, and names every fault in one go."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path

from waybill.errors import Fault, InputError
from waybill.packing import names
from waybill.packing.gathering import MEANT, Terms, directory, globs
from waybill.packing.nearest import missing
from waybill.packing.patterns import has_wildcard
from waybill.packing.values import Entry, Selection
from waybill.packing.walk import objection_to, unreadable


def survey(path_input: str, *, workspace: Path, allow_empty: bool, compress: bool) -> Selection:
    """Return what `path_input` names; nothing is written, and of files only names, sizes and permissions are read.

    One line that names a file: that file (a link is followed wherever it leads, since the user named it). One line
    that names a directory, itself perhaps a link: everything below it. Anything else: globs, see `patterns`. A single
    line that exists as it stands is no glob. Relative paths are relative to `workspace`; `~` is not expanded; space
    around a line is not part of it. A zip holds files only, so empty directories vanish. Anything named `.git` is
    left out of zips.

    Raises InputError with every fault, each named `path`.
    """
    terms = Terms(Path(os.path.normpath(workspace.absolute())), allow_empty=allow_empty, compress=compress)
    lines = [line for line in (line.strip(" \t") for line in re.split("[\r\n]+", path_input)) if line]
    if not lines:
        raise InputError([Fault("path", "", "is empty. Name a file, a directory or globs.", "dist/app.zip")])
    impossible = [line for line in lines if not _possible(line)]
    if impossible:
        rule = "holds characters that no path can."
        raise InputError(Fault("path", ascii(line)[1:-1], rule) for line in impossible)
    try:
        return globs(lines, terms) if _are_globs(lines, terms.workspace) else _one(lines[0], terms)
    except OSError as error:
        raise InputError([Fault("path", names.printable("\n".join(lines)), unreadable(error))]) from error


def _are_globs(lines: Sequence[str], workspace: Path) -> bool:
    if len(lines) > 1:
        return True
    line = lines[0]
    return (has_wildcard(line) or line.startswith("!")) and not os.path.lexists(workspace / line)


def _possible(line: str) -> bool:
    try:
        return b"\0" not in os.fsencode(line)
    except UnicodeEncodeError:
        return False


def _one(line: str, terms: Terms) -> Selection:
    path = terms.workspace / line
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise InputError([missing(line, path, terms.workspace)]) from None
    return directory(line, terms) if stat.S_ISDIR(status.st_mode) else _file(line, path, status, terms)


def _file(line: str, path: Path, status: os.stat_result, terms: Terms) -> Selection:
    name = names.text_of(path.name)
    rules = [objection_to(path, status)]
    if line.endswith("/"):
        rules.append("is a file, not a directory. Leave the `/` away.")
    if names.objection(name):
        rules.append(f"this name {names.objection(name)}")
    if stat.S_ISREG(status.st_mode) and not status.st_size and not terms.allow_empty:
        rules.append(f"is an empty file (0 bytes). {MEANT}")
    faults = [Fault("path", names.printable(line), rule) for rule in rules if rule]
    if faults:
        raise InputError(faults)
    executable = bool(status.st_mode & stat.S_IXUSR)
    entry = Entry(name=name, source=path, size=status.st_size, executable=executable)
    return Selection(entries=(entry,), is_archive=False, compress_ignored=terms.compress)
