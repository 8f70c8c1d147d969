"""The statements that policies lack. Pure."""

from __future__ import annotations

from typing import Any

from waybill.domain.iam.answers import Missing
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.question import Question
from waybill.domain.iam.requests import Request, Who
from waybill.domain.iam.services import attached_to

_OF_NOBODY = frozenset({Kind.SCP, Kind.RCP, Kind.ENDPOINT})
_OF_CALLERS = frozenset({Kind.IDENTITY, Kind.BOUNDARY, Kind.SESSION, Kind.SCP})


def lacking(kind: Kind, question: Question, request: Request, name: str = "") -> Missing:
    """Return what a policy of a kind lacks that does not allow; `name` says where it is, where it is there."""
    action, resource = question.action, request.resource
    statement: dict[str, Any] = {"Effect": "Allow"}
    if kind not in _OF_CALLERS:
        statement["Principal"] = "*" if kind in {Kind.RCP, Kind.ENDPOINT} else principal_of(request)
    statement["Action"] = action
    if kind is not Kind.TRUST:
        # A key's policy is about that key alone.
        statement["Resource"] = "*" if kind is Kind.KEY else resource
    callers = kind in _OF_CALLERS
    attached = request.principal if callers else attached_to(kind, resource)
    of = "" if kind in _OF_NOBODY else attached
    # An endpoint is the network's, whosever that is.
    account = request.account if callers else "" if kind is Kind.ENDPOINT else question.account
    return Missing(kind=kind, account=account, of=of, name=name, statement=statement)


def nowhere(question: Question, request: Request) -> Missing:
    """Return what lacks where no policy of the resource could ever let another account in."""
    account = question.account or "the resource's account"
    putting = question.action.lower().endswith(":putdomainpermissionspolicy")
    ignored = "The policy that is put is not asked itself. " if putting else ""
    advice = f"{ignored}Nothing there can let another account in: assume a role of {account} that may."
    return Missing(kind=Kind.RESOURCE, account=question.account, of=request.resource, statement=None, advice=advice)


def principal_of(request: Request) -> dict[str, str]:
    """Return the Principal that names a caller: a session by its role."""
    if request.who is Who.SERVICE:
        return {"Service": request.caller}
    if request.who is Who.WEB:
        return {"Federated": request.provider}
    return {"AWS": request.principal}
