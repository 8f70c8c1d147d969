"""The run of `access plan`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.access.apply import plan
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import access_apply as inputs
from waybill.inputs.tables.access_plan import ACCESS_PLAN
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the file, and look at every policy."""
    bench = Workbench(shop)
    request = inputs.read(ACCESS_PLAN, values, bench.surroundings(), faults)
    return plan(request, bench.tools(request.estate.regions))
