"""The rules of the file for one who writes it: what is wrong with one place, while others are not written yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from waybill.errors import Fault
from waybill.inputs.file.places import Place, Places
from waybill.inputs.setup.read import check


def rules(regions: frozenset[str]) -> Callable[[Mapping[str, Any], Place, bool], Sequence[Fault]]:
    """Return what tells the faults of a place, and, where asked, of what stands below it; `()` is the whole file."""

    def faults(file: Mapping[str, Any], place: Place, below: bool) -> Sequence[Fault]:
        places = Places("")
        check(file, places, regions=regions)
        return [fault for where, _, fault in places.found if where == place or (below and where[: len(place)] == place)]

    return faults
