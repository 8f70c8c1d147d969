"""The statements of a grant on packages: in the repository's policy, or the domain's. Pure.

https://docs.aws.amazon.com/codeartifact/latest/ug/repo-policies.html
https://docs.aws.amazon.com/codeartifact/latest/ug/domain-policies.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from waybill.domain.access.grants import Grant, May, Packages
from waybill.domain.access.refs import Ref
from waybill.domain.access.wanted import WantedStatement, foreign, principal_of, stated
from waybill.domain.arns import partition_of
from waybill.domain.iam.documents import Kind

FETCH: Final = ("codeartifact:ReadFromRepository",)
"""What package managers need to download. It is of a repository: nobody can be let fetch some packages of it only."""

READ: Final = (
    "codeartifact:DescribePackageVersion",
    "codeartifact:DescribeRepository",
    "codeartifact:GetPackageVersionAsset",
    "codeartifact:GetPackageVersionReadme",
    "codeartifact:GetRepositoryEndpoint",
    "codeartifact:ListPackageVersionAssets",
    "codeartifact:ListPackageVersionDependencies",
    "codeartifact:ListPackageVersions",
    "codeartifact:ListPackages",
    *FETCH,
)
"""What reading a repository is: to download, to look, and to be told the address."""

READ_GENERIC: Final = (
    "codeartifact:DescribePackageVersion",
    "codeartifact:GetPackageVersionAsset",
    "codeartifact:GetPackageVersionReadme",
    "codeartifact:ListPackageVersionAssets",
    "codeartifact:ListPackageVersions",
)
"""What reading some generic packages is: these have no package manager, and are fetched asset by asset."""

DOWNLOAD_GENERIC: Final = ("codeartifact:GetPackageVersionAsset",)

PUBLISH: Final = ("codeartifact:PublishPackageVersion",)
PUBLISH_MAVEN: Final = (*PUBLISH, "codeartifact:PutPackageMetadata")
"""Maven's clients write `maven-metadata.xml`, too."""

TOKEN: Final = ("codeartifact:GetAuthorizationToken",)
"""Without a token no package manager gets anywhere. It is of the domain."""

ADMINISTER_REPOSITORY: Final = (
    *READ,
    "codeartifact:AssociateExternalConnection",
    "codeartifact:AssociateWithDownstreamRepository",
    "codeartifact:CopyPackageVersions",
    "codeartifact:DeleteRepositoryPermissionsPolicy",
    "codeartifact:DescribePackage",
    "codeartifact:DisassociateExternalConnection",
    "codeartifact:GetRepositoryPermissionsPolicy",
    "codeartifact:ListTagsForResource",
    "codeartifact:PutPackageOriginConfiguration",
    "codeartifact:PutRepositoryPermissionsPolicy",
    "codeartifact:TagResource",
    "codeartifact:UntagResource",
    "codeartifact:UpdatePackageVersionsStatus",
    "codeartifact:UpdateRepository",
)
ADMINISTER_DOMAIN: Final = (
    *ADMINISTER_REPOSITORY,
    "codeartifact:CreateRepository",
    "codeartifact:DescribeDomain",
    "codeartifact:GetDomainPermissionsPolicy",
    "codeartifact:ListRepositoriesInDomain",
)
"""Who administers deletes nothing that holds packages, and changes neither the domain nor its policy.

A repository's policy is not asked when it is to be changed itself: hence all of this is in the domain's policy.
"""

FORMATS_WITHOUT_NAMESPACE: Final = frozenset({"cargo", "nuget", "pypi", "ruby"})
FORMATS_WITH_NAMESPACE: Final = frozenset({"generic", "maven", "swift"})
"""npm alone has packages of both kinds."""

WORDS: Final = frozenset({May.READ, May.DOWNLOAD, May.PUBLISH, May.ADMINISTER})


def domain_ref(what: Packages) -> Ref:
    """Return the document of the domain."""
    account = what.account
    return Ref(account=account.name, owner=account.id, region=what.region, kind=Kind.DOMAIN, name=what.domain)


def repository_ref(what: Packages) -> Ref:
    """Return the document of the repository; of the domain where all of it is meant."""
    if what.repository is None:
        return domain_ref(what)
    account = what.account
    name = f"{what.domain}/{what.repository}"
    return Ref(account=account.name, owner=account.id, region=what.region, kind=Kind.REPOSITORY, name=name)


def package_statements(grant: Grant, what: Packages) -> Iterator[WantedStatement]:
    """Yield what a grant on packages needs; who comes from another account gets tokens, too."""
    for may in grant.may:
        yield from _of_word(grant, what, may)
    if foreign(principal_of(grant), what.account.id):
        domain = domain_ref(what)
        yield stated(domain, grant, "Token", TOKEN, [domain.arn])


def _of_word(grant: Grant, what: Packages, may: May) -> Iterator[WantedStatement]:
    ref, some = repository_ref(what), what.package
    match may:
        case May.READ:
            yield stated(ref, grant, "Read", READ_GENERIC if some else READ, _packages(what) if some else ["*"])
        case May.DOWNLOAD:
            yield stated(
                ref, grant, "Download", DOWNLOAD_GENERIC if some else FETCH, _packages(what) if some else ["*"]
            )
        case May.PUBLISH:
            kind = some.format if some else "*"
            yield stated(ref, grant, "Publish", PUBLISH_MAVEN if kind in {"maven", "*"} else PUBLISH, _packages(what))
            if kind in {"nuget", "*"}:
                yield stated(ref, grant, "Fetch", FETCH, _repositories(what))
        case May.ADMINISTER if what.repository is None:
            yield stated(domain_ref(what), grant, "Administer", ADMINISTER_DOMAIN, ["*"])
        case May.ADMINISTER:
            resources = [*_repositories(what), *_packages(what)]
            yield stated(domain_ref(what), grant, "Administer", ADMINISTER_REPOSITORY, resources)
        case _:
            raise ValueError(f"{may.value} is no word for packages")


def _packages(what: Packages) -> list[str]:
    """Return the ARN of the packages: an empty namespace leaves two slashes."""
    path = what.package.path if what.package else "*"
    return (
        [f"{_begin(what)}:package/{what.domain}/{what.repository or '*'}/{path}"]
        if what.repository
        else [f"{_begin(what)}:package/{what.domain}/*"]
    )


def _repositories(what: Packages) -> list[str]:
    return [f"{_begin(what)}:repository/{what.domain}/{what.repository or '*'}"]


def _begin(what: Packages) -> str:
    return f"arn:{partition_of(what.region)}:codeartifact:{what.region}:{what.account.id}"
