"""Reads the directories below a base, and gathers the files that the patterns choose, with every fault among them.

Only what is chosen can be at fault: a broken link that no pattern wants is nobody's business. Directories that nothing
wanted can be in are not read. Anything named `.git` is left out, always: a checkout's `.git/config` may hold a token,
and a `.git` file names a place of one machine.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from waybill.errors import Fault
from waybill.packing.links import LinkRefused, circles, follow
from waybill.packing.names import is_git, printable, text_of
from waybill.packing.patterns import Matcher, Progress
from waybill.packing.reading import open_to_read
from waybill.packing.values import Entry


@dataclass(frozen=True, slots=True)
class _Directory:
    """A directory still to read: where it really is, the names below it so far, and where links were followed to it."""

    real: str
    prefix: str
    wanted: Progress
    unwanted: Progress
    jumps: tuple[str, ...]


class Walk:
    """One walk below `base`. `entries` come in no order; `used` are the indexes of the patterns that chose a file.

    Where it starts is `base`; `shown` turns an entry's name into the path that a person knows it by.
    """

    def __init__(self, base: Path, wanted: Matcher, unwanted: Matcher, shown: Callable[[str], str]) -> None:
        self.entries: list[Entry] = []
        self.faults: list[Fault] = []
        self.used: set[int] = set()
        self.base = base
        self._wanted = wanted
        self._unwanted = unwanted
        self._shown = shown
        self._root = Path(os.path.realpath(base))
        self._todo = [_Directory(str(self._root), "", wanted.at(base), unwanted.at(base), ())]

    def run(self) -> None:
        """Read every directory. Faults are gathered, never raised."""
        while self._todo:
            directory = self._todo.pop()
            try:
                with os.scandir(directory.real) as found:
                    items = list(found)
            except OSError as error:
                self._use(directory.wanted)
                self._fault(directory.prefix.rstrip("/"), unreadable(error))
                continue
            for item in items:
                if not is_git(item.name):
                    self._visit(directory, item)

    def _visit(self, parent: _Directory, item: os.DirEntry[str]) -> None:
        text = text_of(item.name)
        name = parent.prefix + text
        wanted = self._wanted.step(parent.wanted, text)
        unwanted = self._unwanted.step(parent.unwanted, text)
        if not wanted or self._unwanted.matched(unwanted):
            return
        here = _Directory(item.path, name + "/", wanted, unwanted, parent.jumps)
        try:
            if item.is_symlink():
                self._link(Path(item.path), name, here, parent.real)
            elif item.is_dir(follow_symlinks=False):
                self._todo.append(here)
            else:
                self._file(name, Path(item.path), item.stat(follow_symlinks=False), wanted)
        except OSError as error:
            self._fault(name, unreadable(error))

    def _link(self, link: Path, name: str, here: _Directory, parent: str) -> None:
        is_directory = _is_directory(link)
        if not is_directory and not self._wanted.matched(here.wanted):
            return
        try:
            real = follow(link, self._root)
            jumps = (*here.jumps, parent)
            if is_directory and circles(str(real), jumps):
                raise LinkRefused("which holds the link itself. Remove the link, or leave it out.")
        except LinkRefused as refused:
            self._use(here.wanted)
            self._fault(name, f"is a symbolic link to {printable(str(link.readlink()))!r}, {refused}")
            return
        if is_directory:
            self._todo.append(_Directory(str(real), here.prefix, here.wanted, here.unwanted, jumps))
        else:
            self._file(name, real, real.stat(), here.wanted)

    def _file(self, name: str, real: Path, status: os.stat_result, wanted: Progress) -> None:
        chosen_by = self._wanted.matched(wanted)
        if not chosen_by:
            return
        self.used |= chosen_by
        rule = objection_to(real, status)
        if rule:
            self._fault(name, rule)
        else:
            executable = bool(status.st_mode & stat.S_IXUSR)
            self.entries.append(Entry(name=name, source=real, size=status.st_size, executable=executable))

    def _use(self, wanted: Progress) -> None:
        # What might have been behind a fault is not also said to match nothing.
        self.used |= {index for index, _ in wanted}

    def _fault(self, name: str, rule: str) -> None:
        self.faults.append(Fault("path", printable(self._shown(name)), rule))


def objection_to(path: Path, status: os.stat_result) -> str:
    """Return why something that is not a directory cannot be packed, or nothing."""
    if not stat.S_ISREG(status.st_mode):
        return f"is {_kind(status.st_mode)}, not a file. Leave it out."
    try:
        # Asking for permission is not enough: only opening meets every way to be refused.
        os.close(open_to_read(path))
    except OSError as error:
        return unreadable(error)
    return ""


def _kind(mode: int) -> str:
    kinds = (
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISBLK, "a block device"),
        (stat.S_ISCHR, "a character device"),
    )
    return next((kind for test, kind in kinds if test(mode)), "something special")


def unreadable(error: OSError) -> str:
    """Return the rule that something broke by not letting itself be read."""
    advice = " Let the user who runs this read it." if isinstance(error, PermissionError) else ""
    return f"cannot be read: {error.strerror}.{advice}"


def _is_directory(link: Path) -> bool:
    try:
        return stat.S_ISDIR(link.stat().st_mode)
    except OSError:
        return False
