"""Which accounts and regions a request about a StackSet means. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.sandbox.engine.cloudformation.sets import SELF_MANAGED, Instance, StackSet
from waybill.sandbox.engine.cloudformation.sources import Request
from waybill.sandbox.engine.cloudformation.stack import Where
from waybill.sandbox.engine.refusals import Refusal


def chosen(owner: StackSet, members: tuple[str, ...], request: Request) -> list[tuple[Where, str]]:
    """Return the places that a request means, each with its organizational unit; raises `Refusal`.

    `members` are the organisation's accounts.
    """
    targets: Mapping[str, Any] = request.get("DeploymentTargets", {})
    accounts = list(dict.fromkeys([*request.get("Accounts", []), *targets.get("Accounts", [])]))
    regions = list(dict.fromkeys(request.get("Regions", [])))
    units = targets.get("OrganizationalUnitIds", [])
    if owner.model == SELF_MANAGED:
        if units or not accounts:
            raise Refusal(
                "ValidationError",
                "StackSets with SELF_MANAGED permission model need Accounts, and no organizational units.",
            )
        return [(Where(account, region), "") for account in accounts for region in regions]
    if not units:
        raise Refusal(
            "ValidationError",
            "StackSets with SERVICE_MANAGED permission model can only have OrganizationalUnit as target",
        )
    how = targets.get("AccountFilterType", "NONE")
    # The sandbox's organisation has no tree: every unit has all of its members.
    within = {
        "NONE": [each for each in members if not accounts or each in accounts],
        "INTERSECTION": [each for each in members if each in accounts],
        "DIFFERENCE": [each for each in members if each not in accounts],
        "UNION": list(dict.fromkeys([*members, *accounts])),
    }[how]
    return [(Where(account, region), units[0]) for account in within for region in regions]


def existing(owner: StackSet, members: tuple[str, ...], request: Request) -> list[Instance]:
    """Return the instances that a request means; raises `Refusal` where one is not there."""
    places = [place for place, _ in chosen(owner, members, request)]
    missing = [each for each in places if each not in owner.instances]
    if missing:
        one = missing[0]
        raise Refusal(
            "StackInstanceNotFoundException",
            f"Stack instance not found for account {one.account} in region {one.region}",
            404,
        )
    return [owner.instances[each] for each in places]
