"""The run of `rollback`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.rollback import rollback
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import rollback as inputs
from waybill.redaction import Redactor
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs and roll back. The reason is kept for good, so no secret of this run gets into it."""
    bench = Workbench(shop)
    reason = Redactor.from_environ(shop.face.environ).redact(values.get("reason", ""))
    order = inputs.read({**values, "reason": reason}, bench.surroundings(), faults)
    return rollback(order, bench.tools(order.place.config_regions))
