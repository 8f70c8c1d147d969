"""Whether two trees are the same."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from waybill.domain.digests import MIB
from waybill.errors import Fault, InputError


def same(new: Path, there: Path, *, check: Callable[[], None] = lambda: None) -> None:
    """Raise `InputError` where what stands in a directory is not what was unpacked; it names the first difference."""
    name = next(_differences(new, there, "", check), None)
    if name is not None:
        rule = f"holds other files than this version ({name[:200]!r} differs): `extract` replaces no directory."
        raise InputError([Fault("to", str(there), rule)], "Give a new or an empty directory, or remove it first.")


def _differences(new: Path, there: Path, below: str, check: Callable[[], None]) -> Iterator[str]:
    mine, theirs = ({entry.name: entry for entry in os.scandir(one)} for one in (new, there))
    for name in sorted(mine.keys() | theirs.keys()):
        check()
        told = f"{below}{name}"
        if name not in mine or name not in theirs:
            yield told
        elif mine[name].is_dir(follow_symlinks=False) and theirs[name].is_dir(follow_symlinks=False):
            yield from _differences(new / name, there / name, f"{told}/", check)
        elif not _alike(new / name, there / name, check):
            yield told


def _alike(new: Path, there: Path, check: Callable[[], None]) -> bool:
    mine, theirs = new.lstat(), there.lstat()
    if stat.S_IFMT(mine.st_mode) != stat.S_IFMT(theirs.st_mode):
        return False
    if stat.S_ISLNK(mine.st_mode):
        return os.readlink(new) == os.readlink(there)  # noqa: PTH115 - which would make `a/.` of `a`
    executable = {bool(one.st_mode & stat.S_IXUSR) for one in (mine, theirs)}
    if not stat.S_ISREG(mine.st_mode) or mine.st_size != theirs.st_size or len(executable) > 1:
        return False
    with new.open("rb") as first, there.open("rb") as second:
        while block := first.read(MIB):
            check()
            if block != second.read(MIB):
                return False
    return True
