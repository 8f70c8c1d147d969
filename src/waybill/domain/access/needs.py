"""What other policies must allow beside the documents that Waybill writes: the identity's own side. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from waybill.domain.access.grants import AccountWho, Grant, IdentityWho, Packages, Pipeline, RepositoryWho, Who
from waybill.domain.access.pipelines import pipeline_statements
from waybill.domain.access.trust import TAKEN_WITH
from waybill.domain.access.wanted import WantedStatement, foreign, one, principal_of
from waybill.domain.iam.conditions import many
from waybill.domain.iam.documents import Kind

BEARER = "sts:GetServiceBearerToken"
"""A token of CodeArtifact's is made by STS, in the caller's own account: no policy of a domain speaks of it.

https://docs.aws.amazon.com/codeartifact/latest/ug/domain-policies.html
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What `who` needs of the policies of their own account, for a grant: `statements` of an identity policy."""

    grant: str
    who: str
    statements: tuple[Mapping[str, Any], ...] = field(hash=False)

    @property
    def says(self) -> str:
        """The same in a sentence."""
        services: dict[str, int] = {}
        for statement in self.statements:
            for action in many(statement["Action"]):
                service = str(action).partition(":")[0]
                services[service] = services.get(service, 0) + 1
        counts = ", ".join(
            f"{number} action{'' if number == 1 else 's'} of {service}" for service, number in sorted(services.items())
        )
        return f"{self.grant}: {self.who} needs this by the policies of their own account: {counts}."

    def to_json(self) -> dict[str, Any]:
        """Return its part of the result document."""
        return {"grant": self.grant, "who": self.who, "statements": [dict(one) for one in self.statements]}


def needs_of(grants: Iterable[Grant], wanted: Iterable[WantedStatement], names: Mapping[str, str]) -> tuple[Need, ...]:
    """Return what grants need beside: across accounts both sides are asked, and a pipeline has no policy of its own."""
    by_grant: dict[str, list[WantedStatement]] = {}
    for each in wanted:
        if each.ref.kind is not Kind.TRUST:
            by_grant.setdefault(each.grant, []).append(each)
    found = []
    for grant in grants:
        who = principal_of(grant)
        if grant.name in by_grant and foreign(who, grant.what.account.id):
            statements = list(_merged(by_grant[grant.name]))
            if isinstance(grant.what, Packages):
                statements.append({"Effect": "Allow", "Action": BEARER, "Resource": "*"})
            found.append(Need(grant=grant.name, who=_who(who, names), statements=tuple(statements)))
        if isinstance(grant.what, Pipeline):
            statements = list(pipeline_statements(grant.what, grant.may))
            found.append(Need(grant=grant.name, who=_who(who, names), statements=tuple(statements)))
        if grant.through is not None and _asked_to_enter(grant.who, grant.through.account):
            entering = {"Effect": "Allow", "Action": ["sts:AssumeRole", *TAKEN_WITH], "Resource": grant.through.text}
            found.append(Need(grant=grant.name, who=_who(grant.who, names), statements=(entering,)))
    return tuple(found)


def _asked_to_enter(who: Who, owner: str) -> bool:
    """Whether somebody's own policies must let them take a role of the account `owner`; a token's bearer has none."""
    if isinstance(who, RepositoryWho):
        return False
    return isinstance(who, AccountWho) or foreign(who, owner)


def _merged(wanted: Iterable[WantedStatement]) -> Iterable[Mapping[str, Any]]:
    """Return the same actions on the same resources, those of one resource together; \"*\" is what the policy is of."""
    together: dict[tuple[str, ...], dict[str, None]] = {}
    for each in wanted:
        spelled = (_spelled(each, str(resource)) for resource in many(each.body["Resource"]))
        flat = tuple(sorted({resource for several in spelled for resource in several}))
        together.setdefault(flat, {}).update(dict.fromkeys(map(str, many(each.body["Action"]))))
    for resources, actions in together.items():
        yield {"Effect": "Allow", "Action": one(sorted(actions)), "Resource": one(list(resources))}


def _spelled(each: WantedStatement, resource: str) -> tuple[str, ...]:
    arn = each.ref.arn
    if resource != "*":
        return (resource,)
    if each.ref.kind is Kind.REPOSITORY:
        return arn, arn.replace(":repository/", ":package/") + "/*"
    if each.ref.kind is Kind.DOMAIN:
        name = arn.rpartition(":domain/")
        return arn, f"{name[0]}:repository/{name[2]}/*", f"{name[0]}:package/{name[2]}/*"
    return (arn,)


def _who(who: Who, names: Mapping[str, str]) -> str:
    match who:
        case AccountWho(id=number):
            return f"whoever of {names.get(number, number)} it is"
        case IdentityWho(arn=arn):
            return arn
        case _:
            return "whoever it is"
