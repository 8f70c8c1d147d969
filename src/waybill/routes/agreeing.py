"""Shows a plan of `access` to the person at the terminal, and asks."""

from __future__ import annotations

from waybill.commands.access.apply import Confirm
from waybill.compose import Shop
from waybill.domain.access.plan import AccessPlan
from waybill.routes.asking import says_yes


def confirming(shop: Shop) -> Confirm | None:
    """Return what asks; None where nobody is there."""
    ask = shop.face.ask
    if ask is None:
        return None

    def confirm(plan: AccessPlan) -> bool:
        from waybill.report.access_text import as_text  # noqa: PLC0415 - where somebody is asked
        from waybill.report.ink import Ink  # noqa: PLC0415

        return says_yes(ask, f"{as_text(plan, Ink(symbols=False))}\n\nMake these changes?")

    return confirm
