"""The run of `setup check`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.setup.check import check
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import setup_check as inputs
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs and the file, and look."""
    bench = Workbench(shop)
    request = inputs.read(values, bench.surroundings(), faults, access_key=bench.access_key())
    return check(request, bench.tools(request.estate.regions))
