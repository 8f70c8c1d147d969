"""The inputs of `setup emit`, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from waybill.domain.setup.estate import Estate
from waybill.errors import Fault, InputError
from waybill.inputs.members import ReadFile, read_file
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.setup_emit import SETUP_EMIT


def read(
    values: Mapping[str, str],
    around: Surroundings,
    workspace: Path,
    faults: Sequence[Fault] = (),
    *,
    confined: bool = False,
    file: ReadFile = read_file,
) -> tuple[Estate, str, bool]:
    """Return the file, the directory to write, and whether to replace what somebody else wrote there.

    `confined`: the directory must be inside of `workspace`. Raises `InputError` with every fault, the file's among
    them.
    """
    reading = Reading(SETUP_EMIT.inputs, values)
    reading.faults.extend(faults)
    reading.require("directory")
    directory = reading.text("directory")
    target = (workspace / directory).resolve()
    if directory and target.exists() and not target.is_dir():
        reading.fault("directory", "is there, and is no directory.")
    elif directory and confined and not target.is_relative_to(workspace.resolve()):
        reading.fault("directory", "must be inside of the workspace.")
    force, _ = reading.flag("force"), reading.flag("summary")
    estate = None
    try:
        estate = file(Path(reading.text("config")), around.regions)
    except InputError as error:
        reading.faults.extend(error.faults)
    if reading.faults or estate is None:
        raise InputError(reading.in_order(), "Nothing was written.")
    return estate, directory, force
