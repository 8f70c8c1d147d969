"""What `access.yaml` says, as values: its form is `schemas/access.schema.json`; `inputs/access` reads and checks it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from waybill.domain.arns import RoleArn
from waybill.domain.setup.estate import Estate, Member, Repository


class May(StrEnum):
    """What somebody may do."""

    READ = "read"
    DOWNLOAD = "download"
    PUBLISH = "publish"
    STAGE = "stage"
    PROMOTE = "promote"
    DEPLOY = "deploy"
    ADMINISTER = "administer"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountWho:
    """A whole account. `external_id` is what a role asks it for."""

    id: str
    external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityWho:
    """A role or a user, by its ARN."""

    arn: str

    @property
    def account(self) -> str:
        """The account that it is of."""
        return self.arn.split(":")[4]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationWho:
    """All accounts of an organisation."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryWho:
    """Workflows of a GitHub repository. Its `may["take"]` has where in it a run may take the role."""

    repository: Repository


Who = AccountWho | IdentityWho | OrganisationWho | RepositoryWho

TAKE = "take"
"""What a `RepositoryWho` may do with the role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackagePattern:
    """Packages of a repository. `namespace` and `name` may have `*`; both None: all of the format."""

    format: str
    namespace: str | None = None
    name: str | None = None

    @property
    def path(self) -> str:
        """The end of the ARN: `npm/parity/ui`, `pypi//acme-*`, `npm/parity/*`, `npm/*`."""
        if self.namespace is None:
            return f"{self.format}/*"
        return f"{self.format}/{self.namespace}/{self.name or '*'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packages:
    """Packages of a CodeArtifact domain (`repository` None: of all its repositories), in one account and region."""

    account: Member
    region: str
    domain: str
    repository: str | None = None
    package: PackagePattern | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """What is staged in an account, by how its keys begin (`project`, or `prefix`), in `regions`."""

    account: Member
    regions: tuple[str, ...]
    project: str | None = None
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A pipeline."""

    account: Member
    region: str
    name: str


What = Packages | Staged | Pipeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Who may do what. `through`: the role that they take for it, which the policies of `what` then speak of."""

    name: str
    who: Who
    may: tuple[May, ...]
    what: What
    through: RoleArn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """All of `access.yaml`. `estate`: accounts, regions and prefixes, of the file itself or of its `config`."""

    estate: Estate
    grants: tuple[Grant, ...] = field(default=())

    @property
    def names(self) -> dict[str, str]:
        """The accounts' names by their numbers."""
        return {member.id: member.name for member in self.estate.accounts}
