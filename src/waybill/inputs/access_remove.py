"""The inputs of `access remove`, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from waybill.domain.access.requests import RemoveRequest
from waybill.errors import Fault, InputError
from waybill.inputs.grants import ReadAccess, read_file, read_grants
from waybill.inputs.members import lines
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.access_remove import ACCESS_REMOVE
from waybill.inputs.typed import command_line

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,39}", re.ASCII)


def read(
    values: Mapping[str, str], around: Surroundings, faults: Sequence[Fault] = (), *, file: ReadAccess = read_file
) -> RemoveRequest:
    """Return the request. Raises `InputError` with every fault, those of the file among them."""
    reading = Reading(ACCESS_REMOVE.inputs, values)
    reading.faults.extend(faults)
    found = read_grants(reading, around, file)
    grants, everything, yes = lines(reading.text("grant")), reading.flag("everything"), reading.flag("yes")
    reading.flag("summary")
    for name in grants:
        if not _NAME.fullmatch(name):
            reading.fault("grant", "must be the name of a grant: at most 40 letters, digits and hyphens.", value=name)
    if everything and grants:
        reading.fault("grant", "is of no use beside `everything`.")
    elif not everything and not grants:
        reading.fault("grant", "is missing: name a grant, or say `everything`.")
    if reading.faults or found is None:
        raise InputError(reading.in_order(), "Nothing was touched.")
    members, access = found
    return RemoveRequest(
        estate=members.estate,
        among=members.among,
        session=members.session,
        access=access,
        grants=grants,
        everything=everything,
        yes=yes,
        again=command_line(ACCESS_REMOVE, {**values, "yes": "true"}),
    )
