"""One `deploy` as it is asked for. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from waybill.domain.deploy.delivery import Delivery
from waybill.domain.request import Place, Request
from waybill.domain.selector import Selector
from waybill.domain.versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployOrder:
    """One `deploy`, before it is known which version is meant.

    `wanted_by` is the input that names it; `request` makes the request once it is known; `channel` is the one whose
    events tell of the deploy.
    """

    project: str
    place: Place
    wanted: Selector
    wanted_by: str
    channel: str
    delivery: Delivery
    request: Callable[[Version], Request]
