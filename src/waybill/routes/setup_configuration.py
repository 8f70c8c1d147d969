"""The run of `setup configuration`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.setup.configuration import configuration
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import setup_configuration as inputs
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs and the file, look, and do what is asked for."""
    bench = Workbench(shop)
    request = inputs.read(values, bench.surroundings(), faults)
    return configuration(request, bench.tools(request.estate.regions))
