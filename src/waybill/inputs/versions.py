"""The inputs of versions, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.domain.survey.queries import VersionsRequest
from waybill.errors import Fault, InputError
from waybill.inputs.place import read_place
from waybill.inputs.reading import Reading
from waybill.inputs.release import read_project
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.versions import VERSIONS

DIGITS = 6


def read(values: Mapping[str, str], around: Surroundings, faults: Sequence[Fault] = ()) -> VersionsRequest:
    """Return the request. Raises `InputError` with every fault, those that were found before among them."""
    reading = Reading(VERSIONS.inputs, values)
    reading.faults.extend(faults)
    reading.require("project")
    project = read_project(reading)
    limit = reading.parsed("limit", _limit)
    place = read_place(reading, around)
    reading.flag("summary")
    if reading.faults:
        raise InputError(reading.in_order(), "Nothing was touched.")
    return VersionsRequest(
        identity=place.identity,
        overrides=place.overrides,
        configuration_parameter=place.configuration_parameter,
        config_regions=place.config_regions,
        project=project,
        limit=limit or None,
    )


def _limit(text: str) -> int:
    """Return how many; 0 is all."""
    if text.strip().lower() == "all":
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS and int(text)):
        raise ValueError("must be a number from 1 on, or `all`.")
    return int(text)
