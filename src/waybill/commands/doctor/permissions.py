"""What the run's principal may do, simulated: its parameters, its objects, its keys, and a pipeline's start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waybill.commands.asking import ask
from waybill.commands.doctor.regions import RegionLook
from waybill.commands.doctor.scene import Scene
from waybill.commands.tools import everywhere
from waybill.domain.arns import Caller
from waybill.domain.doctor.facts import Simulated
from waybill.domain.doctor.permissions import Wanted, permission_findings
from waybill.domain.doctor.permits import permits, through_s3
from waybill.domain.findings import Finding, Seen, Unseen
from waybill.domain.iam.requests import role_of
from waybill.domain.iam.truth import Truth
from waybill.domain.names import channel_parameter
from waybill.ports.account import Account

MADE_UP = "waybill-doctor"
"""A project's name, where none is given: it is in no policy that names projects."""

OBJECTS = ("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload")
BUCKETS = ("s3:ListBucket", "s3:GetEncryptionConfiguration")


def permissions(scene: Scene, looks: Mapping[str, RegionLook]) -> list[Finding]:
    """Look at what a run of stage needs, in all regions together; nothing where somebody else only looks."""
    if not scene.own:
        return []
    principal = principal_of(scene.account, scene.caller, scene)
    return simulated(scene, principal, [group for group in _wanted(scene, looks) if group.resources])


def simulated(scene: Scene, principal: str, groups: Sequence[Wanted]) -> list[Finding]:
    """Return what the policies of a principal say to each group."""
    identities = scene.account.identities()

    def one(index: int) -> Seen[Sequence[Simulated]] | Unseen:
        group = groups[index]
        context = {"aws:ResourceAccount": scene.caller.account, **group.context}
        return ask(scene.tools, lambda: identities.simulate(principal, group.actions, group.resources, context))

    found, errors = everywhere(one, range(len(groups)))
    for error in errors.values():
        raise error
    return [
        finding for index, answer in found.items() for finding in permission_findings(groups[index], answer, principal)
    ]


def principal_of(account: Account, caller: Caller, scene: Scene) -> str:
    """Return the ARN of the user, or of the role whose session the caller is: with its path, where it may be read."""
    role = role_of(caller.arn)
    if role == caller.arn:
        return caller.arn
    found = ask(scene.tools, lambda: account.identities().role(role.rpartition("/")[2]))
    return found.value.arn if isinstance(found, Seen) and found.value is not None else role


def _wanted(scene: Scene, looks: Mapping[str, RegionLook]) -> list[Wanted]:
    organisation, caller, request = scene.organisation, scene.caller, scene.request
    project = request.project or MADE_UP
    partition = caller.partition
    buckets = {region: look.bucket for region, look in looks.items() if look.bucket}
    objects = {
        region: f"arn:{partition}:s3:::{name}/{organisation.key_prefix}{project}@1.2.3"
        for region, name in buckets.items()
    }
    # AWS's own key lets in whoever may use S3, by its own policy.
    keys = tuple(look.key.text for look in looks.values() if look.key and look.customers)
    channel = channel_parameter(organisation.parameter_prefix, project, "latest")
    configured = () if request.place.overrides.replaces_all() else (request.place.configuration_parameter,)
    named = (*configured, organisation.bucket_parameter)

    def parameters(*names: str) -> tuple[str, ...]:
        return tuple(
            f"arn:{partition}:ssm:{region}:{caller.account}:parameter{name if name.startswith('/') else f'/{name}'}"
            for region in looks
            for name in names
            if name
        )

    unless = "" if request.project else "Give `project`, if its policies name projects."
    read = "read the organisation configuration and the buckets' names"
    return [
        Wanted(check="parameter-read", what=read, actions=("ssm:GetParameter",), resources=parameters(*named)),
        Wanted(
            check="parameter-write",
            what="read and move channels",
            actions=("ssm:GetParameterHistory", "ssm:PutParameter"),
            resources=parameters(channel),
            unless=unless,
            made_up=not request.project,
        ),
        Wanted(
            check="objects",
            what="put artifacts and read them",
            actions=OBJECTS,
            resources=tuple(objects.values()),
            unless=unless,
            made_up=not request.project,
            elsewhere=_by_bucket_policies(scene, looks, objects),
            context={"s3:x-amz-server-side-encryption": "aws:kms", "s3:if-none-match": "*"},
        ),
        Wanted(
            check="listing",
            what="list the buckets, and see how they encrypt",
            actions=BUCKETS,
            resources=tuple(f"arn:{partition}:s3:::{name}" for name in buckets.values()),
            context={"s3:prefix": f"{organisation.key_prefix}{project}@"},
        ),
        Wanted(
            check="decrypt",
            what="decrypt with the keys",
            actions=("kms:Decrypt",),
            resources=keys,
            elsewhere=_by_key_policies(scene, looks),
        ),
    ]


def _by_bucket_policies(
    scene: Scene, looks: Mapping[str, RegionLook], objects: Mapping[str, str]
) -> frozenset[tuple[str, str]]:
    """Return what a bucket's own policy allows the caller: in its account that suffices."""
    found = set()
    for region, resource in objects.items():
        for action in OBJECTS:
            policy = looks[region].bucket_policy
            if policy and _may_allow(policy, action, scene.caller, resource):
                found.add((action, resource))
    return frozenset(found)


def _by_key_policies(scene: Scene, looks: Mapping[str, RegionLook]) -> frozenset[tuple[str, str]]:
    """Return which keys' own policies let the caller decrypt through S3."""
    caller = scene.caller
    return frozenset(
        ("kms:Decrypt", look.key.text)
        for region, look in looks.items()
        if look.key and look.key_policy
        if _may_allow(look.key_policy, "kms:Decrypt", caller, look.key.text, through_s3(caller.arn, region))
    )


def _may_allow(
    policy: str, action: str, caller: Caller, resource: str, values: Mapping[str, str] | None = None
) -> bool:
    try:
        return permits(policy, action, caller.arn, resource, values, itself=True).truth is not Truth.NO
    except ValueError:
        return False
