"""The staged zip: which files it has, and the checksums of what is in them, read where it is stored."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from waybill.commands.proof.ranged import RangedFile
from waybill.domain.deploy.compared import Expected, Kind
from waybill.domain.digests import MIB, Digests
from waybill.errors import ArtifactError
from waybill.ports.bucket import Bucket
from waybill.transfer.checksums import checksum
from waybill.unpacking.directory import count_entries

MOST_ENTRIES = 200_000
"""Of a zip that is looked into: some 100 MiB of memory."""

METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ENCRYPTED = 0x1
ADVICE = "Stage a whole zip, or set `verify-deployed: never`."


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedArtifact:
    """An artifact where it is staged, and what its bytes are."""

    bucket: Bucket
    key: str
    digests: Digests

    def stream(self, start: int, end: int) -> Iterator[bytes]:
        """Yield its bytes from a position to before another."""
        return self.bucket.stream(self.key, start=start, end=end)


class Zipped:
    """A staged zip. `files` in the order of its directory; `notes` are sentences on entries that are none."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._infos = archive.infolist()
        self._computed: dict[tuple[int, Kind], str] = {}
        links = [info for info in self._infos if stat.S_ISLNK(info.external_attr >> 16)]
        odd = [info for info in self._infos if "\0" in info.orig_filename]
        left_out = {id(info) for info in (*links, *odd)}
        self.files = tuple(
            _expected(number, info)
            for number, info in enumerate(self._infos)
            if not info.orig_filename.endswith("/") and id(info) not in left_out
        )
        self.others = frozenset(info.orig_filename for info in links)
        self.notes = tuple(_notes(self.files, len(links), len(odd)))

    def digest(self, file: Expected, kind: Kind) -> str:
        """Return a checksum of what a file holds, read once. Raises `ArtifactError` where the zip is damaged there.

        Zips are read fastest in the order of their directory.
        """
        known = self._computed.get((file.number, kind))
        if known is None:
            with readable(), self._archive.open(self._infos[file.number]) as content:
                known = checksum(kind, iter(lambda: content.read(MIB), b""))
            self._computed[file.number, kind] = known
        return known


@contextmanager
def opened(artifact: StagedArtifact, check: Callable[[], None]) -> Iterator[Zipped]:
    """Open a staged artifact as a zip. Raises `ArtifactError` where it is none, or has too many entries."""
    with RangedFile(artifact.stream, artifact.digests.size, check) as raw:
        file = cast("BinaryIO", io.BufferedReader(raw, 64 * 1024))
        try:
            count = count_entries(file, MOST_ENTRIES)
        except ArtifactError as error:
            why = error.what.rpartition(": ")[2]
            raise ArtifactError(f"The staged artifact is not a zip that can be read: {why}", ADVICE) from error
        if count > MOST_ENTRIES:
            raise ArtifactError(f"The staged zip has more than {MOST_ENTRIES:,} entries.", ADVICE)
        with readable():
            archive = zipfile.ZipFile(file)
        with archive:
            yield Zipped(archive)


@contextmanager
def readable() -> Iterator[None]:
    """Say what is wrong with the zip."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OverflowError) as error:
        raise ArtifactError(f"The staged zip cannot be read: {str(error).rstrip('.')}.", ADVICE) from error


def _expected(number: int, info: zipfile.ZipInfo) -> Expected:
    encrypted = bool(info.flag_bits & ENCRYPTED)
    return Expected(
        name=info.orig_filename,
        size=info.file_size,
        # Of an encrypted entry the directory may say 0.
        known={} if encrypted else {Kind.CRC32: f"{info.CRC:08x}"},
        number=number,
        readable=not encrypted and info.compress_type in METHODS,
    )


def _notes(files: tuple[Expected, ...], links: int, odd: int) -> Iterator[str]:
    encrypted = sum(not file.known for file in files)
    twice = len(files) - len({file.name for file in files})
    if encrypted:
        yield f"{_are(encrypted)} encrypted: only the size was compared."
    if twice:
        yield f"{_are(twice)} under a name that another has: either may have been deployed."
    if links:
        yield f"{_are(links)} not compared: symbolic links."
    if odd:
        yield f"{_are(odd)} not compared: their names hold a NUL."


def _are(count: int) -> str:
    return "1 entry of the zip is" if count == 1 else f"{count} entries of the zip are"
