"""The run of `status`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.status import status
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import status as inputs
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs and look."""
    bench = Workbench(shop)
    request, _page = inputs.read(values, bench.surroundings(), faults)
    places = tuple(dict.fromkeys(region for place in request.places for region in place.config_regions))
    return status(request, bench.tools(places))
