"""The run of `doctor`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.doctor.doctor import doctor
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import doctor as inputs
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs, and look."""
    bench = Workbench(shop)
    request = inputs.read(values, bench.surroundings(), faults, access_key=bench.access_key())
    return doctor(request, bench.tools(request.place.config_regions))
