"""The run of `rollback`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.rollback import rollback
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import rollback as inputs
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs and roll back."""
    bench = Workbench(shop)
    order = inputs.read(values, bench.surroundings(), faults)
    return rollback(order, bench.tools(order.place.config_regions))
