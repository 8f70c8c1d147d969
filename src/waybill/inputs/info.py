"""The inputs of info, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.domain import selector
from waybill.domain.survey.queries import InfoRequest
from waybill.errors import Fault, InputError
from waybill.inputs.place import read_place
from waybill.inputs.reading import Reading
from waybill.inputs.release import read_project
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.info import INFO


def read(values: Mapping[str, str], around: Surroundings, faults: Sequence[Fault] = ()) -> InfoRequest:
    """Return the request. Raises `InputError` with every fault, those that were found before among them."""
    reading = Reading(INFO.inputs, values)
    reading.faults.extend(faults)
    reading.require("project")
    project = read_project(reading)
    wanted = reading.parsed("version", selector.parse)
    place = read_place(reading, around)
    reading.flag("summary")
    if reading.faults:
        raise InputError(reading.in_order(), "Nothing was touched.")
    return InfoRequest(
        identity=place.identity,
        overrides=place.overrides,
        configuration_parameter=place.configuration_parameter,
        config_regions=place.config_regions,
        project=project,
        wanted=wanted,
        written=reading.given("version") or "",
    )
