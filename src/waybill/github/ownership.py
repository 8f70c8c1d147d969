"""Files that a container action leaves in the workspace belong to the workspace's owner.

A container action runs as root; what root leaves in the workspace, later steps and the next checkout on a runner of
one's own cannot remove.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WorkspaceOwner:
    """Gives files to whoever owns `root`; does nothing when this process is not root, or root owns it anyway."""

    root: Path
    _geteuid: Callable[[], int] = field(default=os.geteuid, repr=False)
    _chown: Callable[[Path, int, int], None] = field(default=os.lchown, repr=False)

    def give(self, *paths: Path) -> tuple[Path, ...]:
        """Give `paths`, directories with all they hold, to the workspace's owner; return those that could not be.

        Paths outside the workspace are left alone, and symbolic links are given themselves, never what they point
        to: the workspace's content is not trusted with root's powers. A path that is gone is no failure.
        """
        try:
            owner = self.root.stat()
        except OSError:
            return ()
        if self._geteuid() != 0 or owner.st_uid == 0:
            return ()
        return tuple(
            one
            for path in paths
            if self._is_inside(path)
            for one in _with_content(path)
            if not self._given(one, owner.st_uid, owner.st_gid)
        )

    def make_directory(self, path: Path) -> tuple[Path, ...]:
        """Make `path` and its missing parents, and give those that were made; return those that could not be given."""
        missing = [one for one in (path, *path.parents) if not one.exists()]
        path.mkdir(parents=True, exist_ok=True)
        return tuple(one for made in reversed(missing) for one in self.give(made))

    def _given(self, path: Path, uid: int, gid: int) -> bool:
        try:
            self._chown(path, uid, gid)
        except FileNotFoundError:
            return True
        except OSError:  # no CAP_CHOWN, or a file system that knows no owners
            return False
        return True

    def _is_inside(self, path: Path) -> bool:
        root = self.root.resolve()
        return root in (path.parent.resolve() / path.name).parents


def _with_content(path: Path) -> Iterator[Path]:
    yield path
    if path.is_dir() and not path.is_symlink():
        for directory, directories, files in os.walk(path):
            for name in (*directories, *files):
                yield Path(directory, name)
