"""Makes files, directories and links below one directory of our own, and nowhere else.

Symbolic links are made last, when everything else is there: so nothing can be written through one. Then each is
followed to its end, which must be inside.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from waybill.domain.download import ExtractLimits
from waybill.domain.filenames import MAX_PATH_BYTES, part_fault
from waybill.unpacking.entries import Entry, Kind, refused, too_much

T = TypeVar("T")


class Tree:
    """What is being unpacked. `root` is an empty directory; `count` the files, directories and links made so far.

    Every method raises `ArtifactError` for what is refused, and `OSError` where the disk will not have it.
    """

    def __init__(self, root: Path, limits: ExtractLimits, check: Callable[[], None]) -> None:
        self._root = root
        self._limits = limits
        self._check = check
        self._made: dict[str, Kind] = {}
        self._links: list[tuple[str, Entry]] = []
        self._written = 0

    @property
    def count(self) -> int:
        """How many entries there are, directories that were only implied included."""
        return len(self._made)

    def add(self, entry: Entry) -> None:
        """Make one entry."""
        self._check()
        parts = _parts(entry.name)
        name = "/".join(parts)
        if entry.kind is Kind.DIRECTORY:
            self._directories(parts, entry)
            return
        if not parts:
            raise refused(entry.name, "has no name")
        self._directories(parts[:-1], entry)
        if name in self._made:
            raise refused(entry.name, "is there twice")
        self._take(name, entry.kind)
        match entry.kind:
            case Kind.FILE:
                self._file(name, entry)
            case Kind.HARDLINK:
                self._hard_link(name, entry)
            case _:
                self._links.append((name, entry))

    def finish(self) -> int:
        """Make the symbolic links, and return how many entries there are."""
        for name, entry in self._links:
            self._check()
            _stays_inside(name, entry)
            (self._root / name).symlink_to(entry.link)
        inside = self._root.resolve()
        for name, entry in self._links:
            self._check()
            # Links in links may lead out though each by itself does not.
            if not Path(os.path.realpath(self._root / name)).is_relative_to(inside):
                raise refused(entry.name, f"is a link that leads out of the archive: {entry.link[:200]!r}")
        return self.count

    def _directories(self, parts: list[str], entry: Entry) -> None:
        for depth in range(1, len(parts) + 1):
            name = "/".join(parts[:depth])
            kind = self._made.get(name)
            if kind is None:
                self._take(name, Kind.DIRECTORY)
                self._exclusively(entry, (self._root / name).mkdir)
            elif kind is not Kind.DIRECTORY:
                raise refused(entry.name, f"lies below {name!r}, which is a {kind.value}")

    def _file(self, name: str, entry: Entry) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        mode = 0o777 if entry.executable else 0o666
        descriptor = self._exclusively(entry, lambda: os.open(self._root / name, flags, mode))
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            size = 0
            for chunk in entry.chunks():
                self._check()
                size += len(chunk)
                self._written += len(chunk)
                if self._written > self._limits.size:
                    raise too_much(f"more than {self._limits.size:,} bytes in its files", "extract-limit")
                _write(file.fileno(), chunk)
        if size != entry.size:
            raise refused(entry.name, f"has {size} bytes, and not the {entry.size} that the archive says")

    def _hard_link(self, name: str, entry: Entry) -> None:
        other = "/".join(_parts(entry.link))
        if other == name or self._made.get(other) not in {Kind.FILE, Kind.HARDLINK}:
            raise refused(entry.name, f"is a hard link to {entry.link[:200]!r}, which is no file before it")
        os.link(self._root / other, self._root / name, follow_symlinks=False)

    def _take(self, name: str, kind: Kind) -> None:
        self._made[name] = kind
        if len(self._made) > self._limits.entries:
            raise too_much(f"more than {self._limits.entries:,} entries", "extract-entries")

    @staticmethod
    def _exclusively(entry: Entry, make: Callable[[], T]) -> T:
        """Make what must not be there; some file systems take two names for one."""
        try:
            return make()
        except FileExistsError as error:
            raise refused(entry.name, "is there twice, as this file system writes names") from error


def _parts(name: str) -> list[str]:
    """Return the parts of an entry's name; `./a//b/` is `a/b`. Raises `ArtifactError` where it leads anywhere else."""
    if name.startswith("/"):
        raise refused(name, "is an absolute path")
    parts = [part for part in name.split("/") if part not in {"", "."}]
    for part in parts:
        if part == "..":
            raise refused(name, "leads out of the archive")
        if fault := part_fault(part):
            raise refused(name, fault)
    if len("/".join(parts).encode("utf-8")) > MAX_PATH_BYTES:
        raise refused(name, f"is a path of more than {MAX_PATH_BYTES} bytes")
    return parts


def _stays_inside(name: str, entry: Entry) -> None:
    """Raise `ArtifactError` where a link's own words lead out of the archive, be it only on the way."""
    link = entry.link
    fault = "is an empty link" if not link else None
    if link.startswith("/") or "\0" in link:
        fault = f"is a link to an absolute path: {link[:200]!r}"
    if len(link.encode("utf-8", "surrogatepass")) > MAX_PATH_BYTES:
        fault = "is a link to a path that is too long"
    depth = name.count("/")
    for part in link.split("/"):
        depth += {"": 0, ".": 0, "..": -1}.get(part, 1)
        if depth < 0:
            fault = fault or f"is a link that leads out of the archive: {link[:200]!r}"
    if fault:
        raise refused(entry.name, fault)


def _write(descriptor: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(descriptor, view) :]
