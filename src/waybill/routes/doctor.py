"""The run of `doctor`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from waybill.commands.doctor.doctor import doctor
from waybill.compose import Shop
from waybill.domain.doctor.claims import claims_in
from waybill.domain.doctor.examined import DoctorRequest
from waybill.domain.result import Result
from waybill.errors import Cancelled, Fault, WaybillError
from waybill.inputs import doctor as inputs
from waybill.routes.workbench import Workbench

PATIENCE = 20.0
"""Seconds for one question: AWS answers such within one, and a region that does not is what is to be told."""


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs, and look."""
    bench = Workbench(shop, patience=PATIENCE)
    request = inputs.read(values, bench.surroundings(), faults, access_key=bench.access_key())
    regions = request.members.estate.regions if request.members else request.place.config_regions
    tools = bench.tools(regions)
    result = doctor(with_claims(request, shop), tools)
    if request.fix is None:
        return result
    from waybill.commands.doctor.fixing import with_fix_plan  # noqa: PLC0415 - setup, which few ask for here
    from waybill.routes.package_files import PackageTemplates  # noqa: PLC0415

    return with_fix_plan(result, request.fix, tools, PackageTemplates())


def with_claims(request: DoctorRequest, shop: Shop) -> DoctorRequest:
    """Return the request with what the runner's token claims; where there is none, with the reason."""
    identity = request.place.identity
    if identity.oidc_role is None:
        return request
    try:
        token = shop.face.id_token(identity.audience)
        shop.face.mask(token)
        return replace(request, claims=claims_in(token))
    except Cancelled:
        raise
    except WaybillError as error:
        return replace(request, no_token=error.what)
    except ValueError as error:
        return replace(request, no_token=str(error))
