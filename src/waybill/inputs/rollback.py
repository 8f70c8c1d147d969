"""The inputs of rollback, from texts to one valid order; or one error with every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.domain.channel import UpdateChannel
from waybill.domain.orders import RollbackOrder
from waybill.domain.request import Request
from waybill.domain.require import Require
from waybill.domain.versions import RULE, Version, parse_or_none
from waybill.errors import Fault, InputError
from waybill.inputs.place import read_place
from waybill.inputs.reading import Reading
from waybill.inputs.reason import read_reason
from waybill.inputs.release import read_project, read_release
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.rollback import ROLLBACK
from waybill.inputs.then import read_then
from waybill.inputs.token import read_token
from waybill.inputs.typed import command_line


def read(values: Mapping[str, str], around: Surroundings, faults: Sequence[Fault] = ()) -> RollbackOrder:
    """Return the order. Raises `InputError` with every fault."""
    reading = Reading(ROLLBACK.inputs, values)
    reading.faults.extend(faults)
    reading.require("project", "to", "reason")
    project = read_project(reading)
    to = _to(reading)
    reason = read_reason(reading)
    place = read_place(reading, around)
    release = read_release(reading, place)
    read_token(reading)
    delivery = read_then(reading, place, around)
    if reading.faults:
        raise InputError(reading.in_order(), "Nothing was touched.")

    def request(version: Version) -> Request:
        line = command_line(ROLLBACK, {**values, "to": version.text, "reason": reason})
        return Request(
            command=ROLLBACK.name,
            project=project,
            version=version,
            identity=place.identity,
            overrides=place.overrides,
            configuration_parameter=place.configuration_parameter,
            config_regions=place.config_regions,
            origin=around.origin,
            kms=release.kms,
            channel=release.channel,
            # Whoever rolls back to a pre-release means it.
            update_channel=UpdateChannel.PRERELEASE,
            reinstate=release.reinstate,
            require=release.require or Require(),
            dry_run=release.dry_run,
            again=line,
            restart=line,
            delivery=delivery,
        )

    return RollbackOrder(project=project, channel=release.channel, place=place, to=to, reason=reason, request=request)


def _to(reading: Reading) -> Version | None:
    text = reading.given("to")
    if text is None or text.strip() == "previous":
        return None
    version = parse_or_none(text)
    if version is None:
        reading.fault("to", f"{RULE} Or it is `previous`.")
    return version
