"""The inputs of `access show`, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.domain.access.requests import ShowRequest
from waybill.errors import Fault, InputError
from waybill.inputs.grants import ReadAccess, read_file, read_grants
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.access_show import ACCESS_SHOW


def read(
    values: Mapping[str, str], around: Surroundings, faults: Sequence[Fault] = (), *, file: ReadAccess = read_file
) -> ShowRequest:
    """Return the request. Raises `InputError` with every fault, those of the file among them."""
    reading = Reading(ACCESS_SHOW.inputs, values)
    reading.faults.extend(faults)
    found = read_grants(reading, around, file, chosen=True)
    reading.flag("summary")
    if reading.faults or found is None:
        raise InputError(reading.in_order(), "Nothing was touched.")
    members, access = found
    return ShowRequest(estate=members.estate, among=members.among, session=members.session, access=access)
