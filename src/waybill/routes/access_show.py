"""The run of `access show`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.access.show import show
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import access_show as inputs
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the file, and show every policy."""
    bench = Workbench(shop)
    request = inputs.read(values, bench.surroundings(), faults)
    return show(request, bench.tools(request.estate.regions))
