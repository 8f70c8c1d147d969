"""Says from which account to which a version goes: a `role` that was forgotten is seen before anything is written."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.account.target import Target
from waybill.domain.orders import PromoteOrder
from waybill.domain.request import Request
from waybill.domain.result import Outcome, Result


def sentence(order: PromoteOrder, request: Request, source: Target, target: Target) -> str:
    """Return what is promoted, and between which accounts."""
    what = f"Promoting {request.project} {request.version}"
    if source.owner != target.owner:
        return f"{what} from account {source.owner} to account {target.owner}"
    if request.identity.role is not None or order.source.identity.role is not None:
        return f"{what} within account {target.owner}"
    return f"{what} within account {target.owner}: no `role` is given, which would lead to another account"


def places(source: str, target: str) -> str:
    """Return from which account to which, as a note of a region."""
    return f"within account {target}" if source == target else f"from account {source} to account {target}"


def noted(result: Result, source: str, target: str) -> Result:
    """Return the result where each region that did something, and has nothing else to say, tells the accounts."""
    regions = tuple(
        replace(region, note=region.note or places(source, target))
        if region.error is None and region.outcome in {Outcome.CREATED, Outcome.MOVED}
        else region
        for region in result.regions
    )
    return replace(result, regions=regions)
