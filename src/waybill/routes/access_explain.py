"""The run of `access explain`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.access.explain import GivenDocuments, explain
from waybill.compose import Shop
from waybill.domain.result import Result
from waybill.errors import Fault, InputError
from waybill.inputs import access_explain as inputs
from waybill.inputs.surroundings import Surroundings
from waybill.packing import Selection


def run(values: Mapping[str, str], faults: Sequence[Fault], shop: Shop) -> Result:
    """Read the question, and the policies: from files, and from the accounts where those may be asked."""
    folder = shop.face.workspace
    if values.get("offline", "").strip().lower() == "true":
        request = inputs.read(values, _nowhere(shop), faults, folder=folder)
        return explain(request.question, GivenDocuments(request.given), shop.clock)
    from waybill.commands.access.live import LiveDocuments  # noqa: PLC0415 - where an account is asked
    from waybill.routes.workbench import Workbench  # noqa: PLC0415

    bench = Workbench(shop)
    request = inputs.read(values, bench.surroundings(), faults, folder=folder)
    return explain(request.question, LiveDocuments(request, bench.tools(())), shop.clock)


def _nowhere(shop: Shop) -> Surroundings:
    """Return what the inputs are read in where no account is asked: the SDK is not needed."""
    origin, tag = shop.face.origin, shop.face.tag
    return Surroundings(origin=origin, tag=tag, places=(), parameter="", regions=frozenset(), survey=_nothing)


def _nothing(path: str, allow_empty: bool, compress: bool) -> Selection:
    del allow_empty, compress
    raise InputError([Fault("path", path, "is of no use here.")])
