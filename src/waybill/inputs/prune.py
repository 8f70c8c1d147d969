"""The inputs of prune, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from waybill.domain.checks import kms_faults
from waybill.domain.pruning.prune import PruneRequest
from waybill.errors import Fault, InputError
from waybill.inputs.encryption import read_kms
from waybill.inputs.place import read_place
from waybill.inputs.reading import Reading
from waybill.inputs.reason import read_reason
from waybill.inputs.release import read_project
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.prune import PRUNE
from waybill.inputs.typed import command_line

_NUMBER = re.compile(r"[1-9]\d{0,5}", re.ASCII)
_AGE = re.compile(r"([1-9]\d{0,4})([hdw])", re.ASCII)
_SECONDS = {"h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}


def read(values: Mapping[str, str], around: Surroundings, faults: Sequence[Fault] = ()) -> PruneRequest:
    """Return the request. Raises `InputError` with every fault, those that were found before among them."""
    reading = Reading(PRUNE.inputs, values)
    reading.faults.extend(faults)
    reading.require("project")
    project = read_project(reading)
    keep = reading.parsed("keep", _keep)
    older_than = reading.parsed("older-than", _age)
    if reading.given("keep") is None and reading.given("older-than") is None:
        reading.fault("keep", "is missing, and so is `older-than`: one of them must say what may go.")
    reason = read_reason(reading)
    place = read_place(reading, around)
    kms = read_kms(reading)
    reading.faults.extend(kms_faults(kms, place.overrides.regions or ()))
    yes = reading.flag("yes")
    reading.flag("summary")
    if reading.faults:
        raise InputError(reading.in_order(), "Nothing was touched.")
    return PruneRequest(
        identity=place.identity,
        overrides=place.overrides,
        configuration_parameter=place.configuration_parameter,
        config_regions=place.config_regions,
        project=project,
        keep=keep,
        older_than=older_than,
        reason=reason,
        yes=yes,
        kms=kms,
        actor=around.origin.actor,
        again=command_line(PRUNE, {**values, "reason": reason}),
    )


def _keep(text: str) -> int:
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError("must be a number from 1 on.")
    return int(text)


def _age(text: str) -> int:
    """Return seconds. Months are of no fixed length, so nobody is left to guess which."""
    match = _AGE.fullmatch(text.strip())
    if match is None:
        raise ValueError("must be a number of days, weeks or hours, such as `90d`, `12w` or `36h`.")
    return int(match[1]) * _SECONDS[match[2]]
