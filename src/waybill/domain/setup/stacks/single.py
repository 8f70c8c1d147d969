"""The stacks that stand alone: an application's access, a registry, an account's own groups."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.domain.arns import partition_of
from waybill.domain.setup.estate import Client, Estate, Member, Registry
from waybill.domain.setup.stacks.regional import production_ref
from waybill.domain.setup.stacks.wanted import StackRef, Value, WantedStack, listed, stack_name

USERS = ("UserName", "SecondUserName", "ThirdUserName")


def registry_stack(estate: Estate, registry: Registry, project: str | None) -> WantedStack:
    """Return the stack of one ECR repository."""
    return WantedStack(
        ref=StackRef(registry.account, registry.region, stack_name(estate.prefixes.stack, "registry", registry.name)),
        template="registry",
        parameters={
            "RepositoryName": registry.name,
            "TagMutability": "IMMUTABLE" if registry.immutable else "MUTABLE",
            "PullAccounts": listed(estate.account(name).id for name in registry.pull_accounts),
            "ReleaseTags": registry.releases,
            "ReleasesKept": str(registry.releases_kept),
            "DaysKept": str(registry.days_kept),
            "BareCommits": "yes" if registry.bare_commits else "no",
        },
        project=project,
    )


def client_stack(estate: Estate, client: Client, project: str | None) -> WantedStack:
    """Return the stack of one client's access."""
    partition, account = partition_of(client.region), estate.account(client.account).id
    parameters: dict[str, Value] = {
        "ApplicationName": client.name,
        "BucketArns": listed(f"arn:{partition}:s3:::{bucket}" for bucket in client.buckets),
        "KeyArns": listed(client.keys),
        "DistributionArns": listed(
            f"arn:{partition}:cloudfront::{account}:distribution/{one}" for one in client.distributions
        ),
        "RoleServices": listed(client.services),
        "RoleAssumers": listed(client.assumers),
        "TrustedAccounts": listed(assumer.split(":")[4] for assumer in client.assumers),
        "ExternalId": client.external_id or "",
        "MemberNames": listed(client.members),
        # By name, since a user that went to another place of the template would be made anew, beside itself.
        **dict(zip(USERS, sorted(client.users), strict=False)),
    }
    if client.media:
        parameters["MediaBucketName"] = client.media.bucket
        parameters["MediaOrigins"] = listed(client.media.origins)
        parameters["MediaReadOrigins"] = listed(client.media.read_origins)
        parameters["MediaKeyArn"] = client.media.key or ""
    return WantedStack(
        ref=StackRef(client.account, client.region, stack_name(estate.prefixes.stack, "client", client.name)),
        template="application",
        parameters=parameters,
        # Its buckets may be those that pipelines deploy to.
        after=frozenset(_making(estate, client)),
        project=project,
    )


def _making(estate: Estate, client: Client) -> Iterator[StackRef]:
    for pipeline in estate.pipelines:
        outputs = zip((pipeline.region, *pipeline.also), (pipeline.output.bucket, *pipeline.output.also), strict=False)
        for region, bucket in outputs:
            if bucket in client.buckets:
                yield production_ref(estate, pipeline, region)


def account_stacks(estate: Estate, account: Member) -> Iterator[WantedStack]:
    """Yield the stack of an account's groups, where they are asked for."""
    groups = {"TechLead": account.tech_leads, "Billing": account.billing}
    if not any(groups.values()):
        return
    parameters: dict[str, Value] = {}
    for word, group in groups.items():
        parameters[f"{word}GroupName"] = group.name if group else ""
        parameters[f"{word}Names"] = listed(group.members if group else ())
        if group and group.policies:
            parameters[f"{word}PolicyArns"] = listed(group.policies)
    yield WantedStack(
        ref=StackRef(account.name, estate.home, stack_name(estate.prefixes.stack, "account")),
        template="account",
        parameters=parameters,
    )
