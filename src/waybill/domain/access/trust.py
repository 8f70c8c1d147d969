"""The statements of a grant in the trust policy of the role that it goes through. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from waybill.domain.access.grants import TAKE, AccountWho, Grant, RepositoryWho
from waybill.domain.access.refs import Ref
from waybill.domain.access.wanted import WantedStatement, named_as, one, sid_of
from waybill.domain.arns import RoleArn
from waybill.domain.iam.documents import Kind
from waybill.domain.setup.stacks.regional import subjects_of

ISSUER: Final = "token.actions.githubusercontent.com"
AUDIENCE: Final = "sts.amazonaws.com"
TAKEN_WITH: Final = ("sts:SetSourceIdentity", "sts:TagSession")
"""Who assumes a role says for whom, in the session: Waybill does. No external id goes with these."""


def trust_ref(role: RoleArn, account: str, region: str) -> Ref:
    """Return the document of a role; IAM is asked in `region`."""
    name = role.text.partition(":role/")[2]
    return Ref(account=account, owner=role.account, region=region, kind=Kind.TRUST, name=name)


def trust_statements(grant: Grant, ref: Ref) -> Iterator[WantedStatement]:
    """Yield what lets the grant's `who` take the role."""
    partition = ref.arn.split(":")[1]
    if isinstance(grant.who, RepositoryWho):
        yield _of_tokens(grant, grant.who, ref, partition)
        return
    named, condition = named_as(grant.who, ref.owner, partition)
    external = grant.who.external_id if isinstance(grant.who, AccountWho) else None
    asked = {**condition}
    if external:
        asked["StringEquals"] = {**asked.get("StringEquals", {}), "sts:ExternalId": external}
    for suffix, actions, limits in (("Trust", ["sts:AssumeRole"], asked), ("Session", list(TAKEN_WITH), condition)):
        body = {"Sid": sid_of(grant.name, suffix), "Effect": "Allow", "Principal": named, "Action": one(actions)}
        yield WantedStatement(ref=ref, grant=grant.name, body={**body, **({"Condition": limits} if limits else {})})


def _of_tokens(grant: Grant, who: RepositoryWho, ref: Ref, partition: str) -> WantedStatement:
    provider = f"arn:{partition}:iam::{ref.owner}:oidc-provider/{ISSUER}"
    subjects = list(subjects_of(who.repository, TAKE))
    body = {
        "Sid": sid_of(grant.name, "Trust"),
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{ISSUER}:aud": AUDIENCE},
            "StringLike": {f"{ISSUER}:sub": one(subjects)},
        },
    }
    return WantedStatement(ref=ref, grant=grant.name, body=body)
