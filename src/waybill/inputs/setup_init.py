"""The inputs of `setup init`, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from waybill.domain.setup.initial.request import InitRequest
from waybill.errors import Fault, InputError
from waybill.inputs.reading import Reading
from waybill.inputs.setup.answers import read_answers
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.setup_init import SETUP_INIT


def read(
    values: Mapping[str, str], around: Surroundings, faults: Sequence[Fault] = (), *, terminal: bool
) -> tuple[InitRequest, bool]:
    """Return the request, and whether it may replace a file. `terminal`: somebody can be asked.

    Raises `InputError` with every fault, those of the answers among them.
    """
    reading = Reading(SETUP_INIT.inputs, values)
    reading.faults.extend(faults)
    force = reading.flag("force")
    path, answers = reading.text("config"), reading.given("answers")
    if Path(path).is_dir():
        reading.fault("config", "is a directory, and must be a file.")
    elif (Path(path).exists() or Path(path).is_symlink()) and not force:
        reading.fault("config", "is there already. It is left as it is: give --force, or another name.", value=path)
    elif not Path(path).absolute().parent.is_dir():
        reading.fault("config", "is to be in a directory that is not there.", value=path)
    schema = reading.checked("schema", str.isprintable, "must be an address or a path, on one line.")
    if answers is None and not terminal:
        reading.fault("answers", "is missing: there is no terminal to ask on.")
    said = None
    if answers is not None:
        try:
            said = read_answers(Path(answers), regions=around.regions)
        except InputError as error:
            named = (replace(fault, name="answers") if fault.name == "config" else fault for fault in error.faults)
            reading.faults.extend(named)  # where there is nothing to read, it is the input that is wrong
    if reading.faults:
        raise InputError(reading.in_order(), "Nothing was written.")
    suggested = tuple(region for region in around.places if region in around.regions)
    return InitRequest(path=path, schema=schema, answers=said, suggested=suggested), force
