"""Where something new waits until it is right: beside its final name, under a name that tells whose it is.

A temporary file or directory is locked for as long as its process lives, so that whoever comes later for the same final
name can tell what a killed process left behind from what another one is writing.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import stat
from contextlib import suppress
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self

PREFIX = ".waybill-"
TRIES = 16


class Lock(Enum):
    """What came of locking. `UNKNOWN`: the file system has no locks, so that nothing there is ever swept."""

    OURS = "ours"
    TAKEN = "taken"
    UNKNOWN = "unknown"


class Landing:
    """A temporary file (or directory) beside `target`. Use as a context manager: what is not kept is removed.

    `descriptor` is open for reading and writing; of a directory it holds the lock only. Raises `OSError`.
    """

    def __init__(self, target: Path, *, directory: bool = False) -> None:
        self.target = target
        self.path = target
        self.descriptor = -1
        self._directory = directory

    def __enter__(self) -> Self:
        sweep(self.target)
        for _ in range(TRIES):
            self.path = self.target.with_name(f"{_mine(self.target)}{secrets.token_hex(8)}")
            self.descriptor = _made(self.path, directory=self._directory)
            # Between making and locking it somebody may have taken it for one that was left behind.
            if _lock(self.descriptor) is not Lock.TAKEN and _is_still(self.path, self.descriptor):
                return self
            os.close(self.descriptor)
        raise FileExistsError(f"no temporary name was free beside {self.target}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()
        os.close(self.descriptor)

    def discard(self) -> None:
        """Remove it, where it is still there. Never raises `OSError`; may be called from another thread."""
        _remove(self.path)

    def keep(self) -> None:
        """Give it its final name, in one step; the disk has the bytes of a file before."""
        if not self._directory:
            os.fsync(self.descriptor)
            with suppress(OSError):
                before = self.target.lstat().st_mode
                if stat.S_ISREG(before):
                    os.fchmod(self.descriptor, before & 0o777)
        self.path.replace(self.target)
        with suppress(OSError):  # some file systems have no such thing
            parent = os.open(self.target.parent, os.O_RDONLY)
            try:
                os.fsync(parent)
            finally:
                os.close(parent)


def sweep(target: Path) -> None:
    """Remove what killed processes left beside `target`; what a living one has locked stays."""
    with suppress(OSError):
        for path in target.parent.iterdir():
            if path.name.startswith(_mine(target)):
                _sweep(path)


def _sweep(path: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            if _lock(descriptor) is Lock.OURS:
                _remove(path)
        finally:
            os.close(descriptor)


def _mine(target: Path) -> str:
    """Return how the temporary names of this target begin: short, however long its own is."""
    return f"{PREFIX}{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]}-"


def _made(path: Path, *, directory: bool) -> int:
    if directory:
        path.mkdir()
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)


def _lock(descriptor: int) -> Lock:
    from fcntl import LOCK_EX, LOCK_NB, flock  # noqa: PLC0415 - not there on Windows

    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return Lock.TAKEN
    except OSError:
        return Lock.UNKNOWN
    return Lock.OURS


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except OSError:
        return False


def _remove(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
