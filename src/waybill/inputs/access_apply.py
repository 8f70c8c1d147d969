"""The inputs of `access plan` and `access apply`, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from waybill.domain.access.requests import AccessRequest
from waybill.errors import Fault, InputError
from waybill.inputs.grants import ReadAccess, read_file, read_grants
from waybill.inputs.reading import Reading
from waybill.inputs.spec import Verb
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.access_apply import ACCESS_APPLY
from waybill.inputs.typed import command_line

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def read(
    verb: Verb,
    values: Mapping[str, str],
    around: Surroundings,
    faults: Sequence[Fault] = (),
    *,
    file: ReadAccess = read_file,
) -> AccessRequest:
    """Return the request. Raises `InputError` with every fault, those of the file among them."""
    reading = Reading(verb.inputs, values)
    reading.faults.extend(faults)
    found = read_grants(reading, around, file)
    reading.flag("summary")
    yes, digest = False, ""
    if verb is ACCESS_APPLY:
        yes = reading.flag("yes")
        is_digest, rule = (lambda text: bool(_DIGEST.fullmatch(text))), "must be 64 hex digits."
        digest = reading.checked("plan-digest", is_digest, rule)
    if reading.faults or found is None:
        raise InputError(reading.in_order(), "Nothing was touched.")
    members, access = found
    return AccessRequest(
        estate=members.estate,
        among=members.among,
        session=members.session,
        access=access,
        yes=yes,
        plan_digest=digest or None,
        again=command_line(ACCESS_APPLY, {**values, "plan-digest": ""}),
    )
