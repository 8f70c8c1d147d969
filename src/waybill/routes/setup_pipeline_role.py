"""The run of `setup pipeline-role`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.setup.pipeline_role import pipeline_role
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import setup_pipeline_role as inputs
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the inputs and the file, look at the pipeline, and give its actions the role."""
    bench = Workbench(shop)
    request = inputs.read(values, bench.surroundings(), faults)
    return pipeline_role(request, bench.tools((request.region, *request.estate.regions)))
