"""The run of `rollback`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.rollback import rollback
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import rollback as inputs
from waybill.routes.reason import without_secrets
from waybill.routes.then import UNKNOWN, then_deploy
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs and roll back. The reason is kept for good, so no secret of this run gets into it."""
    bench = Workbench(shop)
    values = without_secrets(values, shop)
    order = inputs.read(values, bench.surroundings(), faults)
    tools = bench.tools(order.place.config_regions)
    return then_deploy(lambda: rollback(order, tools), order.request(order.to or UNKNOWN), values, tools, shop)
