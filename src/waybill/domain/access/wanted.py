"""One statement that a grant makes, and whom statements name. Pure.

The resource's own account is named by ARN. Another account's role or user is named by that account and a condition: AWS
takes no policy that names somebody who does not exist (yet), and across accounts the other account's own policies are
asked anyway, whichever way it is written.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from waybill.domain.access.grants import AccountWho, Grant, IdentityWho, OrganisationWho, Who
from waybill.domain.access.refs import Ref

OURS: Final = "Waybill"
"""What the Sid of every statement of ours begins with."""

SUFFIXES: Final = (
    "Read",
    "Download",
    "Publish",
    "Fetch",
    "Token",
    "Administer",
    "Stage",
    "Promote",
    "List",
    "Bucket",
    "Key",
    "Trust",
    "Session",
)
"""How the Sids of a grant's statements end: none of these words ends another one."""

_OF_ANY_GRANT: Final = re.compile(rf"{OURS}[A-Z0-9][A-Za-z0-9]*({'|'.join(SUFFIXES)})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedStatement:
    """One statement, and the document that it belongs to."""

    ref: Ref
    grant: str
    body: Mapping[str, Any] = field(hash=False)

    @property
    def sid(self) -> str:
        """Its name."""
        return str(self.body["Sid"])


def sid_of(grant: str, suffix: str) -> str:
    """Return the Sid of a grant's statement: letters and digits only, as IAM has it."""
    return f"{OURS}{camel(grant)}{suffix}"


def camel(grant: str) -> str:
    """Return a grant's name as a part of a Sid: `bob-publishes` is `BobPublishes`."""
    return "".join(part[:1].upper() + part[1:] for part in grant.split("-"))


def is_ours(statement: Mapping[str, Any]) -> bool:
    """Whether a live statement is one of ours: it allows, and its Sid is one that a grant's would have."""
    return statement.get("Effect") == "Allow" and bool(_OF_ANY_GRANT.fullmatch(str(statement.get("Sid") or "")))


def of_grant(sid: str, grant: str) -> bool:
    """Whether a Sid is one of a grant's."""
    return any(sid == sid_of(grant, suffix) for suffix in SUFFIXES)


def stem_of(sid: str) -> str:
    """Return a grant's part of a Sid: its name, as `camel` has it."""
    ended = next((sid.removesuffix(suffix) for suffix in SUFFIXES if sid.endswith(suffix)), sid)
    return ended.removeprefix(OURS)


def stated(
    ref: Ref,
    grant: Grant,
    suffix: str,
    actions: Sequence[str],
    resources: Sequence[str] | None,
    *,
    condition: Mapping[str, Mapping[str, Any]] | None = None,
) -> WantedStatement:
    """Return a statement that allows the grant's `who`, or the role that they take, `actions` on `resources`."""
    who = principal_of(grant)
    named, own = named_as(who, ref.owner, ref.arn.split(":")[1])
    body: dict[str, Any] = {"Sid": sid_of(grant.name, suffix), "Effect": "Allow", "Principal": named}
    body["Action"] = one(sorted(actions))
    if resources is not None:
        body["Resource"] = one(sorted(resources))
    merged = {**(condition or {})}
    for operator, pairs in own.items():
        merged[operator] = {**merged.get(operator, {}), **pairs}
    if merged:
        body["Condition"] = merged
    return WantedStatement(ref=ref, grant=grant.name, body=body)


def principal_of(grant: Grant) -> Who:
    """Return whom the policies of a grant's `what` speak of."""
    return IdentityWho(arn=grant.through.text) if grant.through else grant.who


def named_as(who: Who, owner: str, partition: str) -> tuple[Any, dict[str, dict[str, Any]]]:
    """Return a Principal, and the condition that goes with it, in a document of the account `owner`."""
    match who:
        case AccountWho(id=number):
            return {"AWS": root(number, partition)}, {}
        case OrganisationWho(id=organisation):
            return "*", {"StringEquals": {"aws:PrincipalOrgID": organisation}}
        case IdentityWho(arn=arn) if who.account == owner:
            return {"AWS": arn}, {}
        case IdentityWho(arn=arn):
            return {"AWS": root(who.account, partition)}, {"ArnEquals": {"aws:PrincipalArn": arn}}
    raise ValueError("a repository is nobody by itself: it takes a role")


def foreign(who: Who, owner: str) -> bool:
    """Whether somebody is not, or not only, of the account `owner`."""
    match who:
        case AccountWho(id=number):
            return number != owner
        case IdentityWho():
            return who.account != owner
        case _:
            return True


def root(number: str, partition: str) -> str:
    """Return the ARN that stands for a whole account."""
    return f"arn:{partition}:iam::{number}:root"


def one(values: Sequence[str]) -> str | list[str]:
    """Return a list as policies have it: alone where it is one."""
    return values[0] if len(values) == 1 else list(values)
