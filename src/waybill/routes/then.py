"""A deploy that follows another command, last of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from waybill.commands.tools import Tools
from waybill.compose import Shop
from waybill.domain.request import Request
from waybill.domain.result import Result
from waybill.domain.versions import Version

if TYPE_CHECKING:
    from waybill.domain.deploy.delivery import Delivery
    from waybill.domain.deploy.order import DeployOrder

UNKNOWN = Version("0.0.0")
"""Stands for a version that is not known yet, in a request that is asked only for what does not depend on it."""

Run = Callable[[], Result]
"""What puts the version on its channel."""


def then_deploy(run: Run, request: Request, values: Mapping[str, str], tools: Tools, shop: Shop) -> Result:
    """Run a command, and then deploy what it has put on the channel, where a pipeline is named.

    What is wrong with the pipeline is refused before the command begins (P10).
    """
    if request.delivery is None:
        return run()
    from waybill.commands.deploy import deploy_after, enter  # noqa: PLC0415 - few stages deploy, and all of them start
    from waybill.routes.outside import outside  # noqa: PLC0415 - as above

    # First of all, since it masks what is secret in the inputs (P9).
    world = outside(shop, values)
    entrance = enter(request.delivery, tools)
    result = run()
    order = _order(request, request.delivery, result, values)
    return deploy_after(result, order, entrance, tools, world)


def _order(request: Request, delivery: Delivery, result: Result, values: Mapping[str, str]) -> DeployOrder:
    from waybill.domain.selector import Exactly  # noqa: PLC0415 - as above
    from waybill.inputs.deploy import order  # noqa: PLC0415 - as above

    return order(
        values,
        project=request.project,
        place=request,
        origin=request.origin,
        wanted=Exactly(Version(result.version)),
        wanted_by="version",
        channel=request.channel,
        kms=request.kms,
        delivery=delivery,
    )
