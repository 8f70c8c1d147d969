"""IAM as doctor looks at it: roles with their trust, OIDC providers, and what policies would say.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from waybill.aws.calls import Calls
from waybill.aws.meanings import Asked
from waybill.domain.doctor.facts import Role, Said, Simulated

ABSENT = {"NoSuchEntity": None, "NoSuchEntityException": None}


class AwsIdentities:
    """Implements `ports.Identities`. `client` makes IAM's client when it is first needed."""

    def __init__(self, client: Callable[[], Any], calls: Calls, *, partition: str, account: str) -> None:
        self._client = client
        self._calls = calls
        self._prefix = f"arn:{partition}:iam::{account}:"

    def role(self, name: str) -> Role | None:
        """Return a role by its name; None where there is none."""
        asked = Asked(action="iam:GetRole", resource=f"{self._prefix}role/{name}", where=f"role {name}")
        answer = self._calls.perform(asked, lambda: self._client().get_role(RoleName=name), ABSENT)
        return None if answer is None else _role(answer["Role"])

    def roles(self) -> Sequence[Role]:
        """Return all roles."""
        asked = Asked(action="iam:ListRoles", resource=f"{self._prefix}role/", where="the account's roles")
        return [_role(one) for page in self._pages(asked, self._client().list_roles) for one in page["Roles"]]

    def provider(self, arn: str) -> Sequence[str] | None:
        """Return the audiences of an OIDC provider; None where there is none."""
        asked = Asked(action="iam:GetOpenIDConnectProvider", resource=arn, where=f"identity provider {arn}")
        ask = partial(self._client().get_open_id_connect_provider, OpenIDConnectProviderArn=arn)
        answer = self._calls.perform(asked, ask, ABSENT)
        return None if answer is None else [str(one) for one in answer.get("ClientIDList", [])]

    def simulate(
        self, principal: str, actions: Sequence[str], resources: Sequence[str], context: Mapping[str, str]
    ) -> Sequence[Simulated]:
        """Return what the policies of a user or a role say to each action on each resource."""
        asked = Asked(action="iam:SimulatePrincipalPolicy", resource=principal, where=f"the policies of {principal}")
        ask = partial(
            self._client().simulate_principal_policy,
            PolicySourceArn=principal,
            ActionNames=list(actions),
            ResourceArns=list(resources),
            ContextEntries=[
                {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
                for key, value in context.items()
            ],
        )
        pages = self._pages(asked, ask)
        found = [one for page in pages for result in page["EvaluationResults"] for one in _simulated(result)]
        return list(dict.fromkeys(found))

    def _pages(self, asked: Asked, ask: Callable[..., Any]) -> Iterator[Mapping[str, Any]]:
        more: dict[str, str] = {}
        while True:
            answer = self._calls.perform(asked, partial(ask, **more))
            yield answer
            if not answer.get("IsTruncated"):
                return
            more = {"Marker": answer["Marker"]}


def _role(found: Mapping[str, Any]) -> Role:
    trust = found.get("AssumeRolePolicyDocument", {})
    return Role(
        arn=str(found["Arn"]),
        trust=trust if isinstance(trust, str) else json.dumps(trust),
        longest=int(found.get("MaxSessionDuration", 3600)),
    )


def _simulated(found: Mapping[str, Any]) -> Iterator[Simulated]:
    """Yield the results of one action: those of each resource, where they are told apart."""
    organisation = found.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True)
    whole = {**found, "EvalResourceDecision": found["EvalDecision"]}
    for one in found.get("ResourceSpecificResults") or [whole]:
        boundary = one.get("PermissionsBoundaryDecisionDetail", {}).get("AllowedByPermissionsBoundary", True)
        said = Said(str(one["EvalResourceDecision"]))
        matched = one.get("MatchedStatements", []) if said is Said.EXPLICIT_DENY else []
        yield Simulated(
            action=str(found["EvalActionName"]),
            resource=str(one.get("EvalResourceName", "*")),
            said=said,
            boundary=bool(boundary),
            organisation=bool(organisation),
            missing=tuple(str(key) for key in one.get("MissingContextValues", [])),
            denied_by=tuple(dict.fromkeys(str(each["SourcePolicyId"]) for each in matched if "SourcePolicyId" in each)),
        )
