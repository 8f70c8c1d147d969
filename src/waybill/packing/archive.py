"""`pack`: makes the artifact's bytes of what `survey` found."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from waybill.errors import ArtifactError
from waybill.packing.reading import AGAIN, BUFFER, blocks
from waybill.packing.values import Entry, Packed, Selection
from waybill.packing.zipformat import ZipWriter

ZIP_NAME = "artifact.zip"
"""The one file made in the scratch directory."""


def pack(selection: Selection, *, scratch: Path, default_name: str, check: Callable[[], None] = lambda: None) -> Packed:
    """Return the artifact: the file itself, or a zip newly made in `scratch`, an existing directory of this run's own.

    `default_name` is the whole file name for a zip that no directory gives its name to, such as `<project>.zip`.
    `check` is called before every file and block of a zip, and raises when the run is cancelled.

    Raises ArtifactError where a file is no longer what the survey found, or the zip cannot be written; what was
    written of it is removed then, and whenever anything else interrupts.
    """
    if not selection.is_archive:
        return _as_it_is(selection.entries[0])
    path = scratch / ZIP_NAME
    try:
        size = _write(path, selection, check)
    except OSError as error:
        what = f"the zip {str(path)!r} could not be written: {error.strerror}."
        raise ArtifactError(what, "Give the run a temporary directory of its own with room for all files.") from error
    name = selection.archive_name or default_name
    return Packed(path=path, size=size, name=name, is_archive=True, entries=len(selection.entries))


def _as_it_is(entry: Entry) -> Packed:
    try:
        size = entry.source.stat().st_size
    except OSError as error:
        raise ArtifactError(f"{str(entry.source)!r} cannot be read any more: {error.strerror}.", AGAIN) from error
    if size != entry.size:
        what = f"{str(entry.source)!r} changed since it was looked at: it had {entry.size} bytes and now has {size}."
        raise ArtifactError(what, AGAIN)
    return Packed(path=entry.source, size=size, name=entry.name, is_archive=False, entries=1)


def _write(path: Path, selection: Selection, check: Callable[[], None]) -> int:
    # Opened outside the `try`: a file that was there before us is refused (O_EXCL), and not ours to remove.
    with cast("BinaryIO", open(path, "xb", opener=_for_us_alone)) as stream:
        whole = False
        try:
            size = _fill(stream, selection, check)
            whole = True
        finally:
            if not whole:
                path.unlink(missing_ok=True)
    return size


def _fill(stream: BinaryIO, selection: Selection, check: Callable[[], None]) -> int:
    writer = ZipWriter(stream)
    buffer = memoryview(bytearray(BUFFER))
    for entry in selection.entries:
        check()
        writer.add(
            entry.name,
            executable=entry.executable,
            size=entry.size,
            compress=selection.compress,
            blocks=_checked(blocks(entry, buffer), check),
        )
    check()
    return writer.finish()


def _checked(found: Iterator[memoryview], check: Callable[[], None]) -> Iterator[memoryview]:
    for block in found:
        check()
        yield block


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
