"""CodeArtifact as a store beside the buckets: a version as a generic package version. Names, assets, sameness. Pure.

A generic package's names and versions are stored as they are given, and take whatever is no `#`, `/` or white space:
every SemVer version up to 255 characters fits, build metadata included. Names of assets are narrower.
https://docs.aws.amazon.com/codeartifact/latest/ug/packages-overview.html
https://docs.aws.amazon.com/codeartifact/latest/ug/generic-packages-overview.html
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from waybill.domain.waybill import Subject

METADATA = "metadata.json"
WAYBILL = "waybill.json"
LONGEST = 255
PLACE_RULE = (
    "must be DOMAIN/REPOSITORY/NAMESPACE: a domain of CodeArtifact (lower-case letters, digits, hyphens), a repository "
    "of it, and a namespace for the packages (nothing of `# / * ? $` and no spaces)."
)

_DOMAIN = re.compile(r"[a-z][a-z0-9_-]{0,48}[a-z0-9]")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,99}")
_NAMESPACE = re.compile(r"[^#/\s*?$]{1,255}")
_SPECIAL = frozenset("~!@^&()-_+[]{};,. ")
_LETTERS = frozenset({"Ll", "Lm", "Lo", "Lt", "Lu", "Nl", "Nd"})
_ZIP = "application/zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagePlace:
    """The inputs `codeartifact`, `codeartifact-account` and `codeartifact-region`, as they were given.

    `owner` is the account that the domain belongs to, None: the target account; `region` None: the first of `regions`.
    `source` is where a promotion finds the version already.
    """

    domain: str
    repository: str
    namespace: str
    owner: str | None = None
    region: str | None = None
    source: PackagePlace | None = None

    @property
    def copied_from(self) -> str | None:
        """The repository to copy from: CodeArtifact copies inside a domain, and keeps the namespace."""
        source = self.source
        same = source is not None and (source.domain, source.namespace) == (self.domain, self.namespace)
        return source.repository if source is not None and same and source.repository != self.repository else None

    def facts(self) -> dict[str, str]:
        """Return what is approved of it in a promotion's plan."""
        return {
            "to": f"{self.domain}/{self.repository}/{self.namespace}",
            "account": self.owner or "",
            "region": self.region or "",
            "from": self.copied_from or "",
        }

    def package(self, project: str, version: str, *, account: str, region: str) -> PackageId:
        """Return what a project's version is there; `account` and `region` are those where nothing else is said."""
        return PackageId(
            region=self.region or region,
            owner=self.owner or account,
            domain=self.domain,
            repository=self.repository,
            namespace=self.namespace,
            name=project,
            version=version,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageId:
    """One version of a generic package. `owner` is the account of the domain. `version` may be `*` in a policy."""

    FORMAT: ClassVar[str] = "generic"

    region: str
    owner: str
    domain: str
    repository: str
    namespace: str
    name: str
    version: str

    def arn(self, partition: str = "aws") -> str:
        """Return the package's ARN: that of all its versions."""
        place = f"{self.domain}/{self.repository}/{self.FORMAT}/{self.namespace}/{self.name}"
        return f"arn:{partition}:codeartifact:{self.region}:{self.owner}:package/{place}"

    def repository_arn(self, partition: str = "aws") -> str:
        """Return the repository's ARN."""
        return f"arn:{partition}:codeartifact:{self.region}:{self.owner}:repository/{self.domain}/{self.repository}"

    @property
    def where(self) -> str:
        """The version in its place, in words."""
        place = f"{self.domain}/{self.repository}/{self.namespace}"
        return f"CodeArtifact {place}/{self.name} {self.version} ({self.owner}, {self.region})"

    @property
    def place(self) -> str:
        """The repository, in words."""
        return f"CodeArtifact {self.domain}/{self.repository} ({self.owner}, {self.region})"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAsset:
    """An asset as CodeArtifact reports it."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPackage:
    """A package version as CodeArtifact reports it: its status (`Published`, `Unfinished`, ...), its assets."""

    status: str
    revision: str
    assets: Mapping[str, StoredAsset] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        """Whether all its assets are there, as its publisher said."""
        return self.status in {"Published", "Unlisted"}

    @property
    def open(self) -> bool:
        """Whether its assets can be read."""
        return self.finished or self.status == "Unfinished"


def parse_place(text: str) -> PackagePlace:
    """Read `DOMAIN/REPOSITORY/NAMESPACE`. Raises `ValueError` with the rule."""
    parts = text.strip().split("/")
    rules = (_DOMAIN, _REPOSITORY, _NAMESPACE)
    if len(parts) != len(rules) or not all(rule.fullmatch(part) for rule, part in zip(rules, parts, strict=True)):
        raise ValueError(PLACE_RULE)
    domain, repository, namespace = parts
    return PackagePlace(domain=domain, repository=repository, namespace=namespace)


def name_fault(project: str, version: str) -> tuple[str, str] | None:
    """Return which input CodeArtifact would not take, and why; None where both fit."""
    # An asset may be called after the project, with an ending.
    if len(project) > LONGEST - 4:
        return "project", f"has more than {LONGEST - 4} characters, which is more than CodeArtifact takes."
    if len(version) > LONGEST:
        return "version", f"has more than {LONGEST} characters, which is more than CodeArtifact takes."
    return None


def asset_name(subject: Subject) -> str:
    """Return what an artifact is called in its package: its file name, else PROJECT.zip or PROJECT.bin.

    Every run must come to the same name, also one that only knows the waybill: a file name that nobody asked to
    remember, or that CodeArtifact would not take, is not used.
    """
    name = subject.file_name
    if name is not None and name not in {METADATA, WAYBILL} and _is_asset_name(name):
        return name
    return f"{subject.project}.{'zip' if subject.media_type == _ZIP else 'bin'}"


def _is_asset_name(name: str) -> bool:
    fits = all(each in _SPECIAL or unicodedata.category(each) in _LETTERS for each in name)
    return fits and 0 < len(name) <= LONGEST and name not in {".", ".."} and name == name.strip() and "  " not in name
