"""The run of `access remove`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.access.remove import remove
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import access_remove as inputs
from waybill.routes.agreeing import confirming
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the file, and take grants back."""
    bench = Workbench(shop)
    request = inputs.read(values, bench.surroundings(), faults)
    return remove(request, bench.tools(request.estate.regions), confirm=confirming(shop))
