"""Where an artifact's bytes come from: a file, or a region that has them already."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol

from waybill.domain.digests import MIB
from waybill.errors import ArtifactError
from waybill.ports.bucket import Bucket


class Source(Protocol):
    """An artifact's bytes: once in order through `readinto`, and any stretch again through `again`."""

    @property
    def size(self) -> int:
        """Bytes, known beforehand."""

    def readinto(self, buffer: memoryview) -> int:
        """Fill `buffer` with the bytes that come next; returns how many, fewer only at the end."""

    def again(self, start: int, end: int) -> Generator[memoryview, None, None]:
        """Yield the bytes from `start` to before `end` once more, for a part that must be sent again."""

    def rewind(self) -> None:
        """Begin anew: `readinto` then starts from the first byte."""


class FileSource:
    """A file, opened without buffering. Use as a context manager."""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self.size = size
        self._file: BinaryIO | None = None
        self._opened: tuple[int, int] | None = None

    def __enter__(self) -> FileSource:
        with _readable(self.path):
            self._file = self.path.open("rb", buffering=0)
            self._opened = self._state()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def readinto(self, buffer: memoryview) -> int:
        """Fill `buffer`. Raises `ArtifactError` at the end where the file was written to since it was opened."""
        if self._file is None:
            raise RuntimeError("the file is not open")
        filled = 0
        with _readable(self.path):
            while filled < len(buffer):
                count: int = self._file.readinto(buffer[filled:])  # type: ignore[attr-defined]  # RawIOBase has it
                if not count:
                    break
                filled += count
            if filled < len(buffer) and self._state() != self._opened:
                raise changed(self.path.name)
        return filled

    def _state(self) -> tuple[int, int] | None:
        """Return what changes when somebody writes to the file, even as many bytes as there were."""
        if self._file is None:
            return None
        found = os.fstat(self._file.fileno())
        return found.st_size, found.st_mtime_ns

    def rewind(self) -> None:
        """Go back to the first byte."""
        if self._file is not None:
            self._file.seek(0)

    def again(self, start: int, end: int) -> Generator[memoryview, None, None]:
        """Read a stretch from an opening of its own, a MiB at a time."""
        buffer = memoryview(bytearray(min(MIB, end - start)))
        with _readable(self.path), self.path.open("rb", buffering=0) as file:
            file.seek(start)
            left = end - start
            while left:
                count = file.readinto(buffer[: min(left, len(buffer))])
                if not count:
                    raise changed(self.path.name)
                yield buffer[:count]
                left -= count


class StoredSource:
    """The artifact as a region holds it: what `resume` works from, without the build."""

    def __init__(self, bucket: Bucket, key: str, size: int) -> None:
        self.size = size
        self._bucket = bucket
        self._key = key
        self._chunks = bucket.stream(key)
        self._rest = memoryview(b"")

    def begin(self) -> None:
        """Ask for the first bytes now, so that a region that does not give them is known before it is relied upon."""
        self._rest = memoryview(next(self._chunks, b""))

    def readinto(self, buffer: memoryview) -> int:
        """Fill `buffer` from the one stream that was opened."""
        filled = 0
        while filled < len(buffer):
            if not self._rest:
                self._rest = memoryview(next(self._chunks, b""))
                if not self._rest:
                    break
            count = min(len(self._rest), len(buffer) - filled)
            buffer[filled : filled + count] = self._rest[:count]
            self._rest = self._rest[count:]
            filled += count
        return filled

    def rewind(self) -> None:
        """Ask for the object anew."""
        self._chunks = self._bucket.stream(self._key)
        self._rest = memoryview(b"")

    def again(self, start: int, end: int) -> Generator[memoryview, None, None]:
        """Ask the region for a stretch once more."""
        for chunk in self._bucket.stream(self._key, start=start, end=end):
            yield memoryview(chunk)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say what the system has against reading this file."""
    try:
        yield
    except OSError as error:
        raise ArtifactError(
            f"{path} cannot be read: {error.strerror or error}.",
            "Nothing of this version was made visible. Keep the file until the step has ended, and run again.",
        ) from error


def changed(name: str) -> ArtifactError:
    """Return the error for bytes that are not what they were a moment ago."""
    return ArtifactError(
        f"{name} changed while it was being read.",
        "Nothing of this version was made visible. Let the build end before it is staged, and run again.",
    )
