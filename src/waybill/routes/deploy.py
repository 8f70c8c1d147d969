"""The run of `deploy`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.deploy import deploy
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import deploy as inputs
from waybill.routes.outside import outside
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs and deploy."""
    # First of all, since it masks what is secret in the inputs (P9).
    world = outside(shop, values)
    bench = Workbench(shop)
    order = inputs.read(values, bench.surroundings(), faults)
    return deploy(order, bench.tools(order.place.config_regions), world)
