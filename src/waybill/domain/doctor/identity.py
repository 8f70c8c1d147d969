"""Who a run is: the credentials that it begins with, its chain of roles, and what its sessions may hold. Pure."""

from __future__ import annotations

from waybill.domain.arns import Caller
from waybill.domain.doctor.verdicts import bad, doubtful, good
from waybill.domain.findings import Finding
from waybill.domain.identity import CHAINED_SECONDS, Identity
from waybill.domain.setup.checking import long_lived
from waybill.domain.statements import MAX_SESSION_POLICY

NO_ROOT = "Root cannot be narrowed by any policy: use a role (`role`, `oidc-role`), and delete root's access keys."


def credentials_finding(access_key: str, *, real: bool) -> Finding:
    """Return what there is to say of the access key that a run begins with; `real` False: it is of a sandbox."""
    found = long_lived(access_key)
    if found.good or real:
        return found
    return good(found.check, "the credentials at hand are those of a sandbox, and end with it")


def caller_finding(caller: Caller) -> Finding:
    """Return whether the caller is somebody whom a policy can narrow."""
    if caller.is_root:
        says = f"{caller.arn} is the root of the account, whom Waybill refuses: nothing else was looked at"
        return bad("root", says, NO_ROOT)
    return good("root", f"is {caller.arn}, which is not root")


def chain_finding(identity: Identity, caller: Caller, beginner: str) -> Finding:
    """Return what there is to say of the chain of roles. `beginner` is the ARN of who assumes the first, if known."""
    if identity.role is None and identity.oidc_role is None:
        return good("role-chain", "no role is assumed: the credentials at hand do the work, and cannot be narrowed")
    chained = bool(identity.oidc_role and identity.role) or ":assumed-role/" in beginner
    steps = [*(["the runner's token"] if identity.oidc_role else [beginner or "the credentials at hand"])]
    steps += [role.text for role in (identity.oidc_role, identity.role) if role is not None]
    told = " → ".join(steps)
    if not chained:
        return good("role-chain", f"{told}: one role, whose sessions last {identity.role_duration} s and are renewed")
    if identity.role_duration > CHAINED_SECONDS:
        says = f"{told}: a role that is assumed from a role's session lasts {CHAINED_SECONDS} s at most, and not "
        return bad("role-chain", f"{says}{identity.role_duration}", f"Give `role-duration: {CHAINED_SECONDS}`.")
    if identity.oidc_role is None:
        says = f"{told}: sessions last an hour at most, and are renewed as long as the first role's lasts"
        return good("role-chain", says)
    return good("role-chain", f"{told}: sessions last {identity.role_duration} s, an hour at most, and are renewed")


def session_policy_finding(length: int, narrowest: str, *, whole: bool) -> Finding:
    """Return whether the session policy of a run fits. `whole`: no name in it was cut; `narrowest` says what for."""
    if length > MAX_SESSION_POLICY:
        says = f"the session policy for {narrowest} is of {length} characters, and STS takes {MAX_SESSION_POLICY}"
        return bad("session-policy", says, "Shorten the names and prefixes in it.")
    if not whole:
        says = (
            f"the session policy for {narrowest} is too long, so names in it are cut and end in `*`: it is wider than "
            "it need be"
        )
        mend = "Shorten the prefixes of the organisation configuration, or the project's name."
        return doubtful("session-policy", says, mend)
    says = f"the session policy for {narrowest} has {length} of {MAX_SESSION_POLICY} characters"
    return good("session-policy", says)
