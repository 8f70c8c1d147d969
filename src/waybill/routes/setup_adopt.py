"""The run of `setup adopt`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.setup.adopt import adopt
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import setup_adopt as inputs
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs and the file, look at the buckets, and point the configuration at them."""
    bench = Workbench(shop)
    request = inputs.read(values, bench.surroundings(), faults)
    return adopt(request, bench.tools(request.estate.regions))
