"""The inputs of download, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from waybill.domain import selector
from waybill.domain.digests import MAX_SIZE
from waybill.domain.download import DownloadRequest, ExtractLimits
from waybill.errors import Fault, InputError
from waybill.inputs.beside import read_packages
from waybill.inputs.place import read_place
from waybill.inputs.reading import Reading
from waybill.inputs.release import read_project
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.download import DOWNLOAD
from waybill.inputs.typed import command_line

MOST_ENTRIES = 10_000_000

_SIZE = re.compile(r"(\d{1,15}) ?(|KiB|MiB|GiB|TiB)", re.ASCII)
_UNITS = ("", "KiB", "MiB", "GiB", "TiB")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Where `to` is looked for: `folder` is what it is relative to, and `confined` says that it must lie inside."""

    folder: Path
    confined: bool = False


def read(
    values: Mapping[str, str],
    around: Surroundings,
    faults: Sequence[Fault] = (),
    *,
    disk: Disk,
    home: str | None = None,
) -> DownloadRequest:
    """Return the request. Raises `InputError` with every fault; `home` is the region that this machine is in."""
    reading = Reading(DOWNLOAD.inputs, values)
    reading.faults.extend(faults)
    reading.require("project", "version")
    project = read_project(reading)
    wanted = reading.parsed("version", selector.parse)
    place = read_place(reading, around)
    package = read_packages(reading, around, project, wanted.version if isinstance(wanted, selector.Exactly) else None)
    extract, restore = reading.flag("extract"), reading.flag("filename")
    limits = _limits(reading, extract=extract)
    if extract and restore:
        reading.fault("filename", "is of no use with `extract`, which keeps no archive.", value="true")
    text = reading.given("to")
    to, directory = _destination(reading, text, disk, extract=extract, restore=restore)
    reading.flag("summary")
    if reading.faults or wanted is None:
        raise InputError(reading.in_order(), "Nothing was touched.")
    return DownloadRequest(
        identity=place.identity,
        overrides=place.overrides,
        configuration_parameter=place.configuration_parameter,
        config_regions=place.config_regions,
        project=project,
        wanted=wanted,
        wanted_text=reading.text("version"),
        to=to,
        directory=directory,
        restore=True if restore else None if text is None and not extract else False,
        base=None if text and Path(text).is_absolute() else disk.folder,
        limits=limits if extract else None,
        home=home,
        again=command_line(DOWNLOAD, values),
        package=package,
    )


def _destination(reading: Reading, text: str | None, disk: Disk, *, extract: bool, restore: bool) -> tuple[Path, bool]:
    """Return the path and whether it is a directory in which the artifact gets a name; faults go to `reading`."""
    if text is None:
        return disk.folder, True
    if "\0" in text:
        reading.fault("to", "has a NUL in it, which no path has.")
        return disk.folder, True
    to = disk.folder / text
    if disk.confined and not _inside(to, disk.folder):
        reading.fault("to", "is outside the workspace, where later steps do not see it. Give a path inside, relative.")
    try:
        mode: int | None = to.stat().st_mode
    except FileNotFoundError:
        mode = None
    except OSError as error:
        reading.fault("to", f"cannot be used: {error.strerror}.")
        return to, False
    directory = extract or restore or text.endswith(("/", os.sep)) or (mode is not None and stat.S_ISDIR(mode))
    if mode is not None and not stat.S_ISDIR(mode) and (directory or not stat.S_ISREG(mode)):
        reading.fault("to", "is there, and is no directory." if directory else "is neither a file nor a directory.")
    if extract and _inside(disk.folder, to):
        reading.fault("to", "is the current directory, or around it: `extract` needs a directory of its own.")
    return to, directory and not extract


def _inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _limits(reading: Reading, *, extract: bool) -> ExtractLimits:
    size = reading.parsed("extract-limit", _bytes) or 0
    entries = reading.parsed("extract-entries", _entries) or 0
    for name in ("extract-limit", "extract-entries"):
        given = reading.given(name)
        if given is not None and given.strip() != DOWNLOAD.input(name).default and not extract:
            reading.fault(name, "is of no use without `extract`.")
    return ExtractLimits(size=size, entries=entries)


def _bytes(text: str) -> int:
    match = _SIZE.fullmatch(text.strip())
    size = int(match[1]) * 1024 ** _UNITS.index(match[2]) if match else 0
    if not 0 < size <= MAX_SIZE:
        raise ValueError("must be a number of bytes from 1 to 5 TiB, such as 1048576, 500MiB or 10GiB.")
    return size


def _entries(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    if not 0 < number <= MOST_ENTRIES:
        raise ValueError(f"must be a number from 1 to {MOST_ENTRIES}.")
    return number
