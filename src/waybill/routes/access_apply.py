"""The run of `access apply`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.access.apply import apply
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import access_apply as inputs
from waybill.inputs.tables.access_apply import ACCESS_APPLY
from waybill.routes.agreeing import confirming
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the file, and make every policy what it says."""
    bench = Workbench(shop)
    request = inputs.read(ACCESS_APPLY, values, bench.surroundings(), faults)
    return apply(request, bench.tools(request.estate.regions), confirm=confirming(shop))
