"""The inputs of `setup plan` and `setup apply`, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from waybill.domain.names import is_project
from waybill.domain.setup.requests import ApplyRequest
from waybill.domain.setup.stacks.every import wanted_stacks
from waybill.errors import Fault, InputError
from waybill.inputs.members import ReadFile, lines, read_file, read_members
from waybill.inputs.reading import Reading
from waybill.inputs.spec import Verb
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.typed import command_line

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


def read(
    verb: Verb,
    values: Mapping[str, str],
    around: Surroundings,
    faults: Sequence[Fault] = (),
    *,
    file: ReadFile = read_file,
    access_key: str = "",
) -> ApplyRequest:
    """Return the request; `access_key` is the id of the ambient one. Raises `InputError` with every fault."""
    reading = Reading(verb.inputs, values)
    reading.faults.extend(faults)
    members = read_members(reading, around, file, chosen=False)
    reading.flag("summary")
    applies = any(item.name == "yes" for item in verb.inputs)
    digest = (
        reading.checked("plan-digest", lambda text: bool(_DIGEST.fullmatch(text)), "must be 64 hex digits.")
        if applies
        else ""
    )
    projects = lines(reading.text("delete-data"))
    for project in projects:
        if not is_project(project):
            reading.fault("delete-data", "is not the name of a project.", value=project)
    yes = reading.flag("yes") if applies else False
    if members is not None:
        try:
            wanted_stacks(members.estate)
        except ValueError as error:
            reading.fault("config", f"cannot be: {error}.")
    if reading.faults or members is None:
        raise InputError(reading.in_order(), "Nothing was touched.")
    return ApplyRequest(
        estate=members.estate,
        among=members.estate.accounts,
        session=members.session,
        yes=yes,
        plan_digest=digest or None,
        delete_data=projects,
        # With a runner's token nobody begins with what is at hand.
        access_key="" if members.session.oidc_role else access_key,
        again=command_line(verb, values),
    )
