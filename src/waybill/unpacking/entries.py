"""What archives are made of, whichever their format; and the errors of those that are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from typing import IO

from waybill.domain.digests import MIB
from waybill.errors import ArtifactError


class Kind(Enum):
    """What an entry makes. A hard link names another entry, a symbolic one a path from where it lies."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symbolic link"
    HARDLINK = "hard link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: `name` as the archive has it, `link` what a link names; `chunks` yields a file's bytes, once.

    `size` is what the archive says, in bytes, and is no promise.
    """

    name: str
    kind: Kind
    size: int = 0
    executable: bool = False
    link: str = ""
    chunks: Callable[[], Iterator[bytes]] = lambda: iter(())


def chunks_of(
    opened: Callable[[], IO[bytes] | None], readable: Callable[[], AbstractContextManager[None]]
) -> Iterator[bytes]:
    """Yield a file's bytes in pieces. `readable` is the context to read in: it says what is wrong with the archive."""
    with readable():
        stream = opened()
    if stream is None:
        return
    with stream:
        while True:
            with readable():
                chunk = stream.read(MIB)
            if not chunk:
                return
            yield chunk


def refused(name: str, why: str) -> ArtifactError:
    """Return the error for an entry that could do harm."""
    return ArtifactError(f"The archive was not unpacked: its entry {name[:200]!r} {why}.", ADVICE)


def broken(why: str) -> ArtifactError:
    """Return the error for an archive that cannot be read."""
    return ArtifactError(f"The archive cannot be unpacked: {why}.", ADVICE)


def too_much(why: str, name: str) -> ArtifactError:
    """Return the error for an archive that is larger than the limit that the input `name` gives."""
    return ArtifactError(
        f"The archive was not unpacked: it has {why}.",
        f"Where it is meant to be so large, give a higher `{name}`. Nothing stands under the final name.",
    )


ADVICE = "Download it without `extract` to look into it. Nothing stands under the final name."
