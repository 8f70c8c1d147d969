"""The inputs of status, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from waybill.domain.names import PROJECT_RULE, is_project
from waybill.domain.request import Place
from waybill.domain.survey.status import StatusRequest
from waybill.errors import Fault, InputError
from waybill.inputs.encryption import read_kms
from waybill.inputs.place import read_place
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.status import STATUS
from waybill.inputs.typed import command_line

AMBIENT = "ambient"


def read(
    values: Mapping[str, str], around: Surroundings, faults: Sequence[Fault] = ()
) -> tuple[StatusRequest, Path | None]:
    """Return the request and where the page goes (None: nowhere). Raises `InputError` with every fault."""
    reading = Reading(STATUS.inputs, values)
    reading.faults.extend(faults)
    projects = _lines(reading.text("project"))
    for name in projects:
        if not is_project(name):
            reading.fault("project", PROJECT_RULE, value=name)
    places = _places(reading, values, around)
    kms = read_kms(reading)
    page = _page(reading)
    repair, dry_run = reading.flag("repair"), reading.flag("dry-run")
    if dry_run and not repair:
        reading.fault("dry-run", "is of no use without `repair`: only that writes.")
    check, _ = reading.flag("check"), reading.flag("summary")
    if reading.faults:
        raise InputError(reading.in_order(), "Nothing was touched.")
    again = command_line(STATUS, {**values, "repair": "true", "dry-run": ""})
    request = StatusRequest(
        places=places,
        projects=projects,
        repair=repair,
        dry_run=dry_run,
        check=check,
        kms=kms,
        origin=around.origin,
        again=again,
    )
    return request, page


def _places(reading: Reading, values: Mapping[str, str], around: Surroundings) -> tuple[Place, ...]:
    """Return one place for each role; each is read as if it were the only one, and a fault of all is told once."""
    roles = _lines(reading.text("role")) or (AMBIENT,)
    if len(roles) > 1 and reading.given("expected-account"):
        reading.fault("expected-account", "is of no use with several accounts: each must be that of its role.")
    if roles == (AMBIENT,) and reading.given("role-external-id"):
        reading.fault("role-external-id", "is of no use without `role`.")
    places, told = [], dict.fromkeys(reading.faults)
    for role in roles:
        alone = {name: value for name, value in values.items() if name != "role"}
        if role == AMBIENT:
            alone.pop("role-external-id", None)
        else:
            alone["role"] = role
        if len(roles) > 1:
            alone.pop("expected-account", None)
        one = Reading(STATUS.inputs, alone)
        places.append(read_place(one, around))
        told |= dict.fromkeys(one.faults)
    reading.faults[:] = told
    return tuple(places)


def _page(reading: Reading) -> Path | None:
    text = reading.given("html")
    if text is None:
        return None
    path = Path(text)
    if path.is_dir():
        reading.fault("html", "is a directory; name a file.")
    elif not path.parent.is_dir():
        reading.fault("html", f"is to lie in {path.parent}, which is no directory.")
    return path


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
