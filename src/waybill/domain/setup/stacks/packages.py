"""The stacks of a CodeArtifact domain, all of `codeartifact.yaml`: the domain, what is between, each repository."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from waybill.domain.setup.estate import Estate, PackageDomain, PackageGrant, PackageRepository
from waybill.domain.setup.stacks.wanted import StackRef, Value, WantedStack, listed, stack_name


def package_stacks(estate: Estate, domain: PackageDomain) -> Iterator[WantedStack]:
    """Yield the domain's stack, one for each public repository, and one for each of its own, after its upstreams.

    What a stack makes is in its name, whatever the order of the file: a line more, or moved, changes no other stack.
    """
    whole = _domain_ref(estate, domain)
    refs = {one.name: _ref(estate, domain, one.name) for one in domain.repositories}
    yield WantedStack(ref=whole, template="codeartifact", parameters=domain_parameters(estate, domain))
    for public in sorted({public for one in domain.repositories for public in one.public}):
        yield WantedStack(
            ref=_ref(estate, domain, store(public)),
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
        stores = (_ref(estate, domain, store(public)) for public in repository.public)
        yield WantedStack(
            ref=refs[repository.name],
            template="codeartifact",
            parameters=repository_parameters(estate, domain, repository),
            after=frozenset({whole, *upstreams, *stores}),
        )


def domain_parameters(estate: Estate, domain: PackageDomain) -> dict[str, Value]:
    """Return the parameters of the domain's stack: its policy has who gets tokens for any repository."""
    administering = [one for one in domain.grants if one.may == "administer"]
    return {
        "DomainName": domain.name,
        "MakesDomain": "yes",
        "MakesRepository": "no",
        "KeyArn": domain.key or "",
        **_readers_and_publishers(estate, domain.grants),
        "AdministratorAccounts": _accounts(estate, administering),
        "AdministratorArns": listed(arn for one in administering for arn in one.arns),
    }


def repository_parameters(estate: Estate, domain: PackageDomain, repository: PackageRepository) -> dict[str, Value]:
    """Return the parameters of one repository's stack."""
    here = [one for one in domain.grants if _covers(one, repository)]
    return {
        "DomainName": domain.name,
        "MakesDomain": "no",
        "RepositoryName": repository.name,
        "ExistingUpstreams": listed((*repository.upstreams, *map(store, repository.public))),
        **_readers_and_publishers(estate, here),
        "PublishedPackages": next((one.packages for one in here if one.may == "publish"), "*"),
    }


def _readers_and_publishers(estate: Estate, grants: Sequence[PackageGrant]) -> dict[str, Value]:
    publishing = [one for one in grants if one.may == "publish"]
    return {
        "ReaderAccounts": _accounts(estate, [one for one in grants if one.may == "read"]),
        "ReaderOrganisationId": next((one.organisation for one in grants if one.organisation), ""),
        "PublisherAccounts": _accounts(estate, publishing),
        "PublisherArns": listed(arn for one in publishing for arn in one.arns),
    }


def store(public: str) -> str:
    """Return the name of the repository between a domain's repositories and a public one."""
    return f"{public}-store"


def _covers(grant: PackageGrant, repository: PackageRepository) -> bool:
    return grant.may != "administer" and (not grant.repositories or repository.name in grant.repositories)


def _accounts(estate: Estate, grants: Sequence[PackageGrant]) -> Value:
    return listed(estate.account(one.account).id for one in grants if one.account)


def _domain_ref(estate: Estate, domain: PackageDomain) -> StackRef:
    return StackRef(domain.account, domain.region, stack_name(estate.prefixes.stack, "domain", domain.name))


def _ref(estate: Estate, domain: PackageDomain, repository: str) -> StackRef:
    name = stack_name(estate.prefixes.stack, "packages", f"{domain.name}-{repository}")
    return StackRef(domain.account, domain.region, name)
