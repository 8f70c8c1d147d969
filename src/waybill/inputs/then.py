"""The inputs of a command that may deploy last of all; of one that does not, no more is read than that it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from waybill.domain.request import Place
from waybill.inputs.reading import Reading
from waybill.inputs.surroundings import Surroundings
from waybill.inputs.tables.delivery import DELIVERY

if TYPE_CHECKING:
    from waybill.domain.deploy.delivery import Delivery


def read_then(reading: Reading, place: Place, around: Surroundings) -> Delivery | None:
    """Return how the version is deployed afterwards, None where no pipeline is named; faults go to `reading`."""
    if reading.given("pipeline") is None:
        for item in filter(lambda item: reading.has(item.name), DELIVERY):
            given = reading.given(item.name)
            # A runner hands over the defaults as if somebody had given them.
            if given is not None and given.strip() != item.default:
                reading.fault(item.name, "is of no use without `pipeline`.")
        return None
    from waybill.inputs.delivery import read_delivery  # noqa: PLC0415 - few stages deploy, and all of them start

    return read_delivery(reading, place, (*around.places, *place.config_regions))
