"""The stacks of a CodeArtifact domain, all of `codeartifact.yaml`: the domain, what is between, each repository."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from waybill.domain.setup.organisation import Organisation, PackageDomain, PackageGrant, PackageRepository
from waybill.domain.setup.stacks.wanted import StackRef, Value, WantedStack, listed, stack_name


def package_stacks(organisation: Organisation, domain: PackageDomain) -> Iterator[WantedStack]:
    """Yield the domain's stack, one for each public repository, and one for each of its own, after its upstreams.

    What a stack makes is in its name, whatever the order of the file: a line more, or moved, changes no other stack.
    """
    whole = _domain_ref(organisation, domain)
    refs = {one.name: _ref(organisation, domain, one.name) for one in domain.repositories}
    yield WantedStack(ref=whole, template="codeartifact", parameters=domain_parameters(organisation, domain))
    for public in sorted({public for one in domain.repositories for public in one.public}):
        yield WantedStack(
            ref=_ref(organisation, domain, store(public)),
            template="codeartifact",
            parameters={
                "DomainName": domain.name,
                "MakesDomain": "no",
                "MakesRepository": "no",
                "UpstreamConnection": f"public:{public}",
                "UpstreamName": store(public),
            },
            after=frozenset({whole}),
        )
    for repository in domain.repositories:
        upstreams = (refs[name] for name in repository.upstreams if name in refs)
        stores = (_ref(organisation, domain, store(public)) for public in repository.public)
        yield WantedStack(
            ref=refs[repository.name],
            template="codeartifact",
            parameters=repository_parameters(organisation, domain, repository),
            after=frozenset({whole, *upstreams, *stores}),
        )


def domain_parameters(organisation: Organisation, domain: PackageDomain) -> dict[str, Value]:
    """Return the parameters of the domain's stack: its policy has who gets tokens for any repository."""
    administering = [one for one in domain.grants if one.may == "administer"]
    return {
        "DomainName": domain.name,
        "MakesDomain": "yes",
        "MakesRepository": "no",
        "KeyArn": domain.key or "",
        **_readers_and_publishers(organisation, domain.grants),
        "AdministratorAccounts": _accounts(organisation, administering),
        "AdministratorArns": listed(arn for one in administering for arn in one.arns),
    }


def repository_parameters(
    organisation: Organisation, domain: PackageDomain, repository: PackageRepository
) -> dict[str, Value]:
    """Return the parameters of one repository's stack."""
    here = [one for one in domain.grants if _covers(one, repository)]
    return {
        "DomainName": domain.name,
        "MakesDomain": "no",
        "RepositoryName": repository.name,
        "ExistingUpstreams": listed((*repository.upstreams, *map(store, repository.public))),
        **_readers_and_publishers(organisation, here),
        "PublishedPackages": next((one.packages for one in here if one.may == "publish"), "*"),
    }


def _readers_and_publishers(organisation: Organisation, grants: Sequence[PackageGrant]) -> dict[str, Value]:
    publishing = [one for one in grants if one.may == "publish"]
    return {
        "ReaderAccounts": _accounts(organisation, [one for one in grants if one.may == "read"]),
        "ReaderOrganisationId": next((one.organisation for one in grants if one.organisation), ""),
        "PublisherAccounts": _accounts(organisation, publishing),
        "PublisherArns": listed(arn for one in publishing for arn in one.arns),
    }


def store(public: str) -> str:
    """Return the name of the repository between a domain's repositories and a public one."""
    return f"{public}-store"


def _covers(grant: PackageGrant, repository: PackageRepository) -> bool:
    return grant.may != "administer" and (not grant.repositories or repository.name in grant.repositories)


def _accounts(organisation: Organisation, grants: Sequence[PackageGrant]) -> Value:
    return listed(organisation.account(one.account).id for one in grants if one.account)


def _domain_ref(organisation: Organisation, domain: PackageDomain) -> StackRef:
    return StackRef(domain.account, domain.region, stack_name(organisation.prefixes.stack, "domain", domain.name))


def _ref(organisation: Organisation, domain: PackageDomain, repository: str) -> StackRef:
    name = stack_name(organisation.prefixes.stack, "packages", f"{domain.name}-{repository}")
    return StackRef(domain.account, domain.region, name)
