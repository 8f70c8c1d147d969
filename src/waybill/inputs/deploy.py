"""The inputs of deploy, from texts to one valid order; or one error with every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.domain import selector
from waybill.domain.channel import UpdateChannel
from waybill.domain.checks import kms_faults
from waybill.domain.configuration import DEFAULT_PARAMETER
from waybill.domain.deploy.delivery import Delivery
from waybill.domain.deploy.order import DeployOrder
from waybill.domain.request import KmsChoice, Place, Request
from waybill.domain.selector import Exactly, Named, Selector
from waybill.domain.versions import Version
from waybill.domain.waybill import Origin
from waybill.errors import Fault, InputError
from waybill.inputs.delivery import read_delivery
from waybill.inputs.encryption import read_kms
from waybill.inputs.place import read_place
from waybill.inputs.reading import Reading
from waybill.inputs.release import read_channel, read_project
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.deploy import DEPLOY
from waybill.inputs.token import read_token
from waybill.inputs.typed import command_line

FIRST_CHANNEL = "latest"


def read(values: Mapping[str, str], around: Surroundings, faults: Sequence[Fault] = ()) -> DeployOrder:
    """Return the order. Raises `InputError` with every fault."""
    reading = Reading(DEPLOY.inputs, values)
    reading.faults.extend(faults)
    reading.require("project", "pipeline")
    project = read_project(reading)
    wanted = _wanted(reading)
    place = read_place(reading, around)
    kms = read_kms(reading)
    reading.faults.extend(kms_faults(kms, place.overrides.regions or ()))
    delivery = read_delivery(reading, place, (*around.places, *place.config_regions))
    channel = read_channel(reading)
    read_token(reading)
    reading.flag("summary")
    dry_run = reading.flag("dry-run")
    if reading.faults or wanted is None:
        raise InputError(reading.in_order(), "Nothing was touched.")
    by = "version" if reading.given("version") is not None else "channel"
    named = wanted.channel if isinstance(wanted, Named) else FIRST_CHANNEL
    return order(
        values,
        project=project,
        place=place,
        origin=around.origin,
        wanted=wanted,
        wanted_by=by,
        channel=channel or named,
        kms=kms,
        delivery=delivery,
        dry_run=dry_run,
    )


def order(
    values: Mapping[str, str],
    *,
    project: str,
    place: Place,
    origin: Origin,
    wanted: Selector,
    wanted_by: str,
    channel: str,
    kms: KmsChoice,
    delivery: Delivery,
    dry_run: bool = False,
) -> DeployOrder:
    """Return an order to deploy; `values` are the inputs as texts, for the command that does it again."""
    typed = dict(values)
    if place.configuration_parameter != DEFAULT_PARAMETER:
        typed["configuration-parameter"] = place.configuration_parameter

    def request(version: Version) -> Request:
        again = command_line(DEPLOY, {**typed, "version": version.text, "channel": channel})
        return Request(
            command=DEPLOY.name,
            project=project,
            version=version,
            identity=place.identity,
            overrides=place.overrides,
            configuration_parameter=place.configuration_parameter,
            config_regions=place.config_regions,
            origin=origin,
            kms=kms,
            channel=channel,
            # Whoever deploys a pre-release means it; and the channel's events are all looked at.
            update_channel=UpdateChannel.PRERELEASE,
            dry_run=dry_run,
            again=again,
            restart=again,
        )

    return DeployOrder(
        project=project,
        place=place,
        wanted=wanted,
        wanted_by=wanted_by,
        channel=channel,
        delivery=delivery,
        request=request,
    )


def _wanted(reading: Reading) -> Selector | None:
    """Return what is to be deployed: a version, or what a channel names; a range would not say what is meant."""
    if reading.given("version") is None:
        return Named(reading.text("channel") or FIRST_CHANNEL)
    wanted = reading.parsed("version", selector.parse)
    if wanted is not None and not isinstance(wanted, Exactly | Named):
        reading.fault("version", "must be a version or the name of a channel, not a range.")
        return None
    return wanted
