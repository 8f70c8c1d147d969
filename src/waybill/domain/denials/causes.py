"""Why a call was refused: whose policy it was, as AWS says, or likely was, as the two accounts tell. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from waybill.domain.denials.sentences import Said, plain
from waybill.domain.iam.answers import Missing
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.missing import lacking
from waybill.domain.iam.question import Question
from waybill.domain.iam.requests import Request
from waybill.domain.iam.services import account_of, held, own_kind

NOBODY: Final = "CALLER_ARN"
"""Stands in statements where nobody says who the caller is."""

_OWN_ACCOUNT: Final = frozenset({"codepipeline", "cloudformation", "cloudfront", "events", "iam", "ssm"})
WEB: Final = "sts:AssumeRoleWithWebIdentity"


class Side(StrEnum):
    """Whose policy refuses a call."""

    IDENTITY = "identity"
    RESOURCE = "resource"
    KEY = "key"
    TRUST = "trust"
    BOUNDARY = "boundary"
    SESSION = "session"
    ORGANISATION = "organisation"
    ENDPOINT = "endpoint"
    UNKNOWN = "unknown"


SIDES: Final[Mapping[Kind, Side]] = MappingProxyType(
    {
        Kind.IDENTITY: Side.IDENTITY,
        Kind.KEY: Side.KEY,
        Kind.TRUST: Side.TRUST,
        Kind.BOUNDARY: Side.BOUNDARY,
        Kind.SESSION: Side.SESSION,
        Kind.SCP: Side.ORGANISATION,
        Kind.RCP: Side.ORGANISATION,
        Kind.ENDPOINT: Side.ENDPOINT,
    }
)
"""Of the kinds that are not the resource's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What was asked for: an IAM action on an ARN, by whom. `key` is the ARN, or a pattern, of the KMS key behind it.

    `owner` is the account that the resource should be of, where its ARN does not say so: a bucket's.
    """

    action: str
    resource: str
    caller: str = ""
    key: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a call was refused. `likely` says why a side is taken for it, where AWS does not: then it is no certainty.

    `missing` are the policies that do not allow it, the likeliest first. `account` and `owner` are the accounts of the
    caller and of the resource, empty where not known. `denies` is the statement that denies, as STS decoded it.
    """

    caller: str
    action: str
    resource: str
    kind: Kind | None
    likely: str
    missing: tuple[Missing, ...]
    said: Said
    account: str = ""
    owner: str = ""
    denies: str = ""

    @property
    def mends(self) -> tuple[Missing, ...]:
        """The policies that a statement more would mend: none where one denies, or a setting refuses.

        Nor a trust policy that tokens are held against: one without the right conditions would let in any repository.
        """
        helpless = self.said.explicit or self.said.setting or self.action == WEB
        return () if helpless else self.missing

    @property
    def side(self) -> Side:
        """Whose policy it is."""
        return Side.UNKNOWN if self.kind is None else SIDES.get(self.kind, Side.RESOURCE)

    @property
    def crosses(self) -> bool | None:
        """Whether the caller is of another account than the resource; None where that is not known."""
        return self.account != self.owner if self.account and self.owner else None


def cause(call: Call, said: Said, denies: str = "") -> Cause:
    """Return why a call was refused. What AWS says goes before what was asked for: a PutObject may be a key's."""
    caller, action = plain(said.caller or call.caller), said.action or call.action
    resource = plain(_resource(call, said, action))
    account, owner = account_of(caller), _owner(call, action, resource, account_of(caller))
    request = Request(caller or NOBODY, account, resource=resource)
    question = Question(request=request, action=action, resource=resource, owner=owner)
    kinds, likely = _told(said, action, resource), ""
    if not kinds and not said.explicit:
        kinds, likely = _likely(action, resource, account, owner)
    elif said.open and not (account and account == owner):
        kinds = (Kind.KEY, Kind.IDENTITY)
    return Cause(
        caller=caller,
        action=action,
        resource=resource,
        kind=kinds[0] if kinds else None,
        likely=likely,
        missing=tuple(lacking(kind, question, request) for kind in kinds),
        said=said,
        account=account,
        owner=owner,
        denies=denies,
    )


def _resource(call: Call, said: Said, action: str) -> str:
    if said.resource == "*" or said.resource.startswith("arn:"):
        return said.resource
    if not action.startswith("kms:") or call.resource.split(":")[2:3] == ["kms"]:
        return call.resource
    # No action on keys is allowed on an object. AWS names no key of another account.
    partition = [*call.resource.split(":"), ""][1] or "aws"
    return call.key or f"arn:{partition}:kms:*:*:key/*"


def _owner(call: Call, action: str, resource: str, account: str) -> str:
    named = account_of(resource)
    if named:
        return named
    if call.owner and resource.partition("/")[0] == call.resource.partition("/")[0]:
        return call.owner
    return account if action.partition(":")[0] in _OWN_ACCOUNT else ""


def _told(said: Said, action: str, resource: str) -> tuple[Kind, ...]:
    kind = Kind.RESOURCE if said.setting else said.kind
    if kind is None:
        return ()
    return (own_kind(action, resource) if kind is Kind.RESOURCE else kind,)


def _likely(action: str, resource: str, account: str, owner: str) -> tuple[tuple[Kind, ...], str]:
    """Return whose policies may lack it, the likeliest first, and why these."""
    service = action.partition(":")[0]
    own = own_kind(action, resource)
    if action == WEB:
        return (Kind.TRUST,), "with a token only the role's trust policy decides who may assume it"
    if service == "organizations":
        said = "an organisation answers its management account, and accounts that it delegates to"
        return (Kind.IDENTITY,), said
    if own is Kind.TRUST:
        if account and account == owner:
            return (own,), "the role is of the caller's own account, and its trust policy has to let the caller in"
        return (own, Kind.IDENTITY), _both(account, owner)
    if not _kinds(action, resource):
        return (Kind.IDENTITY,), f"no policy of a resource allows {action}, so it is the caller's own"
    if account and account == owner:
        said = f"both are of account {account}, where the caller's own policy is enough"
        if own is Kind.KEY:
            said = f"both are of account {account}, whose key policies mostly leave it to the caller's own policy"
        return (Kind.IDENTITY,), said
    if account and owner:
        return (own, Kind.IDENTITY), _both(account, owner)
    if own is Kind.KEY:
        return (Kind.IDENTITY, own), "whose key it is AWS does not say; one of another account needs both sides"
    return (Kind.IDENTITY,), "the caller's own policy is needed in any case"


def _kinds(action: str, resource: str) -> tuple[Kind, ...]:
    try:
        return () if action.startswith("ssm:") else held(action, resource).kinds
    except ValueError:
        return ()


def _both(account: str, owner: str) -> str:
    accounts = f" ({account} asks {owner})" if account and owner else ""
    return f"across accounts{accounts} both sides must allow it, and any of them may lack it"
