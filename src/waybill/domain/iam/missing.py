"""The statements that policies lack. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from waybill.domain.iam.answers import Missing, Near, Unmet
from waybill.domain.iam.documents import Kind
from waybill.domain.iam.question import Question
from waybill.domain.iam.requests import Request, Who
from waybill.domain.iam.services import attached_to

_OF_NOBODY = frozenset({Kind.SCP, Kind.RCP, Kind.ENDPOINT})
_OF_CALLERS = frozenset({Kind.IDENTITY, Kind.BOUNDARY, Kind.SESSION, Kind.SCP})
_MEET: Final = "Meet the condition: a statement without it would let in more than is meant, and none is printed."
_EXTERNAL: Final = "Whoever assumes the role sends the external id; Waybill sends that of `role-external-id`."
_ANYBODY: Final = (
    "Without conditions a statement would let in whoever has a token of that provider, so none is printed."
)


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
    condition = _of_session(request) if kind is Kind.TRUST else {}
    if condition:
        statement["Condition"] = {"StringEquals": condition}
    callers = kind in _OF_CALLERS
    attached = request.principal if callers else attached_to(kind, resource)
    of = "" if kind in _OF_NOBODY else attached
    # An endpoint is the network's, whosever that is.
    account = request.account if callers else "" if kind is Kind.ENDPOINT else question.account
    missing = Missing(kind=kind, account=account, of=of, name=name, statement=statement)
    unsaid = " and ".join(f"`{key}`" for key, said in condition.items() if not said)
    if not unsaid:
        return missing
    return replace(missing, statement=None, advice=f"{_ANYBODY} Say {unsaid} by `context`, as the token has it.")


def conditional(missing: Missing, nears: tuple[Near, ...]) -> Missing:
    """Return what lacks where statements allow it already, but for conditions: those are to be met, and no other said.

    A token is told the statement that lets in just that token, all the same.
    """
    if missing.kind is Kind.TRUST and missing.statement and "Federated" in missing.statement.get("Principal", {}):
        return replace(missing, conditional=nears)
    told = [_MEET, *([_EXTERNAL] if any(_is_external(each) for near in nears for each in near.unmet) else [])]
    return replace(missing, statement=None, advice=" ".join(told), conditional=nears)


def _is_external(unmet: Unmet) -> bool:
    return unmet.key.lower() == "sts:externalid"


def _of_session(request: Request) -> dict[str, str]:
    """Return what a trust policy should ask of such a caller: empty values are not known."""
    if request.who is not Who.WEB:
        external = request.context.all_of("sts:externalid")
        return {"sts:ExternalId": external[0]} if external else {}
    _, saml, _ = request.provider.partition(":saml-provider/")
    keys = ("SAML:aud",) if saml else _claims(request.provider)
    return {key: next(iter(request.context.all_of(key.lower())), "") for key in keys}


def _claims(provider: str) -> tuple[str, ...]:
    issuer = provider.partition(":oidc-provider/")[2] or "token.actions.githubusercontent.com"
    return f"{issuer}:aud", f"{issuer}:sub"


def nowhere(question: Question, request: Request) -> Missing:
    """Return what lacks where no policy of the resource could ever let another account in."""
    account = question.account or "the resource's account"
    putting = question.action.lower().endswith(":putdomainpermissionspolicy")
    ignored = "The policy that is put is not asked itself. " if putting else ""
    advice = f"{ignored}Nothing there can let another account in: assume a role of {account} that may."
    account = question.account
    return Missing(kind=Kind.RESOURCE, account=account, of=request.resource, statement=None, advice=advice, never=True)


def principal_of(request: Request) -> dict[str, str]:
    """Return the Principal that names a caller: a session by its role."""
    if request.who is Who.SERVICE:
        return {"Service": request.caller}
    if request.who is Who.WEB:
        return {"Federated": request.provider}
    return {"AWS": request.principal}
