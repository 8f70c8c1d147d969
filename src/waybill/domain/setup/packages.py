"""The stacks of a CodeArtifact domain: one of `codeartifact.yaml` for each repository; the first makes the domain."""

from __future__ import annotations

from collections.abc import Iterator

from waybill.domain.setup.prepared import PackageDomain, PackageGrant, PackageRepository, Prepared
from waybill.domain.setup.wanted import StackRef, Value, WantedStack, listed, stack_name

WAYS = (("UpstreamConnection", "UpstreamName"), ("SecondUpstreamConnection", "SecondUpstreamName"))


def package_stacks(prepared: Prepared, domain: PackageDomain) -> Iterator[WantedStack]:
    """Yield one stack a repository, in their order; each stands after the first, and after its upstreams."""
    refs = {one.name: _ref(prepared, domain, one) for one in domain.repositories}
    first = domain.repositories[0].name
    for repository in domain.repositories:
        makers = {_maker(domain, public) for public in repository.public}
        others = {first, *makers, *(name for name in repository.upstreams if name in refs)} - {repository.name}
        yield WantedStack(
            ref=refs[repository.name],
            template="codeartifact",
            parameters=repository_parameters(prepared, domain, repository),
            after=frozenset(refs[name] for name in others),
        )


def repository_parameters(prepared: Prepared, domain: PackageDomain, repository: PackageRepository) -> dict[str, Value]:
    """Return the parameters of one repository's stack."""
    makes = repository == domain.repositories[0]
    own = [public for public in repository.public if _maker(domain, public) == repository.name]
    there = [store(public) for public in repository.public if public not in own]
    found: dict[str, Value] = {
        "DomainName": domain.name,
        "MakesDomain": "yes" if makes else "no",
        "RepositoryName": repository.name,
        "ExistingUpstreams": listed((*repository.upstreams, *there)),
    }
    for (connection, name), public in zip(WAYS, own, strict=False):
        found |= {connection: f"public:{public}", name: store(public)}
    here = [one for one in domain.grants if _covers(one, repository)]
    publishing = [one for one in here if one.may == "publish"]
    found |= {
        "ReaderAccounts": _accounts(prepared, (one for one in here if one.may == "read")),
        "ReaderOrganisationId": next((one.organisation for one in here if one.organisation), ""),
        "PublisherAccounts": _accounts(prepared, publishing),
        "PublisherArns": listed(arn for one in publishing for arn in one.arns),
        "PublishedPackages": next((one.packages for one in publishing), "*"),
    }
    if not makes:
        return found
    elsewhere = (one for one in domain.grants if one.may != "administer" and one not in here)
    administering = [one for one in domain.grants if one.may == "administer"]
    return {
        **found,
        "KeyArn": domain.key or "",
        "TokenAccounts": _accounts(prepared, elsewhere),
        "AdministratorAccounts": _accounts(prepared, administering),
        "AdministratorArns": listed(arn for one in administering for arn in one.arns),
    }


def store(public: str) -> str:
    """Return the name of the repository between a domain's repositories and a public one."""
    return f"{public}-store"


def _maker(domain: PackageDomain, public: str) -> str:
    """Return the repository whose stack makes the one between: a domain has one for each public repository."""
    return next(one.name for one in domain.repositories if public in one.public)


def _covers(grant: PackageGrant, repository: PackageRepository) -> bool:
    return grant.may != "administer" and (not grant.repositories or repository.name in grant.repositories)


def _accounts(prepared: Prepared, grants: Iterator[PackageGrant] | list[PackageGrant]) -> Value:
    return listed(prepared.account(one.account).id for one in grants if one.account)


def _ref(prepared: Prepared, domain: PackageDomain, repository: PackageRepository) -> StackRef:
    name = stack_name(prepared.prefixes.stack, "packages", f"{domain.name}-{repository.name}")
    return StackRef(domain.account, domain.region, name)
