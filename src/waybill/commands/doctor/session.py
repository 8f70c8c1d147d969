"""The session policy that a run's role would get."""

from __future__ import annotations

from waybill.commands.account.wants import configured
from waybill.commands.doctor.scene import Scene
from waybill.domain.calls import PROMOTE_CALLS
from waybill.domain.doctor.identity import session_policy_finding
from waybill.domain.findings import Finding
from waybill.domain.policy import Scope, Source, session_policy

PROJECT = "project"
VERSION, CHANNEL = "1.2.3", "production"


def session_finding(scene: Scene) -> Finding:
    """Return whether the longest policy fits that a run makes of the configuration: a promotion's."""
    organisation, request, caller = scene.organisation, scene.request, scene.caller
    scope = Scope(
        partition=caller.partition,
        account=caller.account,
        project=request.project or PROJECT,
        version=VERSION,
        channel=CHANNEL,
        key_prefix=organisation.key_prefix,
        parameter_prefix=organisation.parameter_prefix,
        parameters=configured(request.place, organisation),
        key_accounts=("*",),
        source=Source(account=caller.account, key_prefix=organisation.key_prefix),
    )
    text = session_policy(PROMOTE_CALLS, scope)
    names = (f"{scope.key_prefix}{scope.project}@", f"{scope.parameter_prefix}/{scope.project}/", *scope.parameters)
    whole = all(name in text for name in names)
    return session_policy_finding(len(text), f"a promotion of {scope.project}", whole=whole)
