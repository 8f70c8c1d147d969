"""The session policies of the verbs that go into the accounts of `waybill.yaml` (P8). Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from waybill.domain.arns import partition_of
from waybill.domain.calls import CONFIGURE_CALLS, Call, On
from waybill.domain.policy import Scope, session_policy, statements
from waybill.domain.setup.calls import ADOPT_CALLS, CHECK_CALLS, PIPELINE_ROLE_CALLS
from waybill.domain.setup.estate import Estate, Member
from waybill.domain.statements import stated, whole

WRITING = frozenset({"codepipeline:UpdatePipeline", "iam:PassRole", "ssm:DeleteParameter", "ssm:PutParameter"})
"""What is left out of a session that only looks."""


def configuring_policy(estate: Estate, member: Member, *, writes: bool) -> str:
    """Return the policy for the organisation configuration in all regions, and for seeing whether buckets are named."""
    configuration = _scope(estate, member, estate.configuration_parameter)
    bucket = _scope(estate, member, estate.bucket_parameter)
    calls = CONFIGURE_CALLS if writes else _looking(CONFIGURE_CALLS)
    found = [*statements(calls, configuration), *statements(_looking(CONFIGURE_CALLS), bucket)]
    return json.dumps(whole(found), separators=(",", ":"))


def adopting_policy(estate: Estate, member: Member, *, writes: bool) -> str:
    """Return the policy for the parameters that lead to buckets, and for looking at buckets of the account."""
    names = (estate.configuration_parameter, estate.bucket_parameter)
    calls = ADOPT_CALLS if writes else _looking(ADOPT_CALLS)
    return session_policy(calls, replace(_scope(estate, member, *names), key_prefix="", browses=True))


def pipeline_role_policy(member: Member, region: str, pipeline: str, *, writes: bool) -> str:
    """Return the policy for one pipeline's declaration, and for passing CodePipeline the roles that it has."""
    partition = member.role.partition if member.role else partition_of(region)
    calls = PIPELINE_ROLE_CALLS if writes else _looking(PIPELINE_ROLE_CALLS)
    known = {
        On.PIPELINE: [f"arn:{partition}:codepipeline:{region}:{member.id}:{pipeline}"],
        On.ROLE: [f"arn:{partition}:iam::{member.id}:role/*"],
        On.KEY: [f"arn:{partition}:kms:*:*:key/*"],
    }
    passed = {"StringEquals": {"iam:PassedToService": "codepipeline.amazonaws.com"}}
    found = stated(calls, known, lambda on: passed if on is On.ROLE else {})
    return json.dumps(whole(found), separators=(",", ":"))


def checking_policy(member: Member) -> str:
    """Return the policy for looking at an account's own settings; none of these calls knows a resource."""
    return json.dumps(whole(stated(CHECK_CALLS, {On.ANYTHING: ["*"]})), separators=(",", ":"))


def _looking(calls: Iterable[Call]) -> tuple[Call, ...]:
    return tuple(call for call in calls if call.action not in WRITING)


def _scope(estate: Estate, member: Member, *parameters: str) -> Scope:
    return Scope(
        partition=member.role.partition if member.role else partition_of(estate.home),
        account=member.id,
        project="*",
        version="*",
        channel="*",
        key_prefix=estate.prefixes.key,
        parameter_prefix=estate.prefixes.parameter,
        parameters=parameters,
    )
