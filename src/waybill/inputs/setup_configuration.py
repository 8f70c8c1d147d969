"""The inputs of `setup configuration`, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from waybill.domain.checks import region_faults
from waybill.domain.configuration import split_regions
from waybill.domain.setup.configuration.rows import Asked
from waybill.domain.setup.estate import Estate
from waybill.domain.setup.requests import ConfigurationRequest
from waybill.errors import Fault, InputError
from waybill.inputs.members import ReadFile, read_file, read_members
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.setup_configuration import SETUP_CONFIGURATION
from waybill.inputs.typed import command_line

DELETE = "delete-from"


def read(
    values: Mapping[str, str],
    around: Surroundings,
    faults: Sequence[Fault] = (),
    *,
    file: ReadFile = read_file,
) -> ConfigurationRequest:
    """Return the request. Raises `InputError` with every fault, those of the file among them."""
    reading = Reading(SETUP_CONFIGURATION.inputs, values)
    reading.faults.extend(faults)
    members = read_members(reading, around, file)
    asked = Asked(
        write=reading.flag("write"),
        repair=reading.flag("repair"),
        delete_from=_dropped(reading, around, members.estate if members else None),
    )
    yes, check, _ = reading.flag("yes"), reading.flag("check"), reading.flag("summary")
    if yes and not asked.anything and not reading.faults:
        reading.fault("yes", "is of no use without `write`, `repair` or `delete-from`.")
    if reading.faults or members is None:
        raise InputError(reading.in_order(), "Nothing was touched.")
    return ConfigurationRequest(
        estate=members.estate,
        among=members.among,
        session=members.session,
        asked=asked,
        yes=yes,
        check=check,
        again=command_line(SETUP_CONFIGURATION, {**values, "yes": "true"}),
    )


def _dropped(reading: Reading, around: Surroundings, estate: Estate | None) -> tuple[str, ...]:
    regions = split_regions(reading.text(DELETE))
    reading.adopt(DELETE, (replace(fault, name=DELETE) for fault in region_faults(regions, around.regions)))
    for region in regions:
        if estate is not None and region in estate.regions:
            reading.fault(DELETE, "is a region of the file: take it out there first.", value=region)
    return regions
