"""The calls that are made of CodeArtifact, on which ARNs: what session policies and published documents add (P8).

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodeartifact.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from waybill.domain.calls import Call, On
from waybill.domain.packages.version import PackageId
from waybill.domain.statements import stated, whole

PACKAGE_LOOK_CALLS = (
    Call("codeartifact:DescribePackageVersion", On.PACKAGE, "see whether the version is there, and finished"),
    Call("codeartifact:ListPackageVersionAssets", On.PACKAGE, "compare the assets that are there"),
    Call("codeartifact:GetPackageVersionAsset", On.PACKAGE, "read the waybill that is there"),
)

PACKAGE_CALLS = (
    *PACKAGE_LOOK_CALLS,
    Call("codeartifact:PublishPackageVersion", On.PACKAGE_TARGET, "publish the artifact, its metadata and its waybill"),
)
"""What `stage` and `promote` need with `codeartifact`."""

PACKAGE_COPY_CALLS = (
    Call("codeartifact:CopyPackageVersions", On.PACKAGE_TARGET, "copy the version inside a domain"),
    Call("codeartifact:ReadFromRepository", On.PACKAGE, "copy it from the other repository"),
)
"""What `promote` needs beside with `from-codeartifact`."""

PACKAGE_READ_CALLS = (
    *PACKAGE_LOOK_CALLS,
    Call("codeartifact:ListPackageVersions", On.PACKAGE, "find the highest version of a range"),
)
"""What `download` needs with `codeartifact`."""


def package_resources(package: PackageId, source: PackageId | None = None, *, partition: str) -> Mapping[On, list[str]]:
    """Return the ARNs that these calls are made on; `source` is in the repository that is copied from.

    Some actions know only some of the ARNs that they stand beside.
    """
    own = package.arn(partition)
    if source is None:
        return {On.PACKAGE: [own], On.PACKAGE_TARGET: [own]}
    return {
        On.PACKAGE: [own, source.arn(partition), source.repository_arn(partition)],
        On.PACKAGE_TARGET: [own, package.repository_arn(partition)],
    }


def session_resources(package: PackageId, source: PackageId | None, *, partition: str) -> Mapping[On, list[str]]:
    """Return the same for a session policy, where a promotion that copies has no room for the ARNs of both sides.

    It may read in all of the domain then, as far as the role may; it writes to its own package only.
    """
    found = package_resources(package, source, partition=partition)
    if source is None:
        return found
    head, _, _ = package.repository_arn(partition).rpartition("repository/")
    return {**found, On.PACKAGE: [f"{head}*/{package.domain}/*"]}


def published_package_policy() -> dict[str, Any]:
    """Return the IAM document that a role needs beside its own, to publish packages with `codeartifact`."""
    return whole(stated(PACKAGE_CALLS, package_resources(_published(), partition="aws"), sids=True))


def published_package_copy_policy() -> dict[str, Any]:
    """Return the IAM document of a role that promotes with `codeartifact` and `from-codeartifact`."""
    package = _published()
    known = package_resources(package, replace(package, repository="staging"), partition="aws")
    return whole(stated((*PACKAGE_CALLS, *PACKAGE_COPY_CALLS), known, sids=True))


def published_package_read_policy() -> dict[str, Any]:
    """Return the IAM document that a role needs beside its own, to download with `codeartifact`."""
    return whole(stated(PACKAGE_READ_CALLS, package_resources(_published(), partition="aws"), sids=True))


def _published() -> PackageId:
    return PackageId(
        region="us-east-1",
        owner="222222222222",
        domain="acme",
        repository="releases",
        namespace="web",
        name="*",
        version="*",
    )
