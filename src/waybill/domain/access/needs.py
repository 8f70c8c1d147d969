"""What other policies must allow beside the documents that Waybill writes: the identity's own side, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from waybill.domain.access.grants import AccountWho, Grant, IdentityWho, OrganisationWho, Packages, Who
from waybill.domain.access.wanted import WantedStatement, foreign, principal_of
from waybill.domain.iam.conditions import many

BEARER = "sts:GetServiceBearerToken"
"""A token of CodeArtifact's is made by STS, in the caller's own account: no policy of a domain speaks of it."""


def needs_of(grants: Iterable[Grant], wanted: Iterable[WantedStatement], names: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence for each grant whose `who` is of another account: that account must allow the same."""
    by_grant: dict[str, list[WantedStatement]] = {}
    for one in wanted:
        by_grant.setdefault(one.grant, []).append(one)
    found = []
    for grant in grants:
        who, owner = principal_of(grant), grant.what.account.id
        if not foreign(who, owner):
            continue
        actions = {str(action) for one in by_grant.get(grant.name, ()) for action in many(one.body["Action"])}
        if isinstance(grant.what, Packages):
            actions.add(BEARER)
        found.append(f"{grant.name}: {_who(who, names)} needs the same on its own side: {', '.join(sorted(actions))}.")
    return tuple(found)


def _who(who: Who, names: Mapping[str, str]) -> str:
    match who:
        case AccountWho(id=number):
            return f"whoever of {names.get(number, number)} it is"
        case IdentityWho(arn=arn):
            return arn
        case OrganisationWho():
            return "whoever it is"
    raise ValueError("a repository is nobody by itself: it takes a role")
