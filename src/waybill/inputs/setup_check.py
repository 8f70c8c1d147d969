"""The inputs of `setup check`, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.domain.setup.checking import CheckRequest
from waybill.errors import Fault, InputError
from waybill.inputs.members import ReadFile, read_file, read_members
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.setup_check import SETUP_CHECK


def read(
    values: Mapping[str, str],
    around: Surroundings,
    faults: Sequence[Fault] = (),
    *,
    file: ReadFile = read_file,
    access_key: str = "",
) -> CheckRequest:
    """Return the request; `access_key` is the id of the ambient one. Raises `InputError` with every fault."""
    reading = Reading(SETUP_CHECK.inputs, values)
    reading.faults.extend(faults)
    members = read_members(reading, around, file)
    reading.flag("summary")
    if reading.faults or members is None:
        raise InputError(reading.in_order(), "Nothing was touched.")
    return CheckRequest(
        estate=members.estate,
        among=members.among,
        session=members.session,
        # With a runner's token nobody begins with what is at hand.
        access_key="" if members.session.oidc_role else access_key,
    )
