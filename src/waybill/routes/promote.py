"""The run of `promote`: with plans written to a file, and carried out from one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from waybill.commands.promote import promote
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import promote as inputs
from waybill.routes.plan_files import read_plan, write_plan
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs and promote."""
    approved = None
    if values.get("apply", "").strip():
        approved = read_plan(shop.face.workspace / values["apply"].strip())
        values = {**approved.inputs, "plan-digest": approved.digest, **values}
    bench = Workbench(shop)
    order = inputs.read(values, bench.surroundings(), faults, approved=approved.facts if approved else None)
    result = promote(order, bench.tools(order.source.config_regions))
    if values.get("plan", "").strip():
        write_plan(shop.face.workspace / Path(values["plan"].strip()), result, values, at=shop.clock.now())
    return result
