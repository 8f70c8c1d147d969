"""A directory on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from waybill.errors import Fault, InputError


class DiskFolder:
    """Implements `ports.Folder`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, path: str) -> str | None:
        """Return the text of a file; None where there is none. What is no UTF-8 comes as text that equals no other."""
        try:
            return (self._root / path).read_bytes().decode("utf-8", errors="surrogateescape")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._refused(path, "read", error) from error

    def write(self, path: str, text: str) -> None:
        """Write a file whole or not at all."""
        target = self._root / path
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(target)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise self._refused(path, "written", error) from error

    def remove(self, path: str) -> None:
        """Delete a file."""
        try:
            (self._root / path).unlink(missing_ok=True)
        except OSError as error:
            raise self._refused(path, "deleted", error) from error

    def _refused(self, path: str, done: str, error: OSError) -> InputError:
        rule = f"cannot be {done}: {error.strerror or error}."
        return InputError([Fault("directory", str(self._root / path), rule)], "Run again once that is mended.")
