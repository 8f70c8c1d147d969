"""Who asks for what: a request as policies see it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from waybill.domain.iam.context import Context, Value

_IDENTITY: Final = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):(?:iam|sts)::(?P<account>\d{12}):"
    r"(?:(?P<root>root)|(?P<kind>user|role|assumed-role|federated-user)/(?P<path>.+))\Z"
)
_PROVIDER: Final = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(oidc|saml)-provider/.+\Z")
_OF_SERVICES: Final = ("aws:sourcearn", "aws:sourceaccount", "aws:sourcevpc", "aws:sourcevpce")
_PRINCIPAL: Final = "aws:principalarn"
_SERVICE: Final = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?\Z")


class Who(Enum):
    """What a caller is. A ROLE is one of its sessions whose name is not known; WEB a token that no role goes with."""

    ROOT = "root"
    USER = "user"
    ROLE = "role"
    SESSION = "session"
    FEDERATED = "federated user"
    SERVICE = "service"
    WEB = "web identity"


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for something, and how.

    `caller` is an ARN, a service such as `codepipeline.amazonaws.com`, or "" for a web identity, whose `provider` is an
    ARN, or "" where it is not known. `resource` is the ARN of what is asked for, where the policy may speak of several
    things. `role` is the ARN of the role whose session the caller is; left out, it has no path as far as is known.
    """

    caller: str
    account: str
    context: Context = field(default_factory=lambda: Context({}))
    resource: str = ""
    role: str = ""
    provider: str = ""

    @property
    def principal(self) -> str:
        """The ARN that policies call the caller by: a session's is its role's."""
        return self.role or role_of(self.caller)

    @property
    def who(self) -> Who:
        """What the caller is."""
        if not self.caller.startswith("arn:"):
            return Who.SERVICE if self.caller else Who.WEB
        match = _IDENTITY.match(self.caller)
        if match is None or match["root"]:
            return Who.ROOT if match else Who.USER
        known = {"role": Who.ROLE, "assumed-role": Who.SESSION, "federated-user": Who.FEDERATED}
        return known.get(match["kind"], Who.USER)

    @property
    def name(self) -> str:
        """The caller's own name: a user's, a role's (its sessions' too), or all of a service's."""
        match = _IDENTITY.match(self.principal)
        return match["path"].rpartition("/")[2] if match and match["path"] else self.caller

    @property
    def described(self) -> Request:
        """This request with what every request says of its caller in conditions."""
        known = self.context.within(_about(self))
        if self.who is Who.SESSION and not self.role and not self.context.knows(_PRINCIPAL):
            known = replace(known, pathless=known.pathless | {_PRINCIPAL})
        return replace(self, context=known)


def request_of(principal: str, context: Context, *, role: str = "") -> Request:
    """Return a request of a principal as people write it. Raises `ValueError` where it is no caller.

    `principal` is the ARN of a user, a role, a session, a federated user or `:root`, or the name of a service; or of an
    identity provider, for whoever has a token of it. `role` is the ARN of the session's role, where that has a path.
    """
    match = _IDENTITY.match(principal)
    if match is None:
        if _SERVICE.match(principal):
            return Request(principal, "", context)
        if _PROVIDER.match(principal):
            return Request("", "", context, provider=principal)
        raise ValueError(
            "must be the ARN of a user, a role, a role's session or `:root`, or a service such as "
            "`codepipeline.amazonaws.com`."
        )
    if match["kind"] == "assumed-role" and "/" not in match["path"]:
        raise ValueError("must name the session too: `assumed-role/ROLE/SESSION`.")
    if role and (match["kind"] != "assumed-role" or _bare(role) != role_of(principal)):
        raise ValueError("must be the session's own role, with its path.")
    return Request(principal, match["account"], context, role=role)


def role_of(caller: str) -> str:
    """Return the ARN of the role whose session `caller` is, as far as the session's ARN tells: without a path."""
    prefix, marker, rest = caller.partition(":assumed-role/")
    if not marker:
        return caller
    return f"{prefix.replace(':sts:', ':iam:')}:role/{rest.split('/')[0]}"


def _bare(role: str) -> str:
    """Return a role's ARN without the path."""
    prefix, marker, rest = role.partition(":role/")
    return f"{prefix}{marker}{rest.rpartition('/')[2]}"


def _about(request: Request) -> dict[str, Value]:
    """Return the condition keys that every request has a value for, or surely none."""
    who = request.who
    is_identity = who not in {Who.SERVICE, Who.WEB}
    # A service says for which resource it asks; a session does not say by which token it was begun.
    direct = dict.fromkeys(_OF_SERVICES) if who is not Who.SERVICE else {}
    begun = {} if who in {Who.ROLE, Who.SESSION} else {"aws:federatedprovider": request.provider or None}
    kinds = {Who.USER: "User", Who.ROOT: "Account", Who.FEDERATED: "FederatedUser"}
    return {
        "aws:securetransport": "true",
        _PRINCIPAL: request.principal if is_identity else None,
        "aws:principalaccount": request.account if is_identity else None,
        "aws:principaltype": kinds.get(who, "AssumedRole") if is_identity else None,
        "aws:username": request.name if who is Who.USER else None,
        "aws:principalisawsservice": str(who is Who.SERVICE).lower(),
        "aws:principalservicename": request.caller if who is Who.SERVICE else None,
        "aws:viaawsservice": "false",
        "aws:calledvia": None,
        **direct,
        **begun,
    }
