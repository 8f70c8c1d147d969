"""The roles of a pipeline: its own, which CodePipeline takes, and those of its actions, which that one takes. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from waybill.domain.deploy.pipeline import Pipeline
from waybill.domain.doctor.facts import Role, Said, Simulated
from waybill.domain.doctor.permissions import unsimulated
from waybill.domain.doctor.permits import mend, permit, permits, unclear
from waybill.domain.doctor.verdicts import bad, good, unknown, unseen
from waybill.domain.findings import Finding, Seen, Unseen
from waybill.domain.iam.context import Context
from waybill.domain.iam.requests import Request
from waybill.domain.iam.truth import Truth

SERVICE = "codepipeline.amazonaws.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class RolesLook:
    """A pipeline's roles as they were looked at. `arn` is that of its own.

    `taken`: what the policies of its own role say to taking each of the actions' roles; `trusts` are those of them
    whose account was entered.
    """

    arn: str
    own: Seen[Role | None] | Unseen
    taken: Seen[Sequence[Simulated]] | Unseen
    trusts: Mapping[str, Seen[Role | None] | Unseen] = field(default_factory=dict)


def role_findings(pipeline: Pipeline, look: RolesLook) -> Iterator[Finding]:
    """Yield what there is to say of a pipeline's roles."""
    yield _own(pipeline, look)
    roles = action_roles(pipeline)
    if not roles:
        return
    if isinstance(look.taken, Unseen):
        yield unsimulated("deploy-role", look.taken, region=pipeline.region, subject=pipeline.name)
    else:
        yield _taken(pipeline, look, look.taken.value)
    for arn in roles:
        if arn in look.trusts:
            yield _trust(pipeline, look, arn, look.trusts[arn])


def action_roles(pipeline: Pipeline) -> list[str]:
    """Return the roles that actions take beyond the pipeline's own."""
    return list(dict.fromkeys(action.role for action in pipeline.actions if action.role))


def _own(pipeline: Pipeline, look: RolesLook) -> Finding:
    check, region, subject = "pipeline-role", pipeline.region, pipeline.name
    if isinstance(look.own, Unseen):
        return unseen(check, look.own, region=region, subject=subject)
    role = look.own.value
    if role is None:
        how = "Make the role, or give the pipeline another one (`roleArn`)."
        return bad(check, f"its role {look.arn} is not there", how, region=region, subject=subject)
    context = Context({"aws:sourcearn": pipeline.arn, "aws:sourceaccount": pipeline.account})
    request = Request(SERVICE, "", context)
    found = permit(role.trust, "sts:AssumeRole", request)
    if found.truth is Truth.MAYBE:
        what = f"whether CodePipeline may take its role {role.arn}"
        return unclear(check, what, [found], region=region, subject=subject)
    if found.truth is Truth.NO:
        statement = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
        says = f"CodePipeline may not take its role {role.arn}: nothing in it runs"
        how = mend(f"the trust policy of {role.arn}", statement, [found])
        return bad(check, says, how, region=region, subject=subject)
    return good(check, f"CodePipeline may take its role {role.arn}", region=region, subject=subject)


def _taken(pipeline: Pipeline, look: RolesLook, simulated: Sequence[Simulated]) -> Finding:
    check, region, subject = "deploy-role", pipeline.region, pipeline.name
    unclear = [one for one in simulated if one.is_open]
    if unclear:
        keys = ", ".join(dict.fromkeys(key for one in unclear for key in one.missing))
        why = f"a policy of its role asks for {keys}, which a simulation is not told"
        return unknown(check, why, region=region, subject=subject)
    refused = [one.resource for one in simulated if one.said is not Said.ALLOWED]
    if refused:
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": refused}
        says = f"its role {look.arn} may not take {', '.join(refused)}, as an action does: the action fails"
        how = f"Add to the identity policy of {look.arn}: {json.dumps(statement)}"
        return bad(check, says, how, region=region, subject=subject)
    return good(check, "its role may take the roles of its actions", region=region, subject=subject)


def _trust(pipeline: Pipeline, look: RolesLook, arn: str, fact: Seen[Role | None] | Unseen) -> Finding:
    check, region, subject = "deploy-role-trust", pipeline.region, pipeline.name
    if isinstance(fact, Unseen):
        return unseen(check, fact, region=region, subject=subject)
    if fact.value is None:
        says = f"an action takes the role {arn}, which is not there"
        return bad(
            check, says, "Make the role (`waybill setup apply`), or name another.", region=region, subject=subject
        )
    found = permits(fact.value.trust, "sts:AssumeRole", look.arn, arn)
    if found.truth is Truth.MAYBE:
        return unclear(check, f"whether {arn} trusts the pipeline's role", [found], region=region, subject=subject)
    if found.truth is Truth.NO:
        statement = {"Effect": "Allow", "Principal": {"AWS": look.arn}, "Action": "sts:AssumeRole"}
        says = f"{arn} does not trust the pipeline's role {look.arn}: the action fails"
        how = mend(f"the trust policy of {arn}", statement, [found])
        return bad(check, says, how, region=region, subject=subject)
    return good(check, f"{arn} trusts the pipeline's role", region=region, subject=subject)
