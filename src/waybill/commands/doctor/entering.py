"""Into the target account as the run would go: the credentials at hand, the runner's token, the roles."""

from __future__ import annotations

from dataclasses import dataclass, replace

from waybill.commands.asking import ask
from waybill.commands.together import in_words
from waybill.commands.tools import Tools
from waybill.domain.arns import Caller, RoleArn
from waybill.domain.doctor.calls import doctor_policy
from waybill.domain.doctor.claims import refused_finding, taken_finding
from waybill.domain.doctor.examined import DoctorRequest
from waybill.domain.doctor.facts import Role
from waybill.domain.doctor.identity import caller_finding, chain_finding, credentials_finding
from waybill.domain.doctor.verdicts import bad, good, unknown
from waybill.domain.findings import Finding, Seen
from waybill.domain.identity import Identity
from waybill.errors import Cancelled, IdentityError, Unavailable, WaybillError
from waybill.ports.account import Account
from waybill.progress import Identified


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How entering an account ended. `account` None: it could not be entered, or nothing is to be looked at there."""

    findings: tuple[Finding, ...]
    account: Account | None = None
    caller: Caller | None = None


def enter_target(request: DoctorRequest, tools: Tools) -> Entry:
    """Enter the account that the run works in, and say who that is. Raises `Cancelled`, and `Unavailable` for STS."""
    identity = request.place.identity
    found: list[Finding] = []
    if identity.oidc_role is None:
        found.append(credentials_finding(request.access_key, real=tools.console))
    beginner = _beginner(identity, tools)
    try:
        account = tools.gateways(identity).enter(doctor_policy() if identity.role or identity.oidc_role else "")
        caller = account.caller()
    except (Cancelled, Unavailable):
        raise
    except WaybillError as error:
        found.append(bad("identity", in_words(error), error.advice))
        if identity.oidc_role is not None and isinstance(error, IdentityError):
            found += _refused(request, identity.oidc_role, tools)
        return Entry(findings=tuple(found))
    tools.reporter.tell(Identified(caller.arn, caller.account))
    found.append(caller_finding(caller))
    if caller.is_root:
        return Entry(findings=tuple(found), caller=caller)
    found.append(_right(identity, caller))
    if not found[-1].good:
        return Entry(findings=tuple(found), caller=caller)
    found.append(chain_finding(identity, caller, beginner))
    if identity.oidc_role is not None and request.claims:
        found.append(taken_finding(identity.oidc_role, request.claims))
    return Entry(findings=tuple(found), account=account, caller=caller)


def _right(identity: Identity, caller: Caller) -> Finding:
    if identity.account and caller.account != identity.account:
        says = f"the credentials are those of account {caller.account}, not of {identity.account}"
        return bad("identity", says, "Give the `role` of the right account, or correct `expected-account`.")
    return good("identity", f"is in account {caller.account} as {caller.arn}")


def _refused(request: DoctorRequest, role: RoleArn, tools: Tools) -> list[Finding]:
    """Look, with what is at hand beside the token, at the trust policy of the role that did not take the token."""
    if not request.claims:
        return [unknown("oidc-trust", f"there is no token to compare: {request.no_token}", subject=role.text)]
    bare = replace(request.place.identity, role=None, oidc_role=None, expected_account=None)

    def trust() -> Role | None:
        account = tools.gateways(bare).enter("")
        if account.caller().account != role.account:
            raise IdentityError(f"the credentials at hand are not of account {role.account}.")
        return account.identities().role(role.text.rpartition("/")[2])

    return [refused_finding(role, request.claims, ask(tools, trust))]


def _beginner(identity: Identity, tools: Tools) -> str:
    """Return the ARN of whoever assumes the first role; empty where nobody is at hand, or the token begins."""
    if identity.oidc_role is not None or identity.role is None:
        return ""
    bare = replace(identity, role=None, oidc_role=None, expected_account=None)
    seen = ask(tools, lambda: tools.gateways(bare).enter("").caller())
    return seen.value.arn if isinstance(seen, Seen) else ""
