"""The run of `setup plan`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.setup.apply import plan
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import setup_apply as inputs
from waybill.inputs.tables.setup_plan import SETUP_PLAN
from waybill.routes.package_files import PackageTemplates
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the file and look at every account."""
    bench = Workbench(shop)
    request = inputs.read(SETUP_PLAN, values, bench.surroundings(), faults, access_key=bench.access_key())
    return plan(request, bench.tools(request.estate.regions), PackageTemplates())
