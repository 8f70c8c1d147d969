"""CodeArtifact's own rules: what each action is asked on, and which policies are asked about it. Pure.

https://docs.aws.amazon.com/codeartifact/latest/ug/repo-policies.html
https://docs.aws.amazon.com/codeartifact/latest/ug/domain-policies.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodeartifact.html
An allowance in the domain's policy or in the repository's is enough; what is asked of a domain sees the domain's only,
what is asked of an account sees none. A policy that is put is not asked about its own putting, so that nobody locks
himself out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from waybill.domain.iam.documents import Kind

_ARN: Final = re.compile(r"(?P<head>arn:[^:]*:codeartifact:[^:]*:[^:]*:)(?P<type>[a-z-]+)/(?P<rest>.+)\Z")
_DEPTH: Final = {"domain": 1, "repository": 2, "package": 5, "package-group": 2}

_DOMAIN, _REPOSITORY, _PACKAGE, _GROUP = (frozenset({name}) for name in _DEPTH)
_TAGGED: Final = frozenset({"domain", "repository", "package-group"})
ACCOUNT_LEVEL: Final = frozenset({"listdomains", "listrepositories"})
ASKED_ON: Final = {
    "AssociateExternalConnection": _REPOSITORY,
    "AssociateWithDownstreamRepository": _REPOSITORY,
    "CopyPackageVersions": _PACKAGE | _REPOSITORY,
    "CreateDomain": _DOMAIN,
    "CreatePackageGroup": _GROUP,
    "CreateRepository": _REPOSITORY | _DOMAIN,
    "DeleteDomain": _DOMAIN,
    "DeleteDomainPermissionsPolicy": _DOMAIN,
    "DeletePackage": _PACKAGE,
    "DeletePackageGroup": _GROUP,
    "DeletePackageVersions": _PACKAGE,
    "DeleteRepository": _REPOSITORY,
    "DeleteRepositoryPermissionsPolicy": _REPOSITORY,
    "DescribeDomain": _DOMAIN,
    "DescribePackage": _PACKAGE,
    "DescribePackageGroup": _GROUP,
    "DescribePackageVersion": _PACKAGE,
    "DescribeRepository": _REPOSITORY,
    "DisassociateExternalConnection": _REPOSITORY,
    "DisposePackageVersions": _PACKAGE,
    "GetAssociatedPackageGroup": _PACKAGE | _GROUP,
    "GetAuthorizationToken": _DOMAIN,
    "GetDomainPermissionsPolicy": _DOMAIN,
    "GetPackageVersionAsset": _PACKAGE,
    "GetPackageVersionReadme": _PACKAGE,
    "GetRepositoryEndpoint": _REPOSITORY,
    "GetRepositoryPermissionsPolicy": _REPOSITORY,
    "ListAllowedRepositoriesForGroup": _GROUP,
    "ListAssociatedPackages": _GROUP,
    "ListPackageGroups": _DOMAIN,
    "ListPackageVersionAssets": _PACKAGE,
    "ListPackageVersionDependencies": _PACKAGE,
    "ListPackageVersions": _PACKAGE,
    "ListPackages": _REPOSITORY,
    "ListRepositoriesInDomain": _DOMAIN,
    "ListSubPackageGroups": _GROUP,
    "ListTagsForResource": _TAGGED,
    "PublishPackageVersion": _PACKAGE,
    "PutDomainPermissionsPolicy": _DOMAIN,
    "PutPackageMetadata": _PACKAGE,
    "PutPackageOriginConfiguration": _PACKAGE,
    "PutRepositoryPermissionsPolicy": _REPOSITORY,
    "ReadFromRepository": _REPOSITORY,
    "TagResource": _TAGGED,
    "UntagResource": _TAGGED,
    "UpdatePackageGroup": _GROUP,
    "UpdatePackageGroupOriginConfiguration": _GROUP,
    "UpdatePackageVersionsStatus": _PACKAGE,
    "UpdateRepository": _REPOSITORY,
}
"""Actions, and the types of resource that they are asked on."""
_TYPES: Final = {name.lower(): types for name, types in ASKED_ON.items()}
_EXAMPLES: Final = {
    "domain": "domain/my_domain",
    "repository": "repository/my_domain/my_repo",
    "package": "package/my_domain/my_repo/npm/parity/ui (npm//react where there is no namespace)",
    "package-group": "package-group/my_domain/npm/parity/*",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The ARN that policies are asked with, and the kinds of them that are asked. `moved`: it is not the one given."""

    resource: str
    kinds: tuple[Kind, ...]
    moved: bool = False


def asked_of(action: str, resource: str) -> Asked:
    """Return what CodeArtifact asks about an action, `ReadFromRepository`, on an ARN.

    What is asked on repositories or domains, and given of something inside, is asked on what holds it. Raises
    `ValueError` where the action is not asked on such an ARN.
    """
    name = action.lower()
    if name in ACCOUNT_LEVEL:
        return Asked(resource, ())
    match = _ARN.match(resource)
    if match is None or match["rest"].count("/") < _DEPTH.get(match["type"], 99) - 1:
        wanted = ", ".join(_EXAMPLES[each] for each in _EXAMPLES if each in _TYPES.get(name, _EXAMPLES))
        raise ValueError(f"must end in one of {wanted}, after `arn:aws:codeartifact:REGION:ACCOUNT:`.")
    types, given = _TYPES.get(name, frozenset(_DEPTH)), match["type"]
    if given in types:
        return Asked(resource, _kinds(name, given))
    for holder in ("repository", "domain"):
        if holder in types and given != "domain" and (holder == "domain" or given == "package"):
            return Asked(holder_of(resource, holder), _kinds(name, holder), moved=True)
    wanted = " or ".join(_EXAMPLES[each] for each in _EXAMPLES if each in types)
    raise ValueError(f"codeartifact:{action} is asked on {wanted}, and never on a {given}.")


def holder_of(resource: str, kind: str) -> str:
    """Return the ARN of the `repository` or `domain` that holds a resource, or is it."""
    match = _ARN.match(resource)
    if match is None:
        return resource
    return f"{match['head']}{kind}/{'/'.join(match['rest'].split('/')[: _DEPTH[kind]])}"


def _kinds(action: str, of: str) -> tuple[Kind, ...]:
    if action == "createdomain":
        return ()
    kinds = [Kind.DOMAIN] if of not in {"repository", "package"} else [Kind.REPOSITORY, Kind.DOMAIN]
    if action in {"createrepository", "putrepositorypermissionspolicy"}:
        kinds = [Kind.DOMAIN]
    if action == "putdomainpermissionspolicy":
        kinds = []
    return tuple(kinds)
