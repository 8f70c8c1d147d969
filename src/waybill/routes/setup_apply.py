"""The run of `setup apply`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from waybill.commands.setup.apply import apply
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault
from waybill.inputs import setup_apply as inputs
from waybill.inputs.tables.setup_apply import SETUP_APPLY
from waybill.routes.asking import says_yes
from waybill.routes.package_files import PackageTemplates
from waybill.routes.workbench import Workbench


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the file, and make every account what it says."""
    bench = Workbench(shop)
    request = inputs.read(SETUP_APPLY, values, bench.surroundings(), faults, access_key=bench.access_key())
    ask = shop.face.ask
    confirm = partial(says_yes, ask) if ask else None
    return apply(request, bench.tools(request.estate.regions), PackageTemplates(), confirm=confirm)
