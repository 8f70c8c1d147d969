"""What GitHub's jobs may take: the run's own role, or every role of the account that trusts GitHub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from waybill.commands.asking import ask
from waybill.commands.doctor.scene import Scene
from waybill.commands.tools import everywhere
from waybill.domain.doctor.facts import Role
from waybill.domain.doctor.trust import Trusted, is_open, providers_of, trust_findings
from waybill.domain.doctor.verdicts import unseen
from waybill.domain.findings import Finding, Seen, Unseen, Verdict


def of_github(scene: Scene) -> list[Finding]:
    """Look at the trust of the roles that GitHub's jobs take in this account."""
    roles = _roles(scene)
    if isinstance(roles, Unseen):
        return [unseen("oidc-subject", roles)]
    identities, tools = scene.account.identities(), scene.tools
    trusting = [(role, provider) for role in roles.value for provider in providers_of(role)]
    providers = list(dict.fromkeys(provider for _, provider in trusting))
    audiences, errors = everywhere(lambda arn: ask(tools, lambda: identities.provider(arn)), providers)
    for error in errors.values():
        raise error
    audience = scene.request.place.identity.audience
    own = scene.own and scene.request.place.identity.oidc_role is not None
    found: list[Finding] = []
    for role, provider in trusting:
        trusted = Trusted(role=role, provider=provider, audiences=audiences[provider])
        judged = [one if own else _of_another(one, role) for one in trust_findings(trusted, audience)]
        found += [one for one in judged if one not in found]
    return found


def _of_another(one: Finding, role: Role) -> Finding:
    """Return a finding of a role that this run does not take: it stops no run, but strangers may have the account."""
    if one.verdict is not Verdict.FAIL or (one.check == "oidc-subject" and is_open(role)):
        return one
    return replace(one, verdict=Verdict.WARN)


def _roles(scene: Scene) -> Seen[Sequence[Role]] | Unseen:
    """Return the roles to look at: the one that this run takes, where it is of this account; all, if it takes none."""
    identity = scene.request.place.identity
    identities, asked = scene.account.identities(), identity.oidc_role
    if not scene.own:
        return ask(scene.tools, identities.roles)
    if asked is None:
        return Seen(()) if identity.role else ask(scene.tools, identities.roles)
    if asked.account != scene.caller.account:
        return Seen(())
    found = ask(scene.tools, lambda: identities.role(asked.text.rpartition("/")[2]))
    return found if isinstance(found, Unseen) else Seen([found.value] if found.value else [])
