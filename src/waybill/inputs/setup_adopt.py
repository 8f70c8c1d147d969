"""The inputs of `setup adopt`, from texts to one valid request; or one error with every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.domain.names import is_bucket
from waybill.domain.setup.adoption.steps import AdoptRequest
from waybill.domain.setup.configuration.rows import Spot
from waybill.domain.setup.requests import Members
from waybill.errors import Fault, InputError
from waybill.inputs.members import ReadFile, lines, read_file, read_members
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.setup_adopt import SETUP_ADOPT
from waybill.inputs.typed import command_line

BUCKET = "bucket"


def read(
    values: Mapping[str, str], around: Surroundings, faults: Sequence[Fault] = (), *, file: ReadFile = read_file
) -> AdoptRequest:
    """Return the request. Raises `InputError` with every fault, those of the file among them."""
    reading = Reading(SETUP_ADOPT.inputs, values)
    reading.faults.extend(faults)
    members = read_members(reading, around, file)
    buckets = _buckets(reading, members)
    yes, _ = reading.flag("yes"), reading.flag("summary")
    if reading.faults or members is None:
        raise InputError(reading.in_order(), "Nothing was touched.")
    return AdoptRequest(
        estate=members.estate,
        among=members.among,
        session=members.session,
        buckets=buckets,
        yes=yes,
        again=command_line(SETUP_ADOPT, {**values, "yes": "true"}),
    )


def _buckets(reading: Reading, members: Members | None) -> dict[Spot, str]:
    found: dict[Spot, str] = {}
    for line in lines(reading.text(BUCKET)):
        place, equals, name = (part.strip() for part in line.partition("="))
        account, _, region = place.rpartition("/")
        if not equals or not region or not is_bucket(name):
            reading.fault(BUCKET, "must be a line `region=NAME` or `account/region=NAME`.", value=line)
        elif members is not None and (spot := _spot(reading, members, line, account, region)) is not None:
            if spot in found:
                reading.fault(BUCKET, f"names a second bucket for {spot}.", value=line)
            found[spot] = name
    return found


def _spot(reading: Reading, members: Members, line: str, account: str, region: str) -> Spot | None:
    """Return the place that a line speaks of; None where it speaks of none, with a fault."""
    names = [member.name for member in members.among]
    if region not in members.estate.regions:
        known = ", ".join(members.estate.regions)
        reading.fault(BUCKET, f"names a region that the file does not, which has {known}.", value=line)
    elif account and account not in names:
        reading.fault(BUCKET, f"names an account that is not among {', '.join(names)}.", value=line)
    elif not account and len(names) > 1:
        rule = f"does not say which account: write `{names[0]}/{line}`, or give one `account`."
        reading.fault(BUCKET, rule, value=line)
    elif account or names:
        return Spot(account or names[0], region)
    return None
