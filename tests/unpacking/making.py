"""Makes archives, the malicious ones too: tools would refuse to."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Made:
    """One entry: a file's bytes; or a link's target; or, with neither, a directory."""

    name: str
    body: bytes | None = None
    link: str | None = None
    hard: bool = False
    mode: int = 0o644
    kind: bytes | None = None


Archive = Callable[[Path, Iterable[Made]], Path]


def as_zip(path: Path, entries: Iterable[Made], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for made in entries:
            info = zipfile.ZipInfo(made.name)
            info.filename = info.orig_filename = made.name  # as it is, be it with a NUL
            info.create_system, info.compress_type = 3, method
            kind = stat.S_IFLNK if made.link is not None else stat.S_IFREG if made.body is not None else stat.S_IFDIR
            info.external_attr = (kind | made.mode) << 16
            archive.writestr(info, made.body if made.body is not None else (made.link or "").encode())
    return path


def as_tar(path: Path, entries: Iterable[Made], mode: str = "w", pax: dict[str, str] | None = None) -> Path:
    with tarfile.open(path, mode, pax_headers=pax or {}) as archive:  # type: ignore[call-overload]
        for made in entries:
            info = tarfile.TarInfo(made.name)
            info.mode, info.size = made.mode, len(made.body or b"")
            info.type = tarfile.REGTYPE if made.body is not None else tarfile.DIRTYPE
            if made.link is not None:
                info.type, info.linkname = tarfile.LNKTYPE if made.hard else tarfile.SYMTYPE, made.link
            info.type = made.kind or info.type
            archive.addfile(info, io.BytesIO(made.body or b""))
    return path


def tree_of(root: Path) -> dict[str, object]:
    """Return what is below a directory: a file's bytes, a link's target after `->`, None for a directory."""
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        else:
            found[name] = path.read_bytes() if path.is_file() else None
    return found
