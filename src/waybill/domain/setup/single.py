"""The stacks that stand alone: an application's access, a registry, a CodeArtifact domain, an account's own groups."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.domain.setup.prepared import Client, Member, PackageDomain, Prepared, Registry
from waybill.domain.setup.wanted import StackRef, WantedStack, listed, stack_name


def registry_stack(prepared: Prepared, registry: Registry, project: str | None) -> WantedStack:
    """Return the stack of one ECR repository."""
    return WantedStack(
        ref=StackRef(registry.account, registry.region, stack_name(prepared.prefixes.stack, "registry", registry.name)),
        template="registry",
        parameters={
            "RepositoryName": registry.name,
            "TagMutability": "IMMUTABLE" if registry.immutable else "MUTABLE",
            "PullAccounts": listed(prepared.account(name).id for name in registry.pull_accounts),
            "ReleaseTags": registry.releases,
            "ReleasesKept": str(registry.releases_kept),
            "DaysKept": str(registry.days_kept),
            "BareCommits": "yes" if registry.bare_commits else "no",
        },
        project=project,
    )


def packages_stack(prepared: Prepared, domain: PackageDomain) -> WantedStack:
    """Return the stack of one CodeArtifact domain."""
    return WantedStack(
        ref=StackRef(domain.account, domain.region, stack_name(prepared.prefixes.stack, "packages", domain.name)),
        template="codeartifact",
        parameters={"DomainName": domain.name, **domain.parameters},
    )


def client_stack(prepared: Prepared, client: Client, project: str | None) -> WantedStack:
    """Return the stack of one client's access."""
    return WantedStack(
        ref=StackRef(client.account, client.region, stack_name(prepared.prefixes.stack, "client", client.name)),
        template="application",
        parameters={},
        project=project,
    )


def account_stacks(prepared: Prepared, account: Member) -> Iterator[WantedStack]:
    """Yield the stack of an account's groups, where they are asked for."""
    del prepared, account
    yield from ()
