"""The inputs of promote, from texts to one valid order; or one error with every fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from waybill.domain import identity as who
from waybill.domain import selector
from waybill.domain.arns import RoleArn
from waybill.domain.channel import UpdateChannel
from waybill.domain.configuration import DEFAULT_PARAMETER
from waybill.domain.orders import PromoteOrder, Transfer, Verification
from waybill.domain.request import Place, Request
from waybill.domain.require import Require
from waybill.domain.selector import Named, Selector
from waybill.domain.versions import Version
from waybill.domain.waybill import Origin
from waybill.errors import Fault, InputError
from waybill.inputs.beside import read_packages
from waybill.inputs.identity import read_external_id
from waybill.inputs.place import read_overrides, read_place
from waybill.inputs.reading import Reading, one_of
from waybill.inputs.release import Release, read_channel, read_project, read_release
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.promote import PROMOTE
from waybill.inputs.then import read_then
from waybill.inputs.token import read_token
from waybill.inputs.typed import command_line

if TYPE_CHECKING:
    from waybill.domain.deploy.delivery import Delivery
    from waybill.domain.packages.version import PackagePlace


OF_THE_PLAN = frozenset({"plan", "apply", "plan-only", "plan-digest"})
"""What the command that finishes leaves out: what was approved is begun then, and may have changed what it rests on."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


def read(
    values: Mapping[str, str],
    around: Surroundings,
    faults: Sequence[Fault] = (),
    *,
    approved: Mapping[str, Any] | None = None,
) -> PromoteOrder:
    """Return the order. Raises `InputError` with every fault. `approved` are the facts of the plan to apply."""
    reading = Reading(PROMOTE.inputs, values)
    reading.faults.extend(faults)
    planless = any(fault.name == "apply" for fault in faults)
    if not planless:  # what a plan that cannot be read would have said is not missing
        reading.require("project")
    project = read_project(reading)
    wanted, wanted_by = _wanted(reading, required=not planless)
    place = read_place(reading, around)
    source = read_source(reading, place, around)
    release = read_release(reading, place)
    transfer = reading.parsed("transfer", one_of(Transfer))
    verify = reading.parsed("verify", one_of(Verification))
    read_token(reading)
    package = read_packages(reading, around, project, wanted.version if isinstance(wanted, selector.Exactly) else None)
    delivery = read_then(reading, place, around)
    digest = reading.checked("plan-digest", lambda text: bool(_DIGEST.fullmatch(text)), "must be 64 hex digits.")
    plan_only = reading.flag("plan-only") or reading.given("plan") is not None
    if plan_only and reading.given("apply") is not None:
        reading.fault("apply", "cannot go with `plan` or `plan-only`: one plans, the other carries out.")
    if reading.faults or wanted is None or transfer is None or verify is None:
        raise InputError(reading.in_order(), "Nothing was touched.")
    return PromoteOrder(
        project=project,
        source=source,
        wanted=wanted,
        wanted_by=wanted_by,
        request=_requests(
            values, place, release, around.origin, plan_only=plan_only, delivery=delivery, package=package
        ),
        transfer=transfer,
        verify=verify,
        approved=digest or None,
        approved_facts=approved,
    )


def _requests(
    values: Mapping[str, str],
    place: Place,
    release: Release,
    origin: Origin,
    *,
    plan_only: bool,
    delivery: Delivery | None,
    package: PackagePlace | None,
) -> Callable[[Version], Request]:
    """Return what makes the request once the version is known; it is never looked for again after that."""
    again = {name: value for name, value in values.items() if name not in OF_THE_PLAN}
    if place.configuration_parameter != DEFAULT_PARAMETER:
        again["configuration-parameter"] = place.configuration_parameter

    def at(version: Version) -> Request:
        # A plan that was approved is what finishes; the file has its inputs.
        same = {"apply": plan} if (plan := values.get("apply", "")) else {**again, "version": version.text}
        line = command_line(PROMOTE, {**same, "from-channel": ""})
        return Request(
            command=PROMOTE.name,
            project=values["project"],
            version=version,
            identity=place.identity,
            overrides=place.overrides,
            configuration_parameter=place.configuration_parameter,
            config_regions=place.config_regions,
            origin=origin,
            kms=release.kms,
            channel=release.channel,
            update_channel=release.update_channel or UpdateChannel.NEVER,
            reinstate=release.reinstate,
            require=release.require or Require(),
            dry_run=release.dry_run or plan_only,
            again=line,
            restart=line,
            delivery=delivery,
            package=package,
        )

    return at


def _wanted(reading: Reading, *, required: bool) -> tuple[Selector | None, str]:
    version = reading.parsed("version", selector.parse)
    if reading.given("from-channel") is not None:
        if reading.given("version") is not None:
            reading.fault("from-channel", "cannot go with `version`: give one of them.")
        return Named(read_channel(reading, "from-channel")), "from-channel"
    if reading.given("version") is None and required:
        reading.fault("version", "is missing; give `version` or `from-channel`.")
    return version, "version"


def read_source(reading: Reading, place: Place, around: Surroundings) -> Place:
    """Return where the version is: the credentials at hand, or `from-role`, with the source's own configuration."""
    role = reading.parsed("from-role", RoleArn.parse)
    external = read_external_id(reading, "from-role")
    if role and reading.given("oidc-role") and place.identity.role_duration > who.CHAINED_SECONDS:
        _refuse_long(reading)
    known = list(reading.faults)
    overrides = read_overrides(reading, around, regions="from-regions")
    # The prefixes were read, and judged, for the target already.
    reading.faults[:] = [*known, *(one for one in reading.faults[len(known) :] if one.name == "from-regions")]
    identity = replace(
        place.identity, role=role, role_external_id=external, expected_account=role.account if role else None
    )
    regions = overrides.regions
    if regions is None and place.overrides.replaces_all():
        regions = place.overrides.regions  # there is no configuration that would say
    return Place(
        identity=identity,
        overrides=replace(overrides, regions=regions),
        configuration_parameter=place.configuration_parameter,
        # The target's `regions` come last: the source may have nothing there.
        config_regions=tuple(dict.fromkeys((*(regions or ()), *around.places, *place.config_regions))),
    )


def _refuse_long(reading: Reading) -> None:
    if not any(fault.name == "role-duration" for fault in reading.faults):
        reading.fault(
            "role-duration",
            f"must be at most {who.CHAINED_SECONDS}, since `from-role` is assumed from `oidc-role`'s session; it is "
            "renewed.",
        )
