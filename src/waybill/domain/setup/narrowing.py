"""The session policies of the verbs that go into the accounts of `waybill.yaml` (P8). Pure."""

from __future__ import annotations

from dataclasses import replace

from waybill.domain.arns import partition_of
from waybill.domain.calls import CONFIGURE_CALLS
from waybill.domain.policy import Scope, session_policy
from waybill.domain.setup.calls import ADOPT_CALLS
from waybill.domain.setup.prepared import Member, Prepared


def configuring_policy(prepared: Prepared, member: Member) -> str:
    """Return the policy for the organisation configuration, in all regions; empty where there is no role to narrow."""
    return session_policy(CONFIGURE_CALLS, _scope(prepared, member, prepared.configuration_parameter))


def adopting_policy(prepared: Prepared, member: Member) -> str:
    """Return the policy for the parameters that lead to buckets, and for looking at buckets of the account."""
    names = (prepared.configuration_parameter, prepared.bucket_parameter)
    return session_policy(ADOPT_CALLS, replace(_scope(prepared, member, *names), key_prefix="", browses=True))


def _scope(prepared: Prepared, member: Member, *parameters: str) -> Scope:
    return Scope(
        partition=member.role.partition if member.role else partition_of(prepared.home),
        account=member.id,
        project="*",
        version="*",
        channel="*",
        key_prefix=prepared.prefixes.key,
        parameter_prefix=prepared.prefixes.parameter,
        parameters=parameters,
    )
