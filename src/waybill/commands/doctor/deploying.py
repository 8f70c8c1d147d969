"""The pipelines of whoever deploys: in the account that is released into, or in that of `pipeline-role`."""

from __future__ import annotations

from dataclasses import replace

from waybill.commands.doctor.permissions import principal_of, simulated
from waybill.commands.doctor.pipelines import of_the_pipelines
from waybill.commands.doctor.scene import Scene
from waybill.commands.doctor.works import Works
from waybill.commands.together import in_words
from waybill.domain.doctor.calls import doctor_policy
from waybill.domain.doctor.permissions import Wanted
from waybill.domain.doctor.places import placed
from waybill.domain.doctor.verdicts import bad, good
from waybill.domain.findings import Finding
from waybill.errors import Cancelled, WaybillError

STARTING = ("codepipeline:GetPipeline", "codepipeline:GetPipelineExecution", "codepipeline:StartPipelineExecution")


def deploying(scene: Scene, regions: list[str], staging: frozenset[str]) -> list[Finding]:
    """Look at the pipelines, and at whether they may be started.

    A run that takes a role, and is given no pipeline, deploys nothing; somebody who looks at an account sees them all.
    """
    request = scene.request
    identity = request.place.identity
    if scene.own and request.pipeline is None and (identity.role or identity.oidc_role):
        return []
    found, there = _entered(scene)
    if there is None:
        return found
    works = Works(
        account=there.account,
        caller=there.caller,
        regions=regions,
        staging=staging,
        accounts={**scene.others, scene.caller.account: scene.account, there.caller.account: there.account},
        tools=scene.tools,
    )
    looked = of_the_pipelines(works, scene.request.pipeline)
    named = list(dict.fromkeys((one.region, one.subject) for one in looked if one.check == "pipeline" and one.good))
    return placed([*found, *looked, *_may_start(there, named)], there.caller.account, there.caller.arn)


def _entered(scene: Scene) -> tuple[list[Finding], Scene | None]:
    """Return the account of the pipelines, as a scene of its own: without `pipeline-role`, as a deploy enters it."""
    identity, own = scene.request.pipeline_identity, scene.request.place.identity
    if not scene.own or identity.role == own.role:
        return [], scene
    policy = doctor_policy() if identity.role or identity.oidc_role else ""
    try:
        account = scene.tools.gateways(identity).enter(policy)
        caller = account.caller()
    except Cancelled:
        raise
    except WaybillError as error:
        return [bad("pipeline-identity", in_words(error), error.advice)], None
    if identity.account and caller.account != identity.account:
        says = f"the credentials are those of account {caller.account}, not of {identity.account}"
        return [bad("pipeline-identity", says, "Give the right `pipeline-role`, or `pipeline-account`.")], None
    says = f"pipelines are run as {caller.arn}"
    return [good("pipeline-identity", says)], replace(scene, account=account, caller=caller)


def _may_start(scene: Scene, named: list[tuple[str, str]]) -> list[Finding]:
    if not named or not scene.own:
        return []
    principal = principal_of(scene.account, scene.caller, scene)
    prefix = f"arn:{scene.caller.partition}:codepipeline"
    resources = tuple(f"{prefix}:{region}:{scene.caller.account}:{name}" for region, name in named)
    unless = "" if scene.request.pipeline else "Give `pipeline`, where it is to be started."
    wanted = Wanted(
        check="pipeline-start",
        what="start and follow pipelines",
        actions=STARTING,
        resources=resources,
        unless=unless,
    )
    return simulated(scene, principal, [wanted])
