"""The calls that are made of CodeArtifact, on which ARNs: what session policies and published documents add (P8).

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodeartifact.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from waybill.domain.calls import Call, On
from waybill.domain.packages import PackageId

PACKAGE_LOOK_CALLS = (
    Call("codeartifact:DescribePackageVersion", On.PACKAGE, "see whether the version is there, and finished"),
    Call("codeartifact:ListPackageVersionAssets", On.PACKAGE, "compare the assets that are there"),
    Call("codeartifact:GetPackageVersionAsset", On.PACKAGE, "read the waybill that is there"),
)

PACKAGE_CALLS = (
    *PACKAGE_LOOK_CALLS,
    Call("codeartifact:PublishPackageVersion", On.PACKAGE, "publish the artifact, its metadata and its waybill"),
)
"""What `stage` and `promote` need with `codeartifact`."""

PACKAGE_COPY_CALLS = (
    Call("codeartifact:CopyPackageVersions", On.PACKAGE_COPY, "copy the version inside a domain"),
    Call("codeartifact:ReadFromRepository", On.PACKAGE_SOURCE, "copy it from there"),
    *(replace(call, on=On.PACKAGE_SOURCE) for call in PACKAGE_LOOK_CALLS),
)
"""What `promote` needs beside with `from-codeartifact`."""

PACKAGE_READ_CALLS = (
    *PACKAGE_LOOK_CALLS,
    Call("codeartifact:ListPackageVersions", On.PACKAGE, "find the highest version of a range"),
)
"""What `download` needs with `codeartifact`."""


def package_resources(package: PackageId, source: PackageId | None = None, *, partition: str) -> Mapping[On, list[str]]:
    """Return the ARNs that these calls are made on; `source` is in the repository that is copied from."""
    return {
        On.PACKAGE: [package.arn(partition)],
        On.PACKAGE_COPY: [package.arn(partition), package.repository_arn(partition)] if source is not None else [],
        On.PACKAGE_SOURCE: [source.repository_arn(partition), source.arn(partition)] if source is not None else [],
    }
