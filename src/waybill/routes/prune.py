"""The run of `prune`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.prune import prune
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import prune as inputs
from waybill.routes.reason import without_secrets
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs and prune. The reason is kept for good, so no secret of this run gets into it."""
    bench = Workbench(shop)
    request = inputs.read(without_secrets(values, shop), bench.surroundings(), faults)
    return prune(request, bench.tools(request.config_regions))
