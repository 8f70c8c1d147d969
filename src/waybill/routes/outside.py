"""What a deploy has to do with beside AWS's storage: the proof afterwards, and GitHub's pages."""

from __future__ import annotations

from collections.abc import Mapping

from waybill.commands.deploy import Outside
from waybill.commands.deployment.proof import prove
from waybill.commands.deployment.task import Announcer, Nobody
from waybill.compose import Shop
from waybill.domain.delivery import Delivery
from waybill.domain.request import Request


def outside(shop: Shop, values: Mapping[str, str]) -> Outside:
    """Return what a deploy is made with."""

    def announcer(delivery: Delivery, request: Request, commit: str) -> Announcer:
        return Nobody()

    return Outside(proof=prove, announcers=announcer)
